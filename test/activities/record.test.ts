import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRecordActivities } from '../../activities/record.ts';
import { createIncidentLedger } from '../../adapters/postgres/alerts.ts';
import { createBatches } from '../../adapters/postgres/batches.ts';
import type { ClaimedBatch } from '../../adapters/postgres/batches.ts';
import { createSettlingLedger } from '../../adapters/postgres/outcomes.ts';
import { createReplay } from '../../adapters/postgres/replay.ts';
import { Failure } from '../../contracts/failures.ts';
import type { StagedException } from '../../contracts/frame.ts';
import type { RecordResult } from '../../contracts/pipeline.ts';
import { plusMs } from '../../contracts/time.ts';
import type { Grouping } from '../../policies/incident-grouping.ts';
import { createLog } from '../../workers/log.ts';
import { disagreements } from '../support/books.ts';
import { freshDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { ESCALATION } from '../support/escalation.ts';
import { NOON, accept, claim, matching, rowOf, seedUser, staged, storeVerdicts } from '../support/plant-data.ts';

let db: TestDatabase;
beforeAll(async () => { db = await freshDatabase(); });
afterAll(() => db.drop());

let test = 0;
let user = '';
let device = '';
beforeEach(async () => {
  test += 1;
  [user, device] = [`user-${test}`, `cam-${test}`];
  await seedUser(db.pool, user, [device]);
});

async function batchOf(frames: number): Promise<ClaimedBatch> {
  for (let n = 0; n < frames; n += 1) await accept(db.pool, user, device, plusMs(NOON, n * 1000));
  return claim(db.pool, 32);
}

const record = ({ batchId }: ClaimedBatch, exceptions: readonly StagedException[] = []): Promise<RecordResult> =>
  createRecordActivities({ ledger: createSettlingLedger(db.pool), log: createLog('test', 'silent') }).recordOutcomes({ batchId, exceptions });

const states = async () => (await db.pool.query('SELECT state, reason, stage FROM frames WHERE device_id = $1 ORDER BY captured_at', [device])).rows;

const SUPPRESS: Grouping = { kind: 'suppress', cause: 'cooldown' };

/** Gives the frame at this position a match of each rule, and the decision that goes with it. */
async function decided(batch: ClaimedBatch, position: number, decisions: Readonly<Record<string, Grouping>>): Promise<void> {
  const frame = (await staged(db.pool, batch))[position]!;
  await storeVerdicts(db.pool, batch, frame, Object.keys(decisions).map((rule) => matching(rule)));
  const ledger = createIncidentLedger(db.pool, ESCALATION);
  for (const [rule, grouping] of Object.entries(decisions)) await ledger.decide(batch.batchId, [{ frame, verdict: matching(rule), labels: ['person'], probability: 0.9 }], () => grouping);
}

describe('record', () => {
  it('settles each frame in the one state that it came to', async () => {
    const batch = await batchOf(5);
    await decided(batch, 3, { 7: { kind: 'open' } });
    await decided(batch, 4, { 8: SUPPRESS });
    expect(await record(batch, [
      { position: 0, stage: 'validate', outcome: 'refused', code: 'image_void' },
      { position: 1, stage: 'detect', outcome: 'failed', code: 'bytes_missing' },
    ])).toEqual({ settled: 5, returned: 0 });
    expect(await states()).toEqual([
      { state: 'rejected', reason: 'image_void', stage: 'validate' },
      { state: 'failed', reason: 'bytes_missing', stage: 'detect' },
      { state: 'no_match', reason: null, stage: null },
      { state: 'alerted', reason: null, stage: null },
      { state: 'suppressed', reason: 'cooldown', stage: null },
    ]);
  });

  it('takes the strongest of several verdicts', async () => {
    const batch = await batchOf(2);
    await decided(batch, 0, { 7: SUPPRESS, 8: { kind: 'open' } });
    await storeVerdicts(db.pool, batch, (await staged(db.pool, batch))[1]!, [matching('7', false), matching('8', false)]);
    await record(batch);
    expect((await states()).map(({ state }) => state)).toEqual(['alerted', 'no_match']);
  });

  it('lets a failure stand although an earlier stage found a match', async () => {
    const batch = await batchOf(1);
    await decided(batch, 0, { 7: { kind: 'open' } });
    await record(batch, [{ position: 0, stage: 'alert', outcome: 'failed', code: 'stage_defect' }]);
    expect(await states()).toEqual([{ state: 'failed', reason: 'stage_defect', stage: 'alert' }]);
  });

  it('settles nothing the second time', async () => {
    const batch = await batchOf(2);
    await record(batch);
    expect(await record(batch, [{ position: 0, stage: 'detect', outcome: 'failed', code: 'bytes_missing' }])).toEqual({ settled: 0, returned: 0 });
    expect(await states()).toEqual([0, 1].map(() => ({ state: 'no_match', reason: null, stage: null })));
  });

  it('settles each frame once when many try at the same time', async () => {
    const batch = await batchOf(3);
    const results = await Promise.all(Array.from({ length: 8 }, () => record(batch)));
    expect(results.map(({ settled }) => settled).sort()).toEqual([0, 0, 0, 0, 0, 0, 0, 3]);
    expect(await disagreements(db.pool)).toEqual([]);
  });

  it('closes the batch, frees its lanes and says which batch settled the frame', async () => {
    const batch = await batchOf(1);
    await accept(db.pool, user, device, plusMs(NOON, 60_000));
    await record(batch);
    expect(await rowOf(db.pool, 'SELECT closed_because AS because FROM batches WHERE batch_id = $1', [batch.batchId])).toEqual({ because: 'settled' });
    expect(await rowOf(db.pool, 'SELECT settled_by FROM frames WHERE frame_id = $1', [batch.frames[0]!.frameId])).toEqual({ settled_by: batch.batchId });
    expect((await claim(db.pool)).frames).toHaveLength(1);
  });

  it('wakes the dispatcher, for whom a lane is free', async () => {
    const batch = await batchOf(1);
    const client = await db.pool.connect();
    const heard = new Promise<void>((done) => { client.once('notification', () => done()); });
    await client.query('LISTEN frames_waiting');
    await record(batch);
    await heard;
    client.release(true);
  });

  it('sends a frame that is to be tried again back, alone, and it is then the first of its lane', async () => {
    const batch = await batchOf(3);
    expect(await record(batch, [{ position: 1, stage: 'detect', outcome: 'retry', code: 'worker_died' }])).toEqual({ settled: 2, returned: 1 });
    await accept(db.pool, user, device, plusMs(NOON, 3_000));
    expect((await claim(db.pool, 32)).frames).toEqual([batch.frames[1]]);
    expect(await rowOf(db.pool, 'SELECT alone, returned_at IS NOT NULL AS returned FROM open_frames WHERE frame_id = $1', [batch.frames[1]!.frameId])).toEqual({ alone: true, returned: true });
  });

  it('settles nothing for a batch that was taken back, even while another batch holds its frames', async () => {
    const lost = await batchOf(1);
    await createBatches(db.pool).giveBack(lost.batchId, 'deadline');
    expect(await record(lost)).toEqual({ settled: 0, returned: 0 });
    const again = await claim(db.pool);
    expect(await record(lost, [{ position: 0, stage: 'detect', outcome: 'failed', code: 'bytes_missing' }])).toEqual({ settled: 0, returned: 0 });
    expect(await record(again)).toEqual({ settled: 1, returned: 0 });
    expect(await rowOf(db.pool, 'SELECT closed_because AS because FROM batches WHERE batch_id = $1', [lost.batchId])).toEqual({ because: 'deadline' });
  });

  it('counts what each rule judged and matched, first runs only', async () => {
    const batch = await batchOf(3);
    const frames = await staged(db.pool, batch);
    for (const frame of frames) await storeVerdicts(db.pool, batch, frame, [matching('7', frame.position > 0), matching('8', false)]);
    await record(batch);
    await createReplay(db.pool, { has: async () => true })({ frameIds: [frames[1]!.frameId] });
    const again = await claim(db.pool);
    await storeVerdicts(db.pool, again, (await staged(db.pool, again))[0]!, [matching('7')]);
    await record(again);
    expect((await db.pool.query('SELECT rule_id AS rule, judged, matched FROM rule_counts WHERE device_id = $1 ORDER BY 1', [device])).rows).toEqual([
      { rule: '7', judged: 3, matched: 2 }, { rule: '8', judged: 3, matched: 0 },
    ]);
  });

  it('counts the frames that each rule set judged, first runs only, and of its rules what they said', async () => {
    const batch = await batchOf(3);
    const frames = await staged(db.pool, batch);
    const quiet = [] as const;
    for (const frame of frames) await storeVerdicts(db.pool, batch, frame, frame.position === 1 ? [matching('7')] : quiet, frame.position === 2 ? 'cd'.repeat(32) : 'ab'.repeat(32));
    await record(batch);
    await createReplay(db.pool, { has: async () => true })({ frameIds: [frames[0]!.frameId] });
    const again = await claim(db.pool);
    await storeVerdicts(db.pool, again, (await staged(db.pool, again))[0]!, quiet, 'ab'.repeat(32));
    await record(again);
    expect((await db.pool.query("SELECT encode(rule_set_id, 'hex') AS set, frames FROM rule_set_counts WHERE device_id = $1 ORDER BY 1", [device])).rows).toEqual([
      { set: 'ab'.repeat(32), frames: 2 }, { set: 'cd'.repeat(32), frames: 1 },
    ]);
    expect((await db.pool.query('SELECT rule_id AS rule, matched FROM rule_counts WHERE device_id = $1', [device])).rows).toEqual([{ rule: '7', matched: 1 }]);
  });

  it('of a replay looks at the verdicts of that run alone', async () => {
    const batch = await batchOf(1);
    await decided(batch, 0, { 7: { kind: 'open' } });
    await record(batch);
    await createReplay(db.pool, { has: async () => true })({ frameIds: [batch.frames[0]!.frameId] });
    const again = await claim(db.pool);
    await storeVerdicts(db.pool, again, (await staged(db.pool, again))[0]!, [matching('7', false)]);
    await record(again);
    expect((await states()).map(({ state }) => state)).toEqual(['no_match']);
  });

  it('is tried again when the database is away', async () => {
    const away = { settle: () => Promise.reject(new Failure('database_unavailable', 'away')) };
    const activity = createRecordActivities({ ledger: away, log: createLog('test', 'silent') });
    await expect(activity.recordOutcomes({ batchId: 'b', exceptions: [] })).rejects.toMatchObject({ type: 'database_unavailable', nonRetryable: false });
  });
});
