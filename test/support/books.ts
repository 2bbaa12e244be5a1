/** The books held against the ledger, in one statement and so in one snapshot. */
import type { Pool } from '../../adapters/postgres/pool.ts';

/** Every disagreement between frames, their running totals and the work list; empty when the books balance. */
export async function disagreements(pool: Pool): Promise<Record<string, unknown>[]> {
  const { rows } = await pool.query(`
    WITH settled AS (
      SELECT user_id, device_id, date_trunc('hour', accepted_at) AS hour, state, count(*) AS frames
      FROM frames WHERE state IS NOT NULL GROUP BY 1, 2, 3, 4)
    SELECT 'totals' AS what, user_id, device_id, state, settled.frames AS ledger, books.frames AS booked
    FROM settled FULL JOIN frame_counts books USING (user_id, device_id, hour, state)
    WHERE coalesce(settled.frames, 0) <> coalesce(books.frames, 0)
    UNION ALL
    SELECT 'work list', coalesce(frame.user_id, open.user_id), coalesce(frame.device_id, open.device_id), frame.state, frame.runs, open.run
    FROM frames frame FULL JOIN open_frames open ON open.frame_id = frame.frame_id
    WHERE (frame.state IS NULL) <> (open.frame_id IS NOT NULL) OR open.run <> frame.runs OR frame.frame_id IS NULL
    UNION ALL
    SELECT 'batch', open.user_id, open.device_id, batch.closed_because, NULL, NULL
    FROM open_frames open LEFT JOIN batches batch USING (batch_id)
    WHERE open.batch_id IS NOT NULL AND (batch.batch_id IS NULL OR batch.closed_at IS NOT NULL)`);
  return rows as Record<string, unknown>[];
}
