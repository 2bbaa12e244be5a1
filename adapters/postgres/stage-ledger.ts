/** Stage reads and writes under the fence: only for frames that the batch still holds. */
import { hostname } from 'node:os';
import type { StagedFrame, StageLedger, StageOutcome } from '../../activities/ports/staged-frame.ts';
import type { DeviceClass, Polygon } from '../../contracts/device.ts';
import type { FailureCode } from '../../contracts/failures.ts';
import type { FrameStage } from '../../contracts/stages.ts';
import type { Instant } from '../../contracts/time.ts';
import { captureSpan } from './capture-span.ts';
import { inTransaction, query } from './pool.ts';
import type { Client, Pool, Queryable } from './pool.ts';

/** Who did it, for `frames show`: enough to find the process and its log. */
const WORKER = `${hostname()}:${process.pid}`;

export function createStageLedger(pool: Pool): StageLedger {
  return {
    load: (batchId, positions, stage) => loadStaged(pool, batchId, positions, stage),
    save: (batchId, stage, outcomes) => underFence(pool, batchId, outcomes, (client, held) => saveOutcomes(client, batchId, stage, held)),
  };
}

interface StagedRow {
  position: number; frame_id: string; captured_at: Instant; accepted_at: Instant; tag: string; user_id: string; device_id: string;
  time_zone: string; sha256: string; standard_sha256: string | null; width: number | null; height: number | null;
  run: number; notify: boolean; enabled: boolean | null; model: string | null; device_class: DeviceClass | null; privacy_areas: Polygon[] | null;
  stored_outcome: StageOutcome['outcome'] | null; stored_code: FailureCode | null;
}

async function loadStaged(db: Queryable, batchId: string, positions: readonly number[], stage: FrameStage): Promise<StagedFrame[]> {
  const held = await query<{ captured_at: Instant }>(db, `
    SELECT open.captured_at FROM batch_frames member JOIN open_frames open ON open.frame_id = member.frame_id AND open.batch_id = member.batch_id
    WHERE member.batch_id = $1 AND member.position = ANY($2)`, [batchId, positions]);
  if (held.length === 0) return [];
  const { from, to } = captureSpan(held.map((row) => row.captured_at));
  const rows = await query<StagedRow>(db, `
    SELECT member.position, frame.frame_id, frame.captured_at, frame.accepted_at, frame.tag, frame.user_id, frame.device_id, frame.time_zone,
           encode(frame.sha256, 'hex') AS sha256, encode(frame.standard_sha256, 'hex') AS standard_sha256, frame.width, frame.height,
           open.run, open.notify, device.enabled AND owner.enabled AS enabled, device.model, device.class AS device_class, device.privacy_areas,
           result.outcome AS stored_outcome, result.code AS stored_code
    FROM batch_frames member
    JOIN open_frames open ON open.frame_id = member.frame_id AND open.batch_id = member.batch_id
    JOIN frames frame ON frame.device_id = open.device_id AND frame.captured_at = open.captured_at AND frame.captured_at BETWEEN $4 AND $5
    LEFT JOIN devices device ON device.device_id = frame.device_id
    LEFT JOIN users owner ON owner.user_id = device.user_id
    LEFT JOIN stage_results result ON result.frame_id = frame.frame_id AND result.captured_at = frame.captured_at AND result.captured_at BETWEEN $4 AND $5
                                  AND result.batch_id = member.batch_id AND result.stage = $3
    WHERE member.batch_id = $1 AND member.position = ANY($2)
    ORDER BY member.position`, [batchId, positions, stage, from, to]);
  return rows.map((row) => ({
    position: row.position, frameId: row.frame_id, capturedAt: row.captured_at, acceptedAt: row.accepted_at, tag: row.tag,
    userId: row.user_id, deviceId: row.device_id, timeZone: row.time_zone, sha256: row.sha256, standardSha256: row.standard_sha256,
    width: row.width, height: row.height, run: row.run, notify: row.notify,
    enabled: row.enabled ?? false, model: row.model, deviceClass: row.device_class ?? 'camera', privacyAreas: row.privacy_areas ?? [],
    stored: row.stored_outcome === null ? null : { outcome: row.stored_outcome, code: row.stored_code },
  }));
}

/**
 * Runs `work` with those items whose frames the batch still holds, and keeps them held until the commit: a reconciler that
 * wants to take the batch's frames back waits for us, and after it has, we write nothing.
 */
export async function underFence<T extends { readonly frame: StagedFrame }>(
  pool: Pool, batchId: string, items: readonly T[], work: (client: Client, held: T[]) => Promise<void>,
): Promise<void> {
  if (items.length === 0) return;
  await inTransaction(pool, async (client) => {
    const rows = await query<{ frame_id: string }>(client,
      'SELECT frame_id FROM open_frames WHERE batch_id = $1 AND frame_id = ANY($2) ORDER BY frame_id FOR SHARE',
      [batchId, items.map(({ frame }) => frame.frameId)]);
    const held = new Set(rows.map((row) => row.frame_id));
    const still = items.filter(({ frame }) => held.has(frame.frameId));
    if (still.length > 0) await work(client, still);
  });
}

/** An outcome, of a frame of which only the place in the ledger is known. */
type OutcomeRow = Omit<StageOutcome, 'frame'> & { readonly frame: Pick<StagedFrame, 'frameId' | 'capturedAt'> };

export async function saveOutcomes(client: Queryable, batchId: string, stage: FrameStage, outcomes: readonly OutcomeRow[]): Promise<void> {
  await query(client, `
    INSERT INTO stage_results (frame_id, captured_at, batch_id, stage, outcome, code, detail, started_at, finished_at, worker)
    SELECT frame_id, captured_at, $1, $2, outcome, code, detail, started_at, finished_at, $3
    FROM unnest($4::uuid[], $5::timestamptz[], $6::text[], $7::text[], $8::text[], $9::timestamptz[], $10::timestamptz[])
      AS outcome (frame_id, captured_at, outcome, code, detail, started_at, finished_at)
    ON CONFLICT DO NOTHING`, [
    batchId, stage, WORKER,
    outcomes.map(({ frame }) => frame.frameId), outcomes.map(({ frame }) => frame.capturedAt), outcomes.map(({ outcome }) => outcome),
    outcomes.map(({ code }) => code), outcomes.map(({ detail }) => detail?.slice(0, 500) ?? null),
    outcomes.map(({ startedAt }) => startedAt), outcomes.map(({ finishedAt }) => finishedAt)]);
}
