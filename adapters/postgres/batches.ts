/** Batches: claiming what waits, and taking frames back from batches that came to nothing. */
import { uuidv7 } from 'uuidv7';
import type { FrameRef } from '../../contracts/frame.ts';
import type { Placement } from '../../contracts/stages.ts';
import type { Instant } from '../../contracts/time.ts';
import { inTransaction, query } from './pool.ts';
import type { Client, Pool } from './pool.ts';

export interface ClaimLimits {
  /** Most frames in one batch (K). */
  readonly batchFrames: number;
  /** Most open batches in the whole plant. */
  readonly inFlight: number;
  readonly deadlineMs: number;
  readonly placement: Placement;
}

export interface ClaimedBatch {
  readonly batchId: string;
  readonly placement: Placement;
  readonly frames: readonly FrameRef[];
}

export interface OpenBatch {
  readonly batchId: string;
  readonly started: boolean;
  readonly overdue: boolean;
}

export type CloseReason = 'deadline' | 'lost' | 'refused';

export interface Batches {
  /** One batch of waiting frames, committed; null when nothing waits in a free lane or the in-flight limit is reached. */
  claim(limits: ClaimLimits): Promise<ClaimedBatch | null>;
  markStarted(batchId: string, runId: string): Promise<void>;
  /** Open batches older than this, oldest first: what the reconciler looks at. */
  openOlderThan(ageMs: number): Promise<OpenBatch[]>;
  /** The frames of an open batch, to start it again under the same id. */
  reclaim(batchId: string): Promise<ClaimedBatch | null>;
  /** Closes the batch, if it still is open, and puts its frames back to wait; returns how many. */
  giveBack(batchId: string, because: CloseReason): Promise<number>;
}

/** Serialises claims of all dispatchers, so that two of them never see the same lane free. */
const CLAIM_LOCK = 7_238_115;

export function createBatches(pool: Pool): Batches {
  return {
    claim: (limits) => inTransaction(pool, (client) => claim(client, limits)),

    async markStarted(batchId, runId) {
      await query(pool, 'UPDATE batches SET started_at = coalesce(started_at, now()), run_id = $2 WHERE batch_id = $1', [batchId, runId]);
    },

    async openOlderThan(ageMs) {
      const rows = await query<{ batch_id: string; started: boolean; overdue: boolean }>(pool, `
        SELECT batch_id, started_at IS NOT NULL AS started, deadline_at < now() AS overdue FROM batches
        WHERE closed_at IS NULL AND claimed_at < now() - $1 * interval '1 millisecond' ORDER BY claimed_at`, [ageMs]);
      return rows.map((row) => ({ batchId: row.batch_id, started: row.started, overdue: row.overdue }));
    },

    async reclaim(batchId) {
      const rows = await query<{ frame_id: string; tag: string; placement: Placement }>(pool, `
        SELECT frame.frame_id, frame.tag, batch.placement FROM batches batch
        JOIN batch_frames member USING (batch_id)
        JOIN frames frame ON frame.frame_id = member.frame_id AND frame.captured_at = member.captured_at
        WHERE batch.batch_id = $1 AND batch.closed_at IS NULL ORDER BY member.position`, [batchId]);
      const [first] = rows;
      return first ? { batchId, placement: first.placement, frames: rows.map((row) => ({ frameId: row.frame_id, tag: row.tag })) } : null;
    },

    giveBack: (batchId, because) => inTransaction(pool, async (client) => {
      const closed = await query(client, `
        UPDATE batches SET closed_at = now(), closed_because = $2 WHERE batch_id = $1 AND closed_at IS NULL RETURNING batch_id`, [batchId, because]);
      if (closed.length === 0) return 0;
      const back = await query(client, 'UPDATE open_frames SET batch_id = NULL, returned_at = now() WHERE batch_id = $1 RETURNING frame_id', [batchId]);
      return back.length;
    }),
  };
}

interface WaitingRow {
  frame_id: string; captured_at: Instant; tag: string; device_id: string; alone: boolean;
}

async function claim(client: Client, limits: ClaimLimits): Promise<ClaimedBatch | null> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [CLAIM_LOCK]);
  const [open] = await query<{ batches: number }>(client, 'SELECT count(*) AS batches FROM batches WHERE closed_at IS NULL');
  if ((open?.batches ?? 0) >= limits.inFlight) return null;
  const frames = companyOf(await waiting(client, limits.batchFrames));
  if (frames.length === 0) return null;

  const batchId = uuidv7();
  await query(client, `
    INSERT INTO batches (batch_id, placement, frame_count, deadline_at) VALUES ($1, $2, $3, now() + $4 * interval '1 millisecond')`,
  [batchId, limits.placement, frames.length, limits.deadlineMs]);
  await query(client, `
    INSERT INTO batch_frames (batch_id, position, frame_id, captured_at)
    SELECT $1, position - 1, frame_id, captured_at FROM unnest($2::uuid[], $3::timestamptz[]) WITH ORDINALITY AS frame (frame_id, captured_at, position)`,
  [batchId, frames.map((frame) => frame.frame_id), frames.map((frame) => frame.captured_at)]);
  await query(client, 'UPDATE open_frames SET batch_id = $1 WHERE frame_id = ANY($2)', [batchId, frames.map((frame) => frame.frame_id)]);
  return { batchId, placement: limits.placement, frames: frames.map(({ frame_id, tag }) => ({ frameId: frame_id, tag })) };
}

/**
 * Heads of the free lanes, fairest first: users take turns, counting what they have in flight, and within a user the lane
 * that waits longest comes first. Lanes are found by skipping through the index, so the cost follows the number of lanes
 * that wait, not the number of frames.
 */
function waiting(client: Client, limit: number): Promise<WaitingRow[]> {
  return query<WaitingRow & Record<string, unknown>>(client, `
    WITH RECURSIVE lane AS (
      (SELECT device_id FROM open_frames WHERE batch_id IS NULL ORDER BY device_id LIMIT 1)
      UNION ALL
      SELECT (SELECT next.device_id FROM open_frames next WHERE next.batch_id IS NULL AND next.device_id > lane.device_id ORDER BY next.device_id LIMIT 1)
      FROM lane WHERE lane.device_id IS NOT NULL),
    busy AS (SELECT user_id, count(DISTINCT device_id) AS lanes FROM open_frames WHERE batch_id IS NOT NULL GROUP BY user_id),
    head AS (
      SELECT frame.*, row_number() OVER (PARTITION BY frame.device_id ORDER BY frame.captured_at) AS step,
             first_value(frame.opened_at) OVER (PARTITION BY frame.device_id ORDER BY frame.captured_at) AS since
      FROM lane
      CROSS JOIN LATERAL (SELECT * FROM open_frames waiting WHERE waiting.device_id = lane.device_id AND waiting.batch_id IS NULL
                          ORDER BY waiting.captured_at LIMIT $1) frame
      WHERE NOT EXISTS (SELECT 1 FROM open_frames claimed WHERE claimed.device_id = lane.device_id AND claimed.batch_id IS NOT NULL)),
    turn AS (
      SELECT head.*, coalesce(busy.lanes, 0) + dense_rank() OVER (PARTITION BY head.user_id ORDER BY head.since, head.device_id) AS turn
      FROM head LEFT JOIN busy USING (user_id))
    SELECT turn.frame_id, turn.captured_at, turn.device_id, turn.alone, frame.tag FROM turn
    JOIN frames frame ON frame.device_id = turn.device_id AND frame.captured_at = turn.captured_at
    ORDER BY turn.turn, turn.since, turn.device_id, turn.step
    LIMIT $1`, [limit]);
}

/** A frame marked alone travels alone, and nothing of its lane overtakes it. */
function companyOf(rows: readonly WaitingRow[]): WaitingRow[] {
  const [first] = rows;
  if (first?.alone) return [first];
  const held = new Set<string>();
  return rows.filter((row) => {
    if (row.alone) held.add(row.device_id);
    return !held.has(row.device_id);
  });
}
