/** Settling: the one transaction that gives frames their terminal state, moves the running totals and closes the batch. */
import type { SettledFrame, SettlingLedger } from '../../activities/record.ts';
import type { StagedException } from '../../contracts/frame.ts';
import type { RecordInput } from '../../contracts/pipeline.ts';
import { strongest } from '../../contracts/terminal-states.ts';
import type { SuppressionCause, TerminalState } from '../../contracts/terminal-states.ts';
import type { Instant } from '../../contracts/time.ts';
import type { Verdict } from '../../contracts/verdict.ts';
import { FRAMES_WAITING } from './ledger.ts';
import { captureSpan } from './capture-span.ts';
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
  position: number; frame_id: string; captured_at: Instant; device_id: string; user_id: string; run: number;
  verdicts: Verdict[] | null; rule_set_id: string | null; decisions: { ruleId: string; suppressed: SuppressionCause | null }[];
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

  const settled = await settleFrames(client, batchId, ending.map((frame) => ({ ...frame, ...outcomeOf(frame, exceptionAt.get(frame.position)) })));
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
async function heldFrames(client: Client, batchId: string): Promise<HeldFrame[]> {
  const held = await query<{ captured_at: Instant }>(client, `
    SELECT open.captured_at FROM batch_frames member JOIN open_frames open ON open.frame_id = member.frame_id AND open.batch_id = member.batch_id
    WHERE member.batch_id = $1 ORDER BY open.frame_id FOR UPDATE OF open`, [batchId]);
  const { from, to } = captureSpan(held.map((row) => row.captured_at));
  return query<HeldFrame & Record<string, unknown>>(client, `
    SELECT member.position, open.frame_id, open.captured_at, open.device_id, open.user_id, open.run, verdict.verdicts, encode(verdict.rule_set_id, 'hex') AS rule_set_id,
           coalesce((SELECT jsonb_agg(jsonb_build_object('ruleId', match.rule_id, 'suppressed', match.suppressed))
                     FROM matches match WHERE match.frame_id = open.frame_id), '[]') AS decisions
    FROM batch_frames member
    JOIN open_frames open ON open.frame_id = member.frame_id AND open.batch_id = member.batch_id
    LEFT JOIN frame_verdicts verdict ON verdict.frame_id = open.frame_id AND verdict.captured_at = open.captured_at AND verdict.run = open.run
                                    AND verdict.captured_at BETWEEN $2 AND $3
    WHERE member.batch_id = $1
    ORDER BY member.position`, [batchId, from, to]);
}

function outcomeOf(frame: HeldFrame, exception: StagedException | undefined): Outcome {
  if (exception) return { state: exception.outcome === 'refused' ? 'rejected' : 'failed', reason: exception.code, stage: exception.stage };
  const matched = new Set((frame.verdicts ?? []).filter((verdict) => verdict.matched).map((verdict) => verdict.ruleId));
  const decisions = frame.decisions.filter(({ ruleId }) => matched.has(ruleId));
  const state = strongest(decisions.map(({ suppressed }) => (suppressed === null ? 'alerted' : 'suppressed')));
  return { state, reason: state === 'suppressed' ? decisions[0]?.suppressed ?? null : null, stage: null };
}

/** Terminal states and running totals in one statement: what is counted is what this statement settled, so nothing counts twice. */
async function settleFrames(client: Client, batchId: string, ending: readonly (HeldFrame & Outcome)[]): Promise<SettledFrame[]> {
  if (ending.length === 0) return [];
  const { from, to } = captureSpan(ending.map((frame) => frame.captured_at));
  return query<SettledFrame & Record<string, unknown>>(client, `
    WITH settled AS (
      UPDATE frames SET state = ending.state, reason = ending.reason, stage = ending.stage, settled_at = now(), settled_by = $2
      FROM jsonb_to_recordset($1) AS ending (device_id text, captured_at timestamptz, state text, reason text, stage text)
      WHERE frames.device_id = ending.device_id AND frames.captured_at = ending.captured_at AND frames.captured_at BETWEEN $3 AND $4 AND frames.state IS NULL
      RETURNING frames.frame_id, frames.tag, frames.user_id, frames.device_id, frames.accepted_at, frames.state, frames.reason),
    booked AS (
      INSERT INTO frame_counts AS books (user_id, device_id, hour, state, frames, last_accepted_at)
      SELECT user_id, device_id, date_trunc('hour', accepted_at), state, count(*), max(accepted_at) FROM settled GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
      ON CONFLICT (user_id, device_id, hour, state) DO UPDATE SET frames = books.frames + EXCLUDED.frames,
        last_accepted_at = greatest(books.last_accepted_at, EXCLUDED.last_accepted_at))
    SELECT frame_id AS "frameId", tag, state, reason FROM settled`,
  [JSON.stringify(ending.map(({ device_id, captured_at, state, reason, stage }) => ({ device_id, captured_at, state, reason, stage }))), batchId, from, to]);
}

/** Per hour of capture: what each set judged, and what each rule said. Replays judge again what was counted, so only first runs count. */
async function countVerdicts(client: Client, frames: readonly HeldFrame[]): Promise<void> {
  const first = frames.filter(({ run }) => run === 1);
  await countRuleSets(client, first.filter(({ rule_set_id: id }) => id !== null));
  const judged = first.flatMap(({ user_id, device_id, captured_at, verdicts }) =>
    (verdicts ?? []).map(({ ruleId, ruleVersion, matched }) => ({ user_id, device_id, captured_at, rule_id: ruleId, rule_version: ruleVersion, matched })));
  if (judged.length === 0) return;
  await query(client, `
    INSERT INTO rule_counts AS books (user_id, device_id, rule_id, rule_version, hour, judged, matched)
    SELECT user_id, device_id, rule_id, rule_version, date_trunc('hour', captured_at), count(*), count(*) FILTER (WHERE matched)
    FROM jsonb_to_recordset($1) AS verdict (user_id text, device_id text, captured_at timestamptz, rule_id text, rule_version int, matched boolean)
    GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (user_id, device_id, rule_id, rule_version, hour) DO UPDATE SET judged = books.judged + EXCLUDED.judged, matched = books.matched + EXCLUDED.matched`,
  [JSON.stringify(judged)]);
}

/** A row for the set and not one for each of its rules: a device may have thousands, and most say nothing of most frames. */
async function countRuleSets(client: Client, judged: readonly HeldFrame[]): Promise<void> {
  if (judged.length === 0) return;
  await query(client, `
    INSERT INTO rule_set_counts AS books (user_id, device_id, rule_set_id, hour, frames)
    SELECT user_id, device_id, decode(rule_set_id, 'hex'), date_trunc('hour', captured_at), count(*)
    FROM jsonb_to_recordset($1) AS judged (user_id text, device_id text, rule_set_id text, captured_at timestamptz)
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT (user_id, device_id, rule_set_id, hour) DO UPDATE SET frames = books.frames + EXCLUDED.frames`,
  [JSON.stringify(judged.map(({ user_id, device_id, rule_set_id, captured_at }) => ({ user_id, device_id, rule_set_id, captured_at })))]);
}
