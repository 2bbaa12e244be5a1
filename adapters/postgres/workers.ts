/** Signs of life of worker processes, for status: who runs what, and with which detector. */
import type { ModelIdentity } from '../../contracts/detection.ts';
import { query } from './pool.ts';
import type { Pool } from './pool.ts';

export interface DetectorInUse extends ModelIdentity {
  /** Why it is not the preferred one, in a sentence; null when it is. */
  readonly fallback: string | null;
  readonly labels: readonly string[];
}

export interface WorkerRow {
  readonly workerId: string;
  /** Stage names of contracts/stages.ts, or `api`. */
  readonly stages: readonly string[];
  readonly detector: DetectorInUse | null;
}

/** Writes or refreshes the row. Also removes rows of processes that died without saying so, a day after. */
export async function signOfLife(pool: Pool, row: WorkerRow): Promise<void> {
  await query(pool, `
    INSERT INTO workers (worker_id, stages, detector) VALUES ($1, $2, $3)
    ON CONFLICT (worker_id) DO UPDATE SET stages = EXCLUDED.stages, detector = EXCLUDED.detector, seen_at = now()`,
  [row.workerId, row.stages, row.detector === null ? null : JSON.stringify(row.detector)]);
  await query(pool, "DELETE FROM workers WHERE seen_at < now() - interval '1 day'");
}

export async function signOff(pool: Pool, workerId: string): Promise<void> {
  await query(pool, 'DELETE FROM workers WHERE worker_id = $1', [workerId]);
}
