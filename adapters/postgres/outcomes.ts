/** Settling: the one transaction that gives frames their terminal state, moves the running totals and closes the batch. */
import type { SettledFrame, SettlingLedger } from '../../activities/record.ts';
import type { StagedException } from '../../contracts/frame.ts';
import type { RecordInput } from '../../contracts/pipeline.ts';
import { strongest } from '../../contracts/terminal-states.ts';
import type { SuppressionCause, TerminalState } from '../../contracts/terminal-states.ts';
import type { Instant } from '../../contracts/time.ts';
import type { Verdict } from '../../contracts/verdict.ts';
import { FRAMES_WAITING } from './ledger.ts';
import { inTransaction, query } from './pool.ts';
import type { Client, Pool } from './pool.ts';
import { saveOutcomes } from './stage-ledger.ts';

export function createSettlingLedger(pool: Pool): SettlingLedger {
  return {
    async settle(input) {
      const result = await inTransaction(pool, (client) => settleBatch(client, input));
      // The lanes are free again: a dispatcher that waits for one should not wait for its next look.
      await pool.query(`NOTIFY ${FRAMES_WAITING}`).catch(() => {});
      return result;
    },
  };
}

interface HeldFrame {
  position: number; frame_id: string; captured_at: Instant; device_id: string; user_id: string; accepted_at: Instant; run: number;
  verdicts: Verdict[] | null; decisions: { ruleId: string; suppressed: SuppressionCause | null }[];
}

interface Outcome {
  readonly state: TerminalState;
  readonly reason: string | null;
  readonly stage: string | null;
}

async function settleBatch(client: Client, { batchId, exceptions }: RecordInput): Promise<{ settled: SettledFrame[]; returned: number }> {
  const startedAt = new Date();
  // The batch before its frames, as whoever gives them back does: in the other order the two wait for each other.
  await query(client, 'SELECT 1 FROM batches WHERE batch_id = $1 FOR UPDATE', [batchId]);
  const held = await heldFrames(client, batchId);
  const exceptionAt = new Map(exceptions.map((exception) => [exception.position, exception]));
  const returning = held.filter(({ position }) => exceptionAt.get(position)?.outcome === 'retry');
  const ending = held.filter(({ position }) => exceptionAt.get(position)?.outcome !== 'retry');

  const settled: SettledFrame[] = [];
  for (const frame of ending) settled.push(await settleFrame(client, batchId, frame, outcomeOf(frame, exceptionAt.get(frame.position))));
  await saveOutcomes(client, batchId, 'record', ending.map(({ frame_id: frameId, captured_at: capturedAt }) => ({
    frame: { frameId, capturedAt }, outcome: 'done', code: null, detail: null, startedAt, finishedAt: new Date(),
  })));
  await query(client, 'DELETE FROM open_frames WHERE frame_id = ANY($1)', [ending.map(({ frame_id }) => frame_id)]);
  await countVerdicts(client, ending);
  await query(client, 'UPDATE open_frames SET batch_id = NULL, alone = true, returned_at = now() WHERE frame_id = ANY($1)', [returning.map(({ frame_id }) => frame_id)]);
  await query(client, "UPDATE batches SET closed_at = now(), closed_because = 'settled' WHERE batch_id = $1 AND closed_at IS NULL", [batchId]);
  return { settled, returned: returning.length };
}

/** What the batch still holds, locked: a reconciler that takes frames back and a second try of record wait for this one. */
function heldFrames(client: Client, batchId: string): Promise<HeldFrame[]> {
  return query<HeldFrame & Record<string, unknown>>(client, `
    SELECT member.position, open.frame_id, open.captured_at, open.device_id, frame.user_id, frame.accepted_at, open.run, verdict.verdicts,
           coalesce((SELECT jsonb_agg(jsonb_build_object('ruleId', match.rule_id, 'suppressed', match.suppressed))
                     FROM matches match WHERE match.frame_id = open.frame_id), '[]') AS decisions
    FROM batch_frames member
    JOIN open_frames open ON open.frame_id = member.frame_id AND open.batch_id = member.batch_id
    JOIN frames frame ON frame.device_id = open.device_id AND frame.captured_at = open.captured_at
    LEFT JOIN frame_verdicts verdict ON verdict.frame_id = open.frame_id AND verdict.captured_at = open.captured_at AND verdict.run = open.run
    WHERE member.batch_id = $1
    ORDER BY member.position
    FOR UPDATE OF open`, [batchId]);
}

function outcomeOf(frame: HeldFrame, exception: StagedException | undefined): Outcome {
  if (exception) return { state: exception.outcome === 'refused' ? 'rejected' : 'failed', reason: exception.code, stage: exception.stage };
  const matched = new Set((frame.verdicts ?? []).filter((verdict) => verdict.matched).map((verdict) => verdict.ruleId));
  const decisions = frame.decisions.filter(({ ruleId }) => matched.has(ruleId));
  const state = strongest(decisions.map(({ suppressed }) => (suppressed === null ? 'alerted' : 'suppressed')));
  return { state, reason: state === 'suppressed' ? decisions[0]?.suppressed ?? null : null, stage: null };
}

async function settleFrame(client: Client, batchId: string, frame: HeldFrame, { state, reason, stage }: Outcome): Promise<SettledFrame> {
  const [row] = await query<{ tag: string }>(client, `
    UPDATE frames SET state = $3, reason = $4, stage = $5, settled_at = now(), settled_by = $6
    WHERE device_id = $1 AND captured_at = $2 AND state IS NULL RETURNING tag`,
  [frame.device_id, frame.captured_at, state, reason, stage, batchId]);
  await query(client, `
    INSERT INTO frame_counts AS books (user_id, device_id, hour, state, frames) VALUES ($1, $2, date_trunc('hour', $3::timestamptz), $4, 1)
    ON CONFLICT (user_id, device_id, hour, state) DO UPDATE SET frames = books.frames + 1`,
  [frame.user_id, frame.device_id, frame.accepted_at, state]);
  return { frameId: frame.frame_id, tag: row?.tag ?? '', state, reason };
}

/** Per rule and hour of capture. Replays judge again what was counted, so only first runs count. */
async function countVerdicts(client: Client, frames: readonly HeldFrame[]): Promise<void> {
  for (const frame of frames.filter(({ run }) => run === 1)) {
    for (const { ruleId, ruleVersion, matched } of frame.verdicts ?? []) {
      await query(client, `
        INSERT INTO rule_counts AS books (user_id, device_id, rule_id, rule_version, hour, judged, matched)
        VALUES ($1, $2, $3, $4, date_trunc('hour', $5::timestamptz), 1, $6::int)
        ON CONFLICT (user_id, device_id, rule_id, rule_version, hour) DO UPDATE SET judged = books.judged + 1, matched = books.matched + EXCLUDED.matched`,
      [frame.user_id, frame.device_id, ruleId, ruleVersion, frame.captured_at, matched ? 1 : 0]);
    }
  }
}
