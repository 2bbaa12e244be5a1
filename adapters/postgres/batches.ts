/** Batches: what is claimed, what is open, and taking frames back from batches that came to nothing. */
import type { FrameRef } from '../../contracts/frame.ts';
import type { Placement } from '../../contracts/stages.ts';
import { claim, isRoom, roomLeft } from './claim.ts';
import { inTransaction, query } from './pool.ts';
import type { Pool } from './pool.ts';

export interface ClaimLimits {
  /** Most frames in one batch (K). */
  readonly batchFrames: number;
  /** Most open batches in the whole plant, those in quarantine apart. */
  readonly inFlight: number;
  /** Most frames in quarantine at once: they have workers of their own, so neither kind waits for the other. */
  readonly aloneInFlight: number;
  readonly deadlineMs: number;
  readonly placement: Placement;
}

export interface ClaimedBatch {
  readonly batchId: string;
  readonly placement: Placement;
  /** One frame, for quarantine. */
  readonly alone: boolean;
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

export function createBatches(pool: Pool): Batches {
  return {
    claim: async (limits) => isRoom(await roomLeft(pool, limits)) ? inTransaction(pool, (client) => claim(client, limits)) : null,

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
      const rows = await query<{ frame_id: string; tag: string; placement: Placement; alone: boolean }>(pool, `
        SELECT frame.frame_id, frame.tag, batch.placement, batch.alone FROM batches batch
        JOIN batch_frames member USING (batch_id)
        JOIN frames frame ON frame.frame_id = member.frame_id AND frame.captured_at = member.captured_at
        WHERE batch.batch_id = $1 AND batch.closed_at IS NULL ORDER BY member.position`, [batchId]);
      const [first] = rows;
      if (!first) return null;
      const { placement, alone } = first;
      return { batchId, placement, alone, frames: rows.map((row) => ({ frameId: row.frame_id, tag: row.tag })) };
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
