/** A load generator: a process of its own, so that what it costs is counted apart and its delays are not those of the plant's supervisor. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { openCamera } from './camera.ts';
import type { Camera } from './camera.ts';
import { flood } from './flood.ts';
import type { LoadJob, LoadReport } from './job.ts';
import { keepBacklog } from './keep-backlog.ts';
import { pace } from './pace.ts';

export type FromGenerator = { readonly report: LoadReport } | { readonly error: string };

/** Finer than the times that are judged by it. */
const LOOK_EVERY_MS = 1;

const stopping = new AbortController();
const stopped = new Promise<void>((resolve) => { stopping.signal.addEventListener('abort', () => resolve(), { once: true }); });

// Ctrl-C reaches every process of the terminal; the bench stops its generators when it is their turn.
process.on('SIGINT', () => {});
process.once('disconnect', () => process.exit());
process.on('message', (message: LoadJob | 'stop') => {
  if (message === 'stop') stopping.abort();
  else void answer(message);
});

async function answer(job: LoadJob): Promise<void> {
  const said: FromGenerator = await report(job).catch((error: unknown) => ({ error: error instanceof Error ? error.message : String(error) }));
  process.send?.(said);
  // Alive until it is told to go: its CPU is read from outside, at the end of a measurement.
  await stopped;
  process.exit();
}

async function report(job: LoadJob): Promise<FromGenerator> {
  const camera = openCamera(job);
  const delay = monitorEventLoopDelay({ resolution: LOOK_EVERY_MS });
  delay.enable();
  await run(job, camera);
  delay.disable();
  const noted = camera.noted();
  await camera.close();
  // A look that is on time counts as late by the time between looks.
  return { report: { ...noted, ownDelayP99Ms: Math.max(0, delay.percentile(99) / 1e6 - LOOK_EVERY_MS) } };
}

function run(job: LoadJob, camera: Camera): Promise<void> {
  switch (job.kind) {
    case 'keep-backlog': return keepBacklog(job, camera, stopping.signal);
    case 'flood': return flood(job, camera, stopping.signal);
    case 'pace': return pace(job, camera, stopping.signal);
  }
}
