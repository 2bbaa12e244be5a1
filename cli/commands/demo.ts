/** `watchpost demo`: real footage through a plant of its own, with alerts to look at. */
import type { Command } from 'commander';
import type { Context } from '../context.ts';

export function addDemo(program: Command, context: Context): void {
  program.command('demo')
    .description('play real footage through a plant of its own and show the alerts; serves until Ctrl-C')
    .option('--once', 'end after the summary')
    .action(async ({ once = false }: { once?: boolean }) => {
      const { runDemo } = await import('../demo/run-demo.ts');
      context.exitCode = await runDemo({ once }, context);
    });
}
