/** Rings for incidents and equipment notices that are overdue: their workflow is gone, with Temporal's state or by hand, or never heard the bell. */
import type { Doorbell } from '../activities/alert.ts';
import type { StageLog } from '../activities/stage-run.ts';

export interface SweepPorts {
  /** Oldest first, and not more than can be rung for in one go. */
  overdue(): Promise<readonly string[]>;
  readonly doorbell: Doorbell;
  readonly log: StageLog;
}

/**
 * Each on its own, so that one that cannot be rung keeps no other waiting; and all together, because a Temporal that is out of reach
 * takes its time to be found so.
 */
export async function sweep({ overdue, doorbell, log }: SweepPorts): Promise<void> {
  await Promise.all((await overdue()).map((id) => doorbell.ring(id).catch((error: unknown) => {
    log.warn({ err: error, id }, 'overdue and not rung; the next sweep tries again');
  })));
}
