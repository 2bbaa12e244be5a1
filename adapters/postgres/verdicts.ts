/** What evaluate reads and writes: assigned rules, detections, device memory, verdicts. */
import type { Judgement, JudgementLedger } from '../../activities/evaluate.ts';
import type { Worked } from '../../activities/stage-run.ts';
import type { Detection } from '../../contracts/detection.ts';
import { Failure } from '../../contracts/failures.ts';
import type { AssignedRule } from '../../contracts/rule.ts';
import type { Verdict } from '../../contracts/verdict.ts';
import { readMemory } from '../../policies/device-memory.ts';
import { query } from './pool.ts';
import type { Client, Pool } from './pool.ts';
import { createStageLedger, saveOutcomes, underFence } from './stage-ledger.ts';

export function createJudgementLedger(pool: Pool): JudgementLedger {
  const { load } = createStageLedger(pool);
  const ruleOf = ruleCache();
  return {
    load,

    async detections(frame) {
      const [row] = await query<{ detections: Detection[] }>(pool,
        'SELECT detections FROM frame_detections WHERE frame_id = $1 AND captured_at = $2', [frame.frameId, frame.capturedAt]);
      if (!row) throw new Failure('stage_defect', 'the frame reached evaluate without detections');
      return row.detections;
    },

    async rules(frame) {
      const rows = await query<AssignedRule>(pool, `
        SELECT version.rule_id AS "ruleId", version.version, version.condition
        FROM rule_assignments assigned
        JOIN rules rule ON rule.rule_id = assigned.rule_id AND rule.deleted_at IS NULL
        JOIN rule_versions version ON version.rule_id = rule.rule_id AND version.version = rule.current_version
        WHERE assigned.user_id = $1 AND (assigned.device_ids IS NULL OR $2 = ANY(assigned.device_ids))
        ORDER BY version.rule_id`, [frame.userId, frame.deviceId]);
      return rows.map(ruleOf);
    },

    async memory(deviceId) {
      const [row] = await query<{ memory: unknown; revision: number }>(pool, 'SELECT memory, revision FROM device_memory WHERE device_id = $1', [deviceId]);
      return { memory: readMemory(row?.memory), revision: row?.revision ?? 0 };
    },

    async storedJudgement(frame) {
      const [row] = await query<{ verdicts: Verdict[]; matched: boolean; late: boolean }>(pool, `
        SELECT verdict.verdicts, verdict.matched, frame.late FROM frame_verdicts verdict
        JOIN frames frame ON frame.device_id = $4 AND frame.captured_at = verdict.captured_at
        WHERE verdict.frame_id = $1 AND verdict.captured_at = $2 AND verdict.run = $3`,
      [frame.frameId, frame.capturedAt, frame.run, frame.deviceId]);
      return row ? { ...row, memory: null } : null;
    },

    saveJudgements: (batchId, outcomes, seen) => underFence(pool, batchId, outcomes, async (client, held) => {
      await saveOutcomes(client, batchId, 'evaluate', held);
      const judged = held.filter((outcome) => outcome.made !== undefined);
      for (const outcome of judged) await saveVerdicts(client, batchId, outcome);
      await saveMemories(client, judged, seen);
    }),

    async matched(batchId, positions) {
      const rows = await query<{ position: number }>(pool, `
        SELECT member.position FROM batch_frames member
        JOIN open_frames open ON open.frame_id = member.frame_id AND open.batch_id = member.batch_id
        JOIN frame_verdicts verdict ON verdict.frame_id = open.frame_id AND verdict.captured_at = open.captured_at AND verdict.run = open.run
        WHERE member.batch_id = $1 AND member.position = ANY($2) AND verdict.matched
        ORDER BY member.position`, [batchId, positions]);
      return rows.map((row) => row.position);
    },
  };
}

async function saveVerdicts(client: Client, batchId: string, { frame, made }: Worked<Judgement>): Promise<void> {
  await query(client, `
    INSERT INTO frame_verdicts (frame_id, captured_at, run, batch_id, verdicts, matched) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT DO NOTHING`,
  [frame.frameId, frame.capturedAt, frame.run, batchId, JSON.stringify(made?.verdicts), made?.matched]);
  if (made?.late) await query(client, 'UPDATE frames SET late = true WHERE device_id = $1 AND captured_at = $2', [frame.deviceId, frame.capturedAt]);
}

/** The last memory of each device in the batch, compare-and-set: it must still be the one that was judged with. */
async function saveMemories(client: Client, judged: readonly Worked<Judgement>[], seen: ReadonlyMap<string, number>): Promise<void> {
  const last = new Map(judged.flatMap(({ frame, made }) => (made?.memory ? [[frame.deviceId, made.memory] as const] : [])));
  for (const [deviceId, memory] of last) {
    const moved = await query(client, `
      INSERT INTO device_memory AS kept (device_id, memory, revision) SELECT $1, $2, 1 WHERE $3 = 0
      ON CONFLICT (device_id) DO NOTHING RETURNING device_id`, [deviceId, JSON.stringify(memory), seen.get(deviceId) ?? 0]);
    if (moved.length > 0) continue;
    const updated = await query(client, `
      UPDATE device_memory SET memory = $2, revision = revision + 1, updated_at = now()
      WHERE device_id = $1 AND revision = $3 RETURNING device_id`, [deviceId, JSON.stringify(memory), seen.get(deviceId) ?? 0]);
    if (updated.length === 0) throw new Failure('lane_conflict', `the memory of device ${deviceId} moved meanwhile`);
  }
}

/** Versions never change, so one object per version serves for good; the engine compiles by object. */
function ruleCache(): (row: AssignedRule) => AssignedRule {
  const known = new Map<string, AssignedRule>();
  return (row) => {
    const key = `${row.ruleId} ${row.version}`;
    const rule = known.get(key) ?? row;
    known.set(key, rule);
    return rule;
  };
}

