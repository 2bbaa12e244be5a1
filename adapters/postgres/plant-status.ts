/** The state of the plant: who is at work, with which detector, and what is on its way. */
import { CANARY_ID } from '../../contracts/canary.ts';
import type { Instant } from '../../contracts/time.ts';
import { IS_DEAD, IS_UNDER_WAY } from './dead-letters.ts';
import { query } from './pool.ts';
import type { Queryable } from './pool.ts';
import type { DetectorInUse } from './workers.ts';

export interface WorkerAtWork {
  readonly workerId: string;
  readonly stages: readonly string[];
  readonly detector: DetectorInUse | null;
  readonly startedAt: Instant;
  readonly seenAt: Instant;
}

/** Without the canary's. Failed frames are counted whosesoever they are: each is something to mend. */
export interface PlantFigures {
  /** Frames without a batch. */
  readonly waitingFrames: number;
  /** Frames in a batch. */
  readonly framesInFlight: number;
  /** Acceptance of the frame that has waited longest; null when none waits. */
  readonly oldestWaitingSince: Instant | null;
  readonly openBatches: number;
  readonly failedFrames: number;
  readonly openIncidents: number;
  /** Messages that wait for their next try or are being sent. */
  readonly undeliveredMessages: number;
  /** Messages that were refused for good or given up, and not sent again. */
  readonly deadLetters: number;
}

/** Processes that run stages, seen within the last 30 s (migrations/0011 says why that long). */
export const listWorkers = (db: Queryable): Promise<WorkerAtWork[]> => query<WorkerAtWork>(db, `
  SELECT worker_id AS "workerId", stages, detector, started_at AS "startedAt", seen_at AS "seenAt"
  FROM workers WHERE seen_at > now() - interval '30 seconds' AND NOT 'api' = ANY (stages) ORDER BY worker_id`);

export async function readPlantFigures(db: Queryable): Promise<PlantFigures> {
  const [figures] = await query<PlantFigures>(db, `
    SELECT (SELECT count(*) FROM open_frames WHERE batch_id IS NULL AND device_id <> $1) AS "waitingFrames",
           (SELECT count(*) FROM open_frames WHERE batch_id IS NOT NULL AND device_id <> $1) AS "framesInFlight",
           (SELECT min(opened_at) FROM open_frames WHERE batch_id IS NULL AND device_id <> $1) AS "oldestWaitingSince",
           (SELECT count(*) FROM batches WHERE closed_at IS NULL) AS "openBatches",
           (SELECT count(*) FROM frames WHERE state = 'failed') AS "failedFrames",
           (SELECT count(*) FROM incidents WHERE state <> 'closed') AS "openIncidents",
           (SELECT count(*) FROM deliveries WHERE ${IS_UNDER_WAY}) AS "undeliveredMessages",
           (SELECT count(*) FROM deliveries WHERE ${IS_DEAD}) AS "deadLetters"`, [CANARY_ID]);
  return figures!;
}

/** Settled frames ever, per terminal state; without those of the canary. */
export async function readSettledTotals(db: Queryable): Promise<ReadonlyMap<string, number>> {
  const rows = await query<{ state: string; frames: number }>(db, 'SELECT state, sum(frames)::bigint AS frames FROM frame_counts WHERE device_id <> $1 GROUP BY state', [CANARY_ID]);
  return new Map(rows.map((row) => [row.state, row.frames]));
}
