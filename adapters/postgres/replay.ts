/** Replay: settled frames back on the work list, to be judged again without telling anybody. */
import type { TerminalState } from '../../contracts/terminal-states.ts';
import type { Instant } from '../../contracts/time.ts';
import { FRAMES_WAITING } from './ledger.ts';
import { inTransaction, query } from './pool.ts';
import type { Pool } from './pool.ts';

/** Either by id or by state; `limit` bounds one call, so that a careless replay of everything comes in portions. */
export type ReplaySelection =
  | { readonly frameIds: readonly string[] }
  | { readonly state: TerminalState; readonly limit: number };

export interface Replayed {
  /** Frames that run again. Those still under way, unknown or of a deleted device are left as they are. */
  readonly frameIds: readonly string[];
}

export function createReplay(pool: Pool): (selection: ReplaySelection) => Promise<Replayed> {
  return async (selection) => {
    const frameIds = await inTransaction(pool, async (client) => {
      const [where, values] = 'frameIds' in selection
        ? ['frame_id = ANY($1::uuid[]) AND state IS NOT NULL', [selection.frameIds]]
        : ['state = $1', [selection.state, selection.limit]];
      const chosen = await query<{ device_id: string; captured_at: Instant }>(client, `
        SELECT device_id, captured_at FROM frames WHERE ${where}
        ORDER BY captured_at ${'limit' in selection ? 'LIMIT $2' : ''} FOR UPDATE`, values);
      // The old state leaves the books with the same statement that opens the frame, so that they balance at every moment.
      const opened = await query<{ frame_id: string }>(client, `
        WITH chosen AS (
          SELECT frame.frame_id, frame.captured_at, frame.device_id, frame.user_id, frame.accepted_at, frame.state, frame.runs
          FROM frames frame JOIN unnest($1::text[], $2::timestamptz[]) AS pick (device_id, captured_at) USING (device_id, captured_at)),
        reopened AS (
          UPDATE frames frame SET state = NULL, reason = NULL, stage = NULL, settled_at = NULL, settled_by = NULL, runs = chosen.runs + 1
          FROM chosen WHERE frame.device_id = chosen.device_id AND frame.captured_at = chosen.captured_at),
        unbooked AS (
          UPDATE frame_counts books SET frames = books.frames - gone.frames
          FROM (SELECT user_id, device_id, date_trunc('hour', accepted_at) AS hour, state, count(*) AS frames FROM chosen GROUP BY 1, 2, 3, 4) gone
          WHERE (books.user_id, books.device_id, books.hour, books.state) = (gone.user_id, gone.device_id, gone.hour, gone.state))
        INSERT INTO open_frames (frame_id, captured_at, device_id, user_id, run, notify)
        SELECT frame_id, captured_at, device_id, user_id, runs + 1, false FROM chosen
        RETURNING frame_id`, [chosen.map((row) => row.device_id), chosen.map((row) => row.captured_at)]);
      return opened.map((row) => row.frame_id);
    });
    if (frameIds.length > 0) await query(pool, `NOTIFY ${FRAMES_WAITING}`);
    return { frameIds };
  };
}
