/** `watchpost dispatch`: the dispatcher alone, by a name that people look for. */
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { runWorker } from './worker.ts';

export function addDispatch(program: Command, context: Context): void {
  program.command('dispatch')
    .description('claim waiting frames and bring lost ones home; the same as worker --stages dispatch')
    .action(async () => { context.exitCode = await runWorker(['dispatch'], context); });
}
