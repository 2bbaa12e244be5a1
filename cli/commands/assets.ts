/** `watchpost assets pull`: model weights, footage and tools into the cache, each checked byte by byte. */
import type { Command } from 'commander';
import { pullAssets } from '../../scripts/provision/pull.mjs';
import { answer, say } from '../context.ts';
import type { Context } from '../context.ts';
import { table } from '../table.ts';

export function addAssets(program: Command, context: Context): void {
  const assets = program.command('assets').description('files that are not in the repository: model weights, footage, tools');
  assets.command('pull')
    .description('fetch what is needed into the cache and check it')
    .option('--all', 'also what is only an alternative here')
    .action(async ({ all = false }: { all?: boolean }) => {
      const results = await pullAssets({ all, env: context.env, say: (line) => say(context, line) });
      const failed = results.filter(({ error, optional }) => error !== undefined && !optional);
      answer(context, { ok: failed.length === 0, assets: results }, () => table(results.map(({ name, optional, found, error }) => {
        if (found) return ['ok', name, `${found.name} from ${found.source}`];
        return [optional ? 'without' : 'MISSING', name, error];
      })));
      context.exitCode = failed.length === 0 ? 0 : 1;
    });
}
