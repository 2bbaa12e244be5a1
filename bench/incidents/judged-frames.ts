/** Frames as the alert stage gets them: accepted, claimed, looked at and judged, many in a few statements. */
import { uuidv7 } from 'uuidv7';
import { createLedger } from '../../adapters/postgres/ledger.ts';
import { query } from '../../adapters/postgres/pool.ts';
import type { Pool } from '../../adapters/postgres/pool.ts';
import type { AcceptedFrame } from '../../contracts/frame.ts';
import { instantFromDate, plusMs } from '../../contracts/time.ts';
import type { Verdict } from '../../contracts/verdict.ts';
import { receipts } from '../../test/support/plant-data.ts';
import { ZONE } from './accounts.ts';

export interface FrameToJudge {
  readonly userId: string;
  readonly deviceId: string;
  /** Rules that it matches. */
  readonly rules: readonly string[];
  /** Capture time, from now. */
  readonly inMs: number;
}

export interface JudgedBatch {
  readonly batchId: string;
  readonly positions: readonly number[];
  readonly matches: number;
  /** Of its first frame. */
  readonly inMs: number;
}

const SIZE = { width: 768, height: 576 } as const;
/** Two people in the yard, as the detector would write them. */
const DETECTIONS = JSON.stringify([[0.93, [304, 210, 60, 150]], [0.81, [512, 190, 55, 140]]].map(([probability, box]) => ({ label: 'person', score: probability, probability, box })));
const CLAUSE = { path: '0', text: 'person with probability > 50%', holds: true, compared: 0.93, threshold: 0.5, unit: 'probability' } as const;
/** Frames accepted in one statement. */
const AT_ONCE = 500;
/** Nobody dispatches, so nobody takes them back; the row asks for a deadline all the same. */
const DEADLINE = "interval '1 hour'";

/** In their order, `batchFrames` to a batch. */
export async function judge(pool: Pool, frames: readonly FrameToJudge[], picture: string, batchFrames: number): Promise<JudgedBatch[]> {
  const now = instantFromDate(new Date());
  const batches: JudgedBatch[] = [];
  for (let from = 0; from < frames.length; from += AT_ONCE) {
    const some = frames.slice(from, from + AT_ONCE);
    const accepted = receipts(await createLedger(pool).acceptFrames(some.map(({ userId, deviceId, inMs }) => (
      { userId, deviceId, timeZone: ZONE, givenCapturedAt: plusMs(now, inMs), sha256: picture, sizeBytes: 80_000, mediaType: 'image/jpeg' }))));
    const members = some.map((frame, n) => ({ frame, accepted: accepted[n]!, position: n % batchFrames }));
    const claimed = Array.from({ length: Math.ceil(members.length / batchFrames) }, (_, n) => ({ batchId: uuidv7(), members: members.slice(n * batchFrames, (n + 1) * batchFrames) }));
    await write(pool, claimed);
    batches.push(...claimed.map(({ batchId, members: held }) => ({
      batchId, positions: held.map(({ position }) => position), matches: held.reduce((sum, { frame }) => sum + frame.rules.length, 0), inMs: held[0]!.frame.inMs,
    })));
  }
  return batches;
}

interface Claimed {
  readonly batchId: string;
  readonly members: readonly { readonly frame: FrameToJudge; readonly accepted: AcceptedFrame; readonly position: number }[];
}

async function write(pool: Pool, claimed: readonly Claimed[]): Promise<void> {
  const rows = JSON.stringify(claimed.flatMap(({ batchId, members }) => members.map(({ frame: { rules, deviceId }, accepted: { frameId, capturedAt }, position }) => ({
    batch_id: batchId, frame_id: frameId, device_id: deviceId, captured_at: capturedAt, position, frames: members.length, verdicts: rules.map(verdictOf),
  }))));
  const given = `jsonb_to_recordset($1) AS given (batch_id uuid, frame_id uuid, device_id text, captured_at timestamptz, position int, frames int, verdicts jsonb)`;
  await query(pool, `
    INSERT INTO batches (batch_id, placement, alone, frame_count, started_at, deadline_at)
    SELECT DISTINCT batch_id, 'compact', false, frames, now(), now() + ${DEADLINE} FROM ${given}`, [rows]);
  await query(pool, `INSERT INTO batch_frames (batch_id, position, frame_id, captured_at) SELECT batch_id, position, frame_id, captured_at FROM ${given}`, [rows]);
  await query(pool, `UPDATE open_frames SET batch_id = given.batch_id FROM ${given} WHERE open_frames.frame_id = given.frame_id`, [rows]);
  await query(pool, `
    UPDATE frames SET standard_sha256 = sha256, width = $2, height = $3 FROM ${given}
    WHERE frames.device_id = given.device_id AND frames.captured_at = given.captured_at`, [rows, SIZE.width, SIZE.height]);
  await query(pool, `
    INSERT INTO frame_detections (frame_id, captured_at, batch_id, model, width, height, detections, file_path)
    SELECT frame_id, captured_at, batch_id, '{}', $2, $3, $4, '' FROM ${given}`, [rows, SIZE.width, SIZE.height, DETECTIONS]);
  await query(pool, `
    INSERT INTO frame_verdicts (frame_id, captured_at, run, batch_id, verdicts, matched)
    SELECT frame_id, captured_at, 1, batch_id, verdicts, true FROM ${given}`, [rows]);
}

const verdictOf = (ruleId: string): Verdict => ({ ruleId, ruleVersion: 1, matched: true, severity: 'medium', clauses: [CLAUSE], evidence: [0, 1] });
