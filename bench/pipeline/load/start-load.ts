/** Starts a load generator and waits for its report. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { interruptSignal } from '../interrupt.ts';
import type { FromGenerator } from './generator-process.ts';
import type { LoadJob, LoadReport } from './job.ts';

export interface RunningLoad {
  readonly pid: number | undefined;
  /** What it reports when it has done its job. Rejects when it cannot. */
  readonly done: Promise<LoadReport>;
  /** Ends the process; a job that is under way is broken off. */
  stop(): Promise<void>;
}

const GENERATOR = fileURLToPath(new URL('generator-process.ts', import.meta.url));

export function startLoad(job: LoadJob): RunningLoad {
  // Pictures are buffers, which plain JSON between processes would not carry.
  const generator = fork(GENERATOR, { serialization: 'advanced' });
  const ended = once(generator, 'exit');
  const done = new Promise<LoadReport>((resolve, reject) => {
    generator.on('message', (said: FromGenerator) => {
      if ('report' in said) resolve(said.report);
      else reject(new Error(`the load generator failed: ${said.error}`));
    });
    interruptSignal.addEventListener('abort', () => reject(interruptSignal.reason), { once: true });
    generator.once('exit', (code, signal) => reject(new Error(`the load generator ended (${signal ?? `code ${code}`}) before it reported`)));
  });
  // Whoever stops it early does not wait for the report.
  done.catch(() => {});
  generator.send(job);
  return {
    pid: generator.pid, done,
    async stop() {
      if (generator.connected) generator.send('stop');
      await ended;
    },
  };
}
