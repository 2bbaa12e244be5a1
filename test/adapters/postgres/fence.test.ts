import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RhythmMove } from '../../../activities/frozen-pictures.ts';
import type { StagedFrame } from '../../../activities/ports/staged-frame.ts';
import type { Worked } from '../../../activities/stage-run.ts';
import { createIncidentLedger } from '../../../adapters/postgres/alerts.ts';
import { createBatches } from '../../../adapters/postgres/batches.ts';
import type { ClaimedBatch } from '../../../adapters/postgres/batches.ts';
import { createFrameResults } from '../../../adapters/postgres/frame-results.ts';
import { createSettlingLedger } from '../../../adapters/postgres/outcomes.ts';
import { RuleSets } from '../../../adapters/postgres/rule-set-cache.ts';
import { createStageLedger, underFence } from '../../../adapters/postgres/stage-ledger.ts';
import { createJudgementLedger } from '../../../adapters/postgres/verdicts.ts';
import { plusMs } from '../../../contracts/time.ts';
import { EMPTY_MEMORY } from '../../../policies/memory/device-memory.ts';
import { freshDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { pidOf, untilBlockedBy } from '../../support/lock-wait.ts';
import { ESCALATION } from '../../support/escalation.ts';
import { NOON, accept, claim, matching, rowOf, seedUser, sha, staged } from '../../support/plant-data.ts';

let db: TestDatabase;
let batch: ClaimedBatch;
let frames: StagedFrame[];
beforeEach(async () => {
  db = await freshDatabase();
  await seedUser(db.pool, 'ann', ['gate']);
  for (let n = 0; n < 2; n += 1) await accept(db.pool, 'ann', 'gate', plusMs(NOON, n * 1000));
  batch = await claim(db.pool, 2);
  frames = await staged(db.pool, batch);
});
afterEach(() => db.drop());

const giveBack = (): Promise<number> => createBatches(db.pool).giveBack(batch.batchId, 'deadline');

function worked<T>(made: T, outcome: 'done' | 'refused' = 'done'): Worked<T>[] {
  const now = new Date();
  return frames.map((frame) => ({ frame, made, outcome, code: outcome === 'done' ? null : 'image_void', detail: outcome === 'done' ? null : 'black', startedAt: now, finishedAt: now }));
}

const standardised = { sha256: sha('standard'), width: 9, height: 9, standardWidth: 9, standardHeight: 9, warnings: [] };
const rhythm: RhythmMove = {
  deviceId: 'gate', before: null,
  after: { views: [{ encoding: 5, stepLevels: 1, blocks: Uint16Array.of(7, 9) }], since: NOON, frames: 2, usualStayMs: null, lastCapturedAt: plusMs(NOON, 1000) },
};
const model = { name: 'm', version: '1', sha256: '', runtime: 'r', calibration: 'none' };
const detected = { set: { width: 9, height: 9, model, detections: [] }, path: '/a.json' };
const judged = { verdicts: [matching('7')], matched: true, late: true, memory: EMPTY_MEMORY };
/** Each write comes of a process that has recorded nothing yet. */
async function judge(batchId: string): Promise<void> {
  const ruleSets = new RuleSets(db.pool, () => true);
  const ruleSet = (await ruleSets.of(frames))(frames[0]!);
  await createJudgementLedger(db.pool, ruleSets).saveJudgements(batchId, worked({ ...judged, ruleSet }), new Map([['gate', 0]]));
}

/** Everything that a stage can write about the frames of a batch. */
const WRITES: Readonly<Record<string, (batchId: string) => Promise<unknown>>> = {
  validate: (batchId) => createFrameResults(db.pool, { invalidFrameDays: 1 }).saveValidations(batchId, worked(standardised), [rhythm]),
  'validate that refuses': (batchId) => createFrameResults(db.pool, { invalidFrameDays: 1 }).saveValidations(batchId, worked(standardised, 'refused'), [rhythm]),
  detect: (batchId) => createFrameResults(db.pool, { invalidFrameDays: 1 }).saveDetections(batchId, worked(detected)),
  'a later stage that refuses': (batchId) => createFrameResults(db.pool, { invalidFrameDays: 1 }).save(batchId, 'evaluate', worked(undefined, 'refused')),
  evaluate: judge,
  'alert that decides': (batchId) => createIncidentLedger(db.pool, ESCALATION).decide(batchId, [{ frame: frames[0]!, verdict: matching('7'), labels: ['person'], probability: 0.9 }], () => ({ kind: 'open' })),
  alert: (batchId) => createStageLedger(db.pool).save(batchId, 'alert', worked(undefined)),
  record: (batchId) => createSettlingLedger(db.pool).settle({ batchId, exceptions: [] }),
};

/** What stages leave, the frames themselves included. */
const traces = async (): Promise<string> => JSON.stringify(await rowOf(db.pool, `
  SELECT (SELECT jsonb_agg(f ORDER BY captured_at) FROM frames f) AS frames, (SELECT jsonb_agg(o ORDER BY captured_at) FROM open_frames o) AS open,
    (SELECT jsonb_agg(c) FROM frame_counts c) AS counts, (SELECT jsonb_agg(s) FROM stage_results s) AS stages,
    (SELECT jsonb_agg(d) FROM frame_detections d) AS detections, (SELECT jsonb_agg(v) FROM frame_verdicts v) AS verdicts, (SELECT jsonb_agg(s) FROM rule_sets s) AS sets,
    (SELECT jsonb_agg(m) FROM device_memory m) AS memory, (SELECT jsonb_agg(r) FROM picture_rhythms r) AS rhythms, (SELECT jsonb_agg(i) FROM invalid_frames i) AS invalid,
    (SELECT jsonb_agg(m) FROM matches m) AS matches, (SELECT jsonb_agg(i) FROM incidents i) AS incidents`));

describe('a stage of a batch whose frames were given back', () => {
  it.each(Object.keys(WRITES))('writes nothing: %s', async (name) => {
    await giveBack();
    const before = await traces();
    await WRITES[name]!(batch.batchId);
    expect(await traces()).toBe(before);
  });

  it.each(Object.keys(WRITES))('writes nothing while another batch holds them, which does: %s', async (name) => {
    await giveBack();
    const next = await claim(db.pool, 2);
    const before = await traces();
    await WRITES[name]!(batch.batchId);
    expect(await traces()).toBe(before);
    await WRITES[name]!(next.batchId);
    expect(await traces()).not.toBe(before);
  });

  it('reads no frames either', async () => {
    await giveBack();
    expect(await staged(db.pool, batch)).toEqual([]);
  });
});

describe('taking frames back', () => {
  it('waits for a stage write under way, which is then whole', async () => {
    let finishWriting: () => void = () => {};
    const mayFinish = new Promise<void>((finish) => { finishWriting = finish; });
    let began: (pid: number) => void = () => {};
    const writerPid = new Promise<number>((begin) => { began = begin; });
    const writing = underFence(db.pool, batch.batchId, [{ frame: frames[0]! }], async (client) => {
      began(await pidOf(client));
      await mayFinish;
      await client.query('UPDATE frames SET late = true WHERE frame_id = $1', [frames[0]!.frameId]);
    });
    // Only once the writer holds its frames is it under way; before, the frames could be taken from under it, and it would write nothing.
    const holder = await writerPid;
    let back: number | undefined;
    const taking = giveBack().then((count) => { back = count; });
    await untilBlockedBy(db.pool, holder);
    expect(back).toBeUndefined();
    finishWriting();
    await Promise.all([writing, taking]);
    expect(back).toBe(2);
    expect(await rowOf(db.pool, 'SELECT late, batch_id FROM frames JOIN open_frames USING (frame_id) WHERE frame_id = $1', [frames[0]!.frameId])).toEqual({ late: true, batch_id: null });
  });

  it('makes a stage write that comes meanwhile wait, and then write nothing', async () => {
    // Held back on the way by somebody else's look at the second frame.
    const third = await db.pool.connect();
    await third.query('BEGIN');
    await third.query('SELECT 1 FROM open_frames WHERE frame_id = $1 FOR UPDATE', [frames[1]!.frameId]);
    const taking = giveBack();
    await untilBlockedBy(db.pool, await pidOf(third));
    const takerPid = (await rowOf<{ pid: number }>(db.pool, `
      SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)).pid;
    const writing = createStageLedger(db.pool).save(batch.batchId, 'alert', worked(undefined).slice(0, 1));
    await untilBlockedBy(db.pool, takerPid);
    await third.query('COMMIT');
    third.release();
    expect(await taking).toBe(2);
    await writing;
    expect(await rowOf(db.pool, 'SELECT count(*) AS results FROM stage_results')).toEqual({ results: 0 });
  });

  it('does not make stage writes of one batch wait for each other', async () => {
    const stages = createStageLedger(db.pool);
    await underFence(db.pool, batch.batchId, [{ frame: frames[0]! }], async () => {
      await stages.save(batch.batchId, 'alert', worked(undefined));
    });
    expect(await rowOf(db.pool, 'SELECT count(*) AS results FROM stage_results')).toEqual({ results: 2 });
  });
});
