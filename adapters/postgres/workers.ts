/** Signs of life of worker processes: who runs what, with which detector, and how busy it is. */
import type { ModelIdentity } from '../../contracts/detection.ts';
import { query } from './pool.ts';
import type { Pool, Queryable } from './pool.ts';

export interface DetectorInUse extends ModelIdentity {
  /** Why it is not the preferred one, in a sentence; null when it is. */
  readonly fallback: string | null;
  readonly labels: readonly string[];
}

/** How busy the detector of one process was since its last sign of life. */
export interface DetectLoad {
  /** Batches that it works on at once. */
  readonly slots: number;
  /** What one frame costs with all threads at work, milliseconds, moving average; null until there was one. */
  readonly frameMs: number | null;
  /** Share of its threads' time without work, 0..1. */
  readonly idleShare: number;
}

export interface WorkerRow {
  readonly workerId: string;
  /** Stage names of contracts/stages.ts, or `api`. */
  readonly stages: readonly string[];
  readonly detector: DetectorInUse | null;
  /** Of a process that runs the stage detect. */
  readonly load: DetectLoad | null;
}

/** Writes or refreshes the row. */
export async function signOfLife(pool: Pool, { workerId, stages, detector, load }: WorkerRow): Promise<void> {
  await query(pool, `
    INSERT INTO workers (worker_id, stages, detector, detect_slots, detect_frame_ms, detect_idle_share) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (worker_id) DO UPDATE SET stages = EXCLUDED.stages, detector = EXCLUDED.detector, seen_at = now(),
      detect_slots = EXCLUDED.detect_slots, detect_frame_ms = EXCLUDED.detect_frame_ms, detect_idle_share = EXCLUDED.detect_idle_share`,
  [workerId, stages, detector === null ? null : JSON.stringify(detector), load?.slots ?? null, load?.frameMs ?? null, load?.idleShare ?? null]);
}

export async function signOff(pool: Pool, workerId: string): Promise<void> {
  await query(pool, 'DELETE FROM workers WHERE worker_id = $1', [workerId]);
}

/** Removes the rows of processes that died without signing off, a day after. */
export async function forgetDeadWorkers(pool: Pool): Promise<void> {
  await query(pool, "DELETE FROM workers WHERE seen_at < now() - interval '1 day'");
}

/** What all living detect workers together can do, and whether there is more for them. */
export interface DetectionCapacity {
  readonly slots: number;
  /** Mean over the workers that have seen a frame; null when none has. */
  readonly frameMs: number | null;
  /** Mean over the workers; null without any. */
  readonly idleShare: number | null;
  /** Living processes of the stage quarantine. */
  readonly quarantines: number;
  readonly framesWait: boolean;
}

/**
 * Five signs of life missed. Status may show a dead process for longer; but work is shared out by this, and a frame that kills its process
 * again and again would count as several of them.
 */
const LIVING_SECONDS = 10;

export async function readDetectionCapacity(db: Queryable): Promise<DetectionCapacity> {
  const [capacity] = await query<DetectionCapacity>(db, `
    SELECT coalesce(sum(detect_slots), 0)::int AS slots, avg(detect_frame_ms) AS "frameMs", avg(detect_idle_share) AS "idleShare",
           count(*) FILTER (WHERE 'quarantine' = ANY (stages))::int AS quarantines,
           EXISTS (SELECT 1 FROM open_frames WHERE batch_id IS NULL) AS "framesWait"
    FROM workers WHERE seen_at > now() - $1 * interval '1 second'`, [LIVING_SECONDS]);
  return capacity!;
}
