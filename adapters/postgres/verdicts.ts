/** What evaluate reads and writes: rule sets, detections, device memory, verdicts. */
import type { Judgement, JudgementLedger } from '../../activities/evaluate.ts';
import type { Worked } from '../../activities/stage-run.ts';
import type { Detection } from '../../contracts/detection.ts';
import { Failure } from '../../contracts/failures.ts';
import type { RuleSet } from '../../contracts/rule.ts';
import type { Verdict } from '../../contracts/verdict.ts';
import type { Instant } from '../../contracts/time.ts';
import { readMemory } from '../../policies/memory/device-memory.ts';
import type { StagedFrame } from '../../activities/ports/staged-frame.ts';
import { DEFAULT_CLOCK } from '../../policies/clock-watch.ts';
import { captureSpan } from './capture-span.ts';
import { noteClockJumps } from './clock-jumps.ts';
import { lookBack } from './look-back.ts';
import { query } from './pool.ts';
import type { Client, Pool } from './pool.ts';
import { recordRuleSets } from './rule-sets.ts';
import type { RuleSets } from './rule-set-cache.ts';
import { createStageLedger, saveOutcomes, underFence } from './stage-ledger.ts';

export function createJudgementLedger(pool: Pool, ruleSets: RuleSets, clock = DEFAULT_CLOCK): JudgementLedger {
  const { load } = createStageLedger(pool);
  return {
    load,

    async caseFiles(frames) {
      const [seen, ruleSetOf] = await Promise.all([detectionsAndVerdicts(pool, frames), ruleSets.of(frames)]);
      return new Map(frames.map((frame) => {
        const row = seen.get(frame.frameId);
        const view = row?.detections && row.width !== null && row.height !== null ? { detections: row.detections, width: row.width, height: row.height } : null;
        const stored = row?.verdicts ? { verdicts: row.verdicts, matched: row.matched ?? false, late: row.late, memory: null, ruleSet: null } : null;
        return [frame.frameId, { view, stored, ruleSet: ruleSetOf(frame) }];
      }));
    },

    lookBack: (frame) => lookBack(pool, frame),

    async memories(deviceIds) {
      const rows = await query<{ device_id: string; memory: unknown; revision: number }>(pool,
        'SELECT device_id, memory, revision FROM device_memory WHERE device_id = ANY($1)', [deviceIds]);
      const kept = new Map(rows.map((row) => [row.device_id, row]));
      return new Map(deviceIds.map((deviceId) => [deviceId, { memory: readMemory(kept.get(deviceId)?.memory ?? null), revision: kept.get(deviceId)?.revision ?? 0 }]));
    },

    async saveJudgements(batchId, outcomes, seen) {
      let used: RuleSet[] = [];
      await underFence(pool, batchId, outcomes, async (client, held) => {
        await saveOutcomes(client, batchId, 'evaluate', held);
        const judged = held.filter((outcome) => outcome.made !== undefined);
        used = judged.flatMap(({ made }) => made?.ruleSet ?? []);
        await recordRuleSets(client, ruleSets.unrecorded(used));
        await saveVerdicts(client, batchId, judged);
        await markLate(client, judged.filter(({ made }) => made?.late));
        await saveMemories(client, judged, seen);
        await noteClockJumps(client, judged.flatMap(({ frame, made }) => (made?.clockJumpedBack ? [frame] : [])), clock);
      });
      ruleSets.recorded(used);
    },

    async matched(batchId, positions) {
      const held = await query<{ position: number; frame_id: string; captured_at: Instant; run: number }>(pool, `
        SELECT member.position, open.frame_id, open.captured_at, open.run FROM batch_frames member
        JOIN open_frames open ON open.frame_id = member.frame_id AND open.batch_id = member.batch_id
        WHERE member.batch_id = $1 AND member.position = ANY($2)`, [batchId, positions]);
      const { from, to } = captureSpan(held.map((row) => row.captured_at));
      const rows = await query<{ position: number }>(pool, `
        SELECT held.position FROM unnest($1::int[], $2::uuid[], $3::timestamptz[], $4::int[]) AS held (position, frame_id, captured_at, run)
        JOIN frame_verdicts verdict USING (frame_id, captured_at, run)
        WHERE verdict.matched AND verdict.captured_at BETWEEN $5 AND $6 ORDER BY held.position`,
      [held.map((row) => row.position), held.map((row) => row.frame_id), held.map((row) => row.captured_at), held.map((row) => row.run), from, to]);
      return rows.map((row) => row.position);
    },
  };
}

interface SeenRow {
  frame_id: string; detections: Detection[] | null; width: number | null; height: number | null; verdicts: Verdict[] | null; matched: boolean | null; late: boolean;
}

async function detectionsAndVerdicts(pool: Pool, frames: readonly StagedFrame[]): Promise<ReadonlyMap<string, SeenRow>> {
  const { from, to } = captureSpan(frames.map(({ capturedAt }) => capturedAt));
  const rows = await query<SeenRow & Record<string, unknown>>(pool, `
    SELECT asked.frame_id, detected.detections, detected.width, detected.height, verdict.verdicts, verdict.matched, frame.late
    FROM unnest($1::uuid[], $2::timestamptz[], $3::int[], $4::text[]) AS asked (frame_id, captured_at, run, device_id)
    JOIN frames frame ON frame.device_id = asked.device_id AND frame.captured_at = asked.captured_at AND frame.captured_at BETWEEN $5 AND $6
    LEFT JOIN frame_detections detected ON detected.frame_id = asked.frame_id AND detected.captured_at = asked.captured_at AND detected.captured_at BETWEEN $5 AND $6
    LEFT JOIN frame_verdicts verdict ON verdict.frame_id = asked.frame_id AND verdict.captured_at = asked.captured_at AND verdict.run = asked.run
                                    AND verdict.captured_at BETWEEN $5 AND $6`,
  [frames.map(({ frameId }) => frameId), frames.map(({ capturedAt }) => capturedAt), frames.map(({ run }) => run), frames.map(({ deviceId }) => deviceId), from, to]);
  return new Map(rows.map((row) => [row.frame_id, row]));
}

/** The first verdict of a run stays. */
async function saveVerdicts(client: Client, batchId: string, judged: readonly Worked<Judgement>[]): Promise<void> {
  await query(client, `
    INSERT INTO frame_verdicts (frame_id, captured_at, run, batch_id, verdicts, matched, rule_set_id)
    SELECT frame_id, captured_at, run, $2, verdicts, matched, decode(rule_set_id, 'hex')
    FROM jsonb_to_recordset($1) AS judged (frame_id uuid, captured_at timestamptz, run int, verdicts jsonb, matched boolean, rule_set_id text)
    ON CONFLICT DO NOTHING`,
  [JSON.stringify(judged.map(({ frame, made }) => ({
    frame_id: frame.frameId, captured_at: frame.capturedAt, run: frame.run, verdicts: made?.verdicts, matched: made?.matched, rule_set_id: made?.ruleSet?.ruleSetId,
  }))), batchId]);
}

async function markLate(client: Client, late: readonly Worked<Judgement>[]): Promise<void> {
  if (late.length === 0) return;
  const { from, to } = captureSpan(late.map(({ frame }) => frame.capturedAt));
  await query(client, `
    UPDATE frames SET late = true FROM unnest($1::text[], $2::timestamptz[]) AS came (device_id, captured_at)
    WHERE frames.device_id = came.device_id AND frames.captured_at = came.captured_at AND frames.captured_at BETWEEN $3 AND $4`,
  [late.map(({ frame }) => frame.deviceId), late.map(({ frame }) => frame.capturedAt), from, to]);
}

/** The last memory of each device in the batch, compare-and-set: it must still be the one that was judged with. */
async function saveMemories(client: Client, judged: readonly Worked<Judgement>[], seen: ReadonlyMap<string, number>): Promise<void> {
  const last = new Map(judged.flatMap(({ frame, made }) => (made?.memory ? [[frame.deviceId, made.memory] as const] : [])));
  if (last.size === 0) return;
  const moved = await query<{ device_id: string }>(client, `
    WITH offered AS (SELECT * FROM jsonb_to_recordset($1) AS offer (device_id text, memory jsonb, revision bigint)),
    made AS (
      INSERT INTO device_memory (device_id, memory, revision) SELECT device_id, memory, 1 FROM offered WHERE revision = 0
      ON CONFLICT (device_id) DO NOTHING RETURNING device_id),
    moved AS (
      UPDATE device_memory kept SET memory = offered.memory, revision = kept.revision + 1, updated_at = now()
      FROM offered WHERE kept.device_id = offered.device_id AND kept.revision = offered.revision RETURNING kept.device_id)
    SELECT device_id FROM made UNION ALL SELECT device_id FROM moved`,
  [JSON.stringify([...last].map(([deviceId, memory]) => ({ device_id: deviceId, memory, revision: seen.get(deviceId) ?? 0 })))]);
  const stayed = [...last.keys()].find((deviceId) => !moved.some((row) => row.device_id === deviceId));
  if (stayed !== undefined) throw new Failure('lane_conflict', `the memory of device ${stayed} moved meanwhile`);
}
