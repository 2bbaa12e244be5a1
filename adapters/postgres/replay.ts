/** Replay: settled frames back on the work list, to be judged again without telling anybody. */
import type { FrameStore } from '../../activities/ports/frame-store.ts';
import type { TerminalState } from '../../contracts/terminal-states.ts';
import type { Instant } from '../../contracts/time.ts';
import { FRAMES_WAITING } from './ledger.ts';
import { inTransaction, query } from './pool.ts';
import type { Client, Pool } from './pool.ts';
import { holdRetention } from './retention.ts';

/** Either by id or by state; `limit` bounds one call, so that a careless replay of everything comes in portions. */
export type ReplaySelection =
  | { readonly frameIds: readonly string[] }
  | { readonly state: TerminalState; readonly limit: number };

export interface Replayed {
  /** Frames that run again. Those still under way, unknown or of a deleted device are left as they are. */
  readonly frameIds: readonly string[];
  /** Frames that cannot: the bytes as received, which validate reads, are no longer kept. They stay as they are. */
  readonly goneFrameIds: readonly string[];
}

export function createReplay(pool: Pool, pictures: Pick<FrameStore, 'has'>): (selection: ReplaySelection) => Promise<Replayed> {
  return async (selection) => {
    const replayed = await inTransaction(pool, async (client) => {
      // A removal of pictures that began before is over now, and the next one sees the frames that we open.
      await holdRetention(client);
      const chosen = await choose(client, selection);
      const kept = await Promise.all(chosen.map((row) => pictures.has(row.sha256)));
      const opened = await reopen(client, chosen.filter((_, index) => kept[index]));
      return { frameIds: opened, goneFrameIds: chosen.filter((_, index) => !kept[index]).map((row) => row.frame_id) };
    });
    if (replayed.frameIds.length > 0) await query(pool, `NOTIFY ${FRAMES_WAITING}`);
    return replayed;
  };
}

interface ChosenRow {
  frame_id: string; device_id: string; captured_at: Instant; sha256: string;
}

const CHOSEN = `SELECT frame_id, device_id, captured_at, encode(sha256, 'hex') AS sha256 FROM frames`;

async function choose(client: Client, selection: ReplaySelection): Promise<ChosenRow[]> {
  if ('frameIds' in selection) {
    return query<ChosenRow & Record<string, unknown>>(client, `${CHOSEN} WHERE frame_id = ANY($1::uuid[]) AND state IS NOT NULL ORDER BY captured_at FOR UPDATE`, [selection.frameIds]);
  }
  const { state, limit } = selection;
  // Failed frames all have their bytes, and an index.
  if (state === 'failed') return query<ChosenRow & Record<string, unknown>>(client, `${CHOSEN} WHERE state = $1 ORDER BY captured_at LIMIT $2 FOR UPDATE`, [state, limit]);
  const replayable = await oldestReplayable(client, state, limit);
  return query<ChosenRow & Record<string, unknown>>(client, `
    ${CHOSEN} WHERE (frame_id, captured_at) IN (SELECT * FROM unnest($2::uuid[], $3::timestamptz[])) AND captured_at = ANY($3) AND state = $1
    ORDER BY captured_at FOR UPDATE`, [state, replayable.map((row) => row.frame_id), replayable.map((row) => row.captured_at)]);
}

/** Asked of the list of kept pictures, because most of the ledger has none any more; and of the batches that are not noted there yet. */
function oldestReplayable(client: Client, state: TerminalState, limit: number): Promise<{ frame_id: string; captured_at: Instant }[]> {
  return query(client, `
    SELECT frame_id, captured_at FROM kept_pictures WHERE state = $1 AND raw
    UNION
    SELECT frame.frame_id, frame.captured_at FROM batches batch JOIN batch_frames member USING (batch_id)
    JOIN frames frame ON frame.frame_id = member.frame_id AND frame.captured_at = member.captured_at AND frame.settled_by = batch.batch_id
    WHERE NOT batch.pictures_noted AND batch.closed_at IS NOT NULL AND frame.state = $1
    ORDER BY captured_at LIMIT $2`, [state, limit]);
}

/** The old state leaves the books with the same statement that opens the frame, so that they balance at every moment. */
async function reopen(client: Client, chosen: readonly ChosenRow[]): Promise<string[]> {
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
}
