/** Runs a piece of work again and again until stopped; one failure is logged and the next turn comes. */
import type { StageLog } from '../activities/stage-run.ts';

export interface Periodic {
  /** Resolves once the turn under way is over. */
  stop(): Promise<void>;
}

export function every(intervalMs: number, name: string, log: StageLog, turn: () => Promise<void>): Periodic {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const run = async (): Promise<void> => {
    try {
      await turn();
    } catch (error) {
      log.warn({ err: error, work: name }, 'periodic work failed; it is tried again');
    }
    // Set after the turn, so that a slow database is never asked twice at once.
    if (!stopped) timer = setTimeout(() => { running = run(); }, intervalMs);
  };
  let running = run();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
