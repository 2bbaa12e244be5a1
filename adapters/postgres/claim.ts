/** Claiming: which waiting frames go together in the next batch. */
import { uuidv7 } from 'uuidv7';
import type { Instant } from '../../contracts/time.ts';
import type { ClaimedBatch, ClaimLimits } from './batches.ts';
import { captureSpan } from './capture-span.ts';
import { query } from './pool.ts';
import type { Client, Queryable } from './pool.ts';

/** Serialises claims of all dispatchers, so that two of them never see the same lane free. */
const CLAIM_LOCK = 7_238_115;
/**
 * How long a lane waits for its own frame that must run alone while quarantine has no room. Rules with memory want frames in order; but a minute
 * of a camera is more than the order is worth, so the lane then moves on, and the frame comes late.
 */
const LANE_WAITS_SECONDS = 60;
/**
 * Deadlines that a batch of a frame alone is given. It takes two deaths within one batch to condemn a frame, each noticed by a time limit, and frames that
 * share the quarantine process die in turns: closed in between, each would begin to count anew, again and again.
 */
export const DEADLINES_ALONE = 4;

interface WaitingRow {
  frame_id: string; captured_at: Instant; device_id: string; alone: boolean;
}

/** Which kinds of batch may still be opened; `alone` only while a frame waits for one. */
interface Room {
  readonly shared: boolean;
  readonly alone: boolean;
}

/** One batch, inside a transaction; null when nothing waits in a free lane that there is room for. */
export async function claim(client: Client, limits: ClaimLimits): Promise<ClaimedBatch | null> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [CLAIM_LOCK]);
  const room = await roomLeft(client, limits);
  if (!isRoom(room)) return null;
  const waiting = await waitingFrames(client, room, limits.batchFrames);
  const [first] = waiting;
  if (!first) return null;
  const { alone } = first;
  const frames = alone ? [first] : waiting.filter((frame) => !frame.alone);
  const tags = await tagsOf(client, frames);
  const { placement, deadlineMs } = limits;

  const batchId = uuidv7();
  await query(client, `
    WITH batch AS (
      INSERT INTO batches (batch_id, placement, alone, frame_count, deadline_at)
      VALUES ($1, $2, $3, cardinality($5::uuid[]), now() + $4 * interval '1 millisecond') RETURNING batch_id),
    members AS (
      INSERT INTO batch_frames (batch_id, position, frame_id, captured_at)
      SELECT batch_id, position - 1, frame_id, captured_at
      FROM batch, unnest($5::uuid[], $6::timestamptz[]) WITH ORDINALITY AS frame (frame_id, captured_at, position))
    UPDATE open_frames SET batch_id = $1 WHERE frame_id = ANY($5)`,
  [batchId, placement, alone, deadlineMs * (alone ? DEADLINES_ALONE : 1), frames.map((frame) => frame.frame_id), frames.map((frame) => frame.captured_at)]);
  return { batchId, placement, alone, frames: frames.map(({ frame_id: frameId }) => ({ frameId, tag: tags.get(frameId) ?? '' })) };
}

/** Also asked before the transaction: while a busy plant has no room, every frame that arrives rings, and most of those rings need no more than this answer. */
export async function roomLeft(db: Queryable, { inFlight, aloneInFlight }: ClaimLimits): Promise<Room> {
  const [open] = await query<{ shared: number; alone: number; aloneWaits: boolean }>(db, `
    SELECT count(*) FILTER (WHERE NOT alone) AS shared, count(*) FILTER (WHERE alone) AS alone,
           EXISTS (SELECT FROM open_frames WHERE alone AND batch_id IS NULL) AS "aloneWaits"
    FROM batches WHERE closed_at IS NULL`);
  return { shared: open!.shared < inFlight, alone: open!.aloneWaits && open!.alone < aloneInFlight };
}

export const isRoom = ({ shared, alone }: Room): boolean => shared || alone;

/**
 * Frames of the free lanes that there is room for, fairest first: users take turns by weight, counting what they have in flight, and within a user the
 * lane that waits longest comes first. No frame overtakes one of its lane that runs alone, but for LANE_WAITS_SECONDS. Lanes
 * are found by skipping through the index, so the cost follows the number of lanes that wait, not the number of frames.
 */
function waitingFrames(client: Client, room: Room, limit: number): Promise<WaitingRow[]> {
  return query<WaitingRow & Record<string, unknown>>(client, `
    WITH RECURSIVE lane AS (
      (SELECT device_id FROM open_frames WHERE batch_id IS NULL ORDER BY device_id LIMIT 1)
      UNION ALL
      SELECT (SELECT next.device_id FROM open_frames next WHERE next.batch_id IS NULL AND next.device_id > lane.device_id ORDER BY next.device_id LIMIT 1)
      FROM lane WHERE lane.device_id IS NOT NULL),
    busy AS (SELECT user_id, count(DISTINCT device_id) AS lanes FROM open_frames WHERE batch_id IS NOT NULL GROUP BY user_id),
    line AS (
      SELECT frame.*, row_number() OVER (PARTITION BY frame.device_id ORDER BY frame.captured_at) AS step,
             min(frame.captured_at) FILTER (WHERE frame.alone) OVER (PARTITION BY frame.device_id) AS first_alone_at,
             first_value(frame.opened_at) OVER (PARTITION BY frame.device_id ORDER BY frame.captured_at) AS since
      FROM lane
      CROSS JOIN LATERAL (SELECT * FROM open_frames waiting WHERE waiting.device_id = lane.device_id AND waiting.batch_id IS NULL
                            AND ($3 OR NOT waiting.alone OR waiting.returned_at > now() - $4 * interval '1 second')
                          ORDER BY waiting.captured_at LIMIT $1) frame
      WHERE NOT EXISTS (SELECT 1 FROM open_frames claimed WHERE claimed.device_id = lane.device_id AND claimed.batch_id IS NOT NULL)),
    ready AS (
      SELECT * FROM line
      WHERE CASE WHEN alone THEN $3 AND step = 1 ELSE $2 AND (first_alone_at IS NULL OR captured_at < first_alone_at) END),
    turn AS (
      SELECT ready.*, (coalesce(busy.lanes, 0) + dense_rank() OVER (PARTITION BY ready.user_id ORDER BY ready.since, ready.device_id))::float / coalesce(owner.weight, 1) AS turn
      FROM ready LEFT JOIN busy USING (user_id) LEFT JOIN users owner USING (user_id))
    SELECT frame_id, captured_at, device_id, alone FROM turn
    ORDER BY turn, since, device_id, step
    LIMIT $1`, [limit, room.shared, room.alone, LANE_WAITS_SECONDS]);
}

async function tagsOf(client: Client, frames: readonly WaitingRow[]): Promise<ReadonlyMap<string, string>> {
  const { from, to } = captureSpan(frames.map((frame) => frame.captured_at));
  const rows = await query<{ frame_id: string; tag: string }>(client, `
    SELECT frame_id, tag FROM frames
    WHERE (device_id, captured_at) IN (SELECT * FROM unnest($1::text[], $2::timestamptz[])) AND captured_at BETWEEN $3 AND $4`,
  [frames.map((frame) => frame.device_id), frames.map((frame) => frame.captured_at), from, to]);
  return new Map(rows.map((row) => [row.frame_id, row.tag]));
}
