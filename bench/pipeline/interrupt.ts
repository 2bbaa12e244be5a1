/** Ctrl-C: what is under way stops at its next wait, and everything that was started is stopped and removed on the way out. */
import { setMaxListeners } from 'node:events';

const interrupted = new AbortController();
// Every wait and every generator listens; Node would take that for a leak.
setMaxListeners(0, interrupted.signal);

/** For every wait of the bench. */
export const interruptSignal: AbortSignal = interrupted.signal;

export function listenForInterrupt(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // Servers and workers notice that we are gone and end; only the folder of the run is left behind.
      if (interrupted.signal.aborted) process.exit(130);
      process.stderr.write('bench: stopping; once more leaves at once\n');
      interrupted.abort(new Error('interrupted'));
    });
  }
}
