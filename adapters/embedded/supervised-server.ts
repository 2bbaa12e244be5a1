/** Keeps a started server running: an end that nobody asked for is followed by a new start. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { KeptProcess, Log } from './kept-process.ts';

export interface SupervisedServer {
  /** Of the server that runs now, or ran last. */
  readonly pid: number;
  /** Ends the server and the supervision; resolves when nothing runs any more. */
  stop(): Promise<void>;
  /** kill -9, for those who want to see what happens. The server comes back on the same address. */
  kill9(): void;
}

// A crash is usually over at once; a server that crashes again and again must not eat the machine.
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Supervises a server that has just been started. `restart` resolves when the server serves again, at the same address; it first clears away what the
 * one before left.
 */
export function supervise(name: string, log: Log, first: KeptProcess, restart: () => Promise<KeptProcess>): SupervisedServer {
  let current = first;
  const stopping = new AbortController();

  let pauseMs = FIRST_PAUSE_MS;

  const restartUntilItServes = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return;
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      try {
        current = await restart();
        log.info({ server: name, pid: current.pid }, 'embedded server is back');
        return;
      } catch (error) {
        log.error({ server: name, err: error }, 'embedded server did not start; trying again');
      }
    }
  };

  const watch = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const watchedFromMs = performance.now();
      const { code, signal } = await current.exited;
      if (stopping.signal.aborted) return;
      log.error({ server: name, pid: current.pid, code, signal }, 'embedded server ended by itself; starting it again');
      if (performance.now() - watchedFromMs > LONGEST_PAUSE_MS) pauseMs = FIRST_PAUSE_MS;
      await restartUntilItServes();
    }
    // Told to stop while a new one was starting.
    await current.stop();
  };
  const watching = watch();

  return {
    get pid() {
      return current.pid;
    },
    async stop() {
      stopping.abort();
      await current.stop();
      await watching;
    },
    kill9: () => void process.kill(current.pid, 'SIGKILL'),
  };
}
