/** `watchpost worker`: the named stages in this process, until it is asked to stop. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { STAGE_NAMES, isStageName } from '../../contracts/stages.ts';
import type { StageName } from '../../contracts/stages.ts';
import { usageError } from '../command-error.ts';
import type { RunOptions } from '../../workers/run-stages.ts';
import type { Context } from '../context.ts';

/** Asked to stop during the start: what opens within this time is closed in order, a server that does not answer is not waited for. */
const START_GRACE_MS = 5_000;

export function addWorker(program: Command, context: Context): void {
  program.command('worker')
    .description('run stages in this process; as many such processes as you like share the work')
    .requiredOption('--stages <names>', `names with commas between them, or all: ${STAGE_NAMES.join(', ')}`, readStages)
    .action(async ({ stages }: { stages: StageName[] }) => {
      context.exitCode = await runWorker(stages, context);
    });
}

/** Resolves with the exit code: 0 after an orderly stop, 1 when a worker broke. */
export async function runWorker(stages: readonly StageName[], context: Pick<Context, 'settings'>, options: RunOptions = {}): Promise<number> {
  const { sayReady, stopRequested } = await import('../../workers/lifecycle.ts');
  // Before anything is opened, so that a stop during the start is not lost.
  const stop = stopRequested();
  const { createLog } = await import('../../workers/log.ts');
  const { runStages } = await import('../../workers/run-stages.ts');
  const settings = context.settings();
  const log = createLog('worker', settings.logLevel);

  const starting = runStages(stages, settings, log, options);
  // Without a hold on the process: a stop long after the start sets this timer too.
  const running = await Promise.race([starting, stop.then(() => sleep(START_GRACE_MS, undefined, { ref: false }))]);
  if (running === undefined) {
    log.warn({ stages }, 'asked to stop before everything was opened; leaving');
    process.exit(0);
  }
  sayReady();

  let exitCode = 0;
  const broken = running.ended.catch((error: unknown) => {
    log.fatal({ err: error, stages }, 'a worker broke');
    exitCode = 1;
  });
  log.info({ reason: await Promise.race([stop, broken.then(() => 'a worker broke')]), stages }, 'stopping');
  // The broken worker says the same again; the others have drained.
  await running.stop().catch((error: unknown) => { if (exitCode === 0) throw error; });
  return exitCode;
}

function readStages(text: string): StageName[] {
  if (text === 'all') return [...STAGE_NAMES];
  const names = [...new Set(text.split(',').map((name) => name.trim()).filter(Boolean))];
  const unknown = names.filter((name) => !isStageName(name));
  if (names.length === 0 || unknown.length > 0) {
    throw usageError(`--stages ${text}: ${unknown.length > 0 ? `no stage is called ${unknown.join(', ')}` : 'no stage is named'}`, `The stages are ${STAGE_NAMES.join(', ')}; or all.`);
  }
  return names.filter(isStageName);
}
