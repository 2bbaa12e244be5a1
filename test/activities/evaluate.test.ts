import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createEvaluateActivities } from '../../activities/evaluate.ts';
import type { JudgementLedger } from '../../activities/evaluate.ts';
import { createBatches } from '../../adapters/postgres/batches.ts';
import type { ClaimedBatch } from '../../adapters/postgres/batches.ts';
import { createSettlingLedger } from '../../adapters/postgres/outcomes.ts';
import { createReplay } from '../../adapters/postgres/replay.ts';
import { RuleSets, openRuleSets } from '../../adapters/postgres/rule-set-cache.ts';
import { createJudgementLedger } from '../../adapters/postgres/verdicts.ts';
import type { EvaluateResult } from '../../contracts/pipeline.ts';
import { instantFromDate, plusMs } from '../../contracts/time.ts';
import type { Instant } from '../../contracts/time.ts';
import { Failure } from '../../contracts/failures.ts';
import { classAbove, frames as onFrames, noneOf, objects, selector } from '../../policies/model.ts';
import { createLog } from '../../workers/log.ts';
import { freshDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { NOON, accept, claim, rowOf, seedRule, seedUser, staged, storeDetections } from '../support/plant-data.ts';

let db: TestDatabase;
let ledger: JudgementLedger;
beforeAll(async () => {
  db = await freshDatabase();
  ledger = createJudgementLedger(db.pool, new RuleSets(db.pool, () => false));
});
afterAll(() => db.drop());

/** Names of the running test: an owner, a camera, a rule about persons. */
let test = 0;
let user = '';
let device = '';
let rule = '';
beforeEach(async () => {
  test += 1;
  [user, device, rule] = [`user-${test}`, `cam-${test}`, String(test)];
  await seedUser(db.pool, user, [device]);
  await seedRule(db.pool, rule, user, classAbove('person', '>', 0.8));
});

const PERSON = { person: 0.9 };

/** Accepts frames of these seconds and claims them together, with what the detector saw in each. */
async function batchOf(seconds: readonly number[], seen: Readonly<Record<string, number>> = PERSON): Promise<ClaimedBatch> {
  for (const second of seconds) await accept(db.pool, user, device, plusMs(NOON, second * 1000));
  return claimed(seen);
}

/** A frame of its own batch, judged and settled. Says whether a rule matched. */
async function judgeAt(at: number | Instant, seen: Readonly<Record<string, number>> = PERSON): Promise<boolean> {
  await accept(db.pool, user, device, typeof at === 'number' ? plusMs(NOON, at * 1000) : at);
  const batch = await claimed(seen);
  const { matched } = await evaluate(batch);
  await settle(batch);
  return matched.length > 0;
}

async function claimed(seen: Readonly<Record<string, number>> = PERSON): Promise<ClaimedBatch> {
  const batch = await claim(db.pool, 32);
  for (const frame of await staged(db.pool, batch)) await storeDetections(db.pool, batch, frame, seen);
  return batch;
}

const evaluate = (batch: ClaimedBatch, on: JudgementLedger = ledger): Promise<EvaluateResult> =>
  createEvaluateActivities({ ledger: on, log: createLog('test', 'silent') }).evaluateRules({ batchId: batch.batchId, positions: batch.frames.map((_, n) => n) });

const giveBack = ({ batchId }: ClaimedBatch): Promise<number> => createBatches(db.pool).giveBack(batchId, 'lost');
const judged = async (batch: ClaimedBatch): Promise<ClaimedBatch> => {
  await evaluate(batch);
  return batch;
};
const settle = ({ batchId }: ClaimedBatch) => createSettlingLedger(db.pool).settle({ batchId, exceptions: [] });
const memory = () => rowOf<{ revision: number; cursor: string } | undefined>(db.pool, "SELECT revision, memory ->> 'cursor' AS cursor FROM device_memory WHERE device_id = $1", [device]);
const verdicts = async () => (await db.pool.query(`
  SELECT verdict.run, verdict.batch_id, verdict.matched FROM frame_verdicts verdict JOIN frames USING (frame_id, captured_at)
  WHERE device_id = $1 ORDER BY captured_at, run`, [device])).rows;

describe('evaluate', () => {
  it('names the frames that a rule matches, and keeps a verdict of every frame', async () => {
    const batch = await batchOf([1, 2, 3], {});
    const [, second] = await staged(db.pool, batch);
    await storeDetections(db.pool, batch, second!, PERSON);
    expect(await evaluate(batch)).toEqual({ exceptions: [], matched: [1] });
    expect(await verdicts()).toEqual([false, true, false].map((matched) => ({ run: 1, batch_id: batch.batchId, matched })));
  });

  it('keeps, of each rule, the version and what was compared with what', async () => {
    const batch = await batchOf([1]);
    await evaluate(batch);
    const { kept } = await rowOf<{ kept: unknown }>(db.pool, 'SELECT verdicts AS kept FROM frame_verdicts WHERE batch_id = $1', [batch.batchId]);
    expect(kept).toMatchObject([{ ruleId: rule, ruleVersion: 1, matched: true, evidence: [0], clauses: [{ compared: 0.9, threshold: 0.8, holds: true }] }]);
  });

  it('asks only rules that are assigned to the owner and cover the device, in their current version', async () => {
    await seedUser(db.pool, `other-${test}`, []);
    await seedRule(db.pool, `x${test}`, `other-${test}`, classAbove('person', '>', 0.1));
    await seedRule(db.pool, `y${test}`, user, classAbove('person', '>', 0.1));
    await db.pool.query("UPDATE assignments SET device_ids = '{elsewhere}' WHERE rule_id = $1", [`y${test}`]);
    await seedRule(db.pool, rule, user, classAbove('person', '>', 0.95), 2);
    const batch = await batchOf([1]);
    expect(await evaluate(batch)).toEqual({ exceptions: [], matched: [] });
    const { kept } = await rowOf<{ kept: { ruleId: string; ruleVersion: number }[] }>(db.pool, 'SELECT verdicts AS kept FROM frame_verdicts WHERE batch_id = $1', [batch.batchId]);
    expect(kept.map(({ ruleId, ruleVersion }) => [ruleId, ruleVersion])).toEqual([[rule, 2]]);
  });

  it('fails a frame whose rule cannot be read, and says which rule', async () => {
    await seedRule(db.pool, rule, user, { kind: 'dreamt-of' }, 2);
    const batch = await batchOf([1]);
    expect((await evaluate(batch)).exceptions).toEqual([{ position: 0, outcome: 'failed', code: 'rule_malformed' }]);
    expect(await rowOf(db.pool, 'SELECT detail FROM stage_results WHERE batch_id = $1', [batch.batchId])).toEqual({ detail: expect.stringContaining(`rule ${rule} version 2`) });
  });
});

describe('the rule set', () => {
  const setOf = async (batch: ClaimedBatch) => (await db.pool.query<{ id: string; contents: any }>(`
    SELECT encode(rule_set_id, 'hex') AS id, contents FROM frame_verdicts verdict LEFT JOIN rule_sets USING (rule_set_id) WHERE batch_id = $1 ORDER BY captured_at`, [batch.batchId])).rows;

  it('of each frame is recorded with its verdict: one for all frames of a device in a batch', async () => {
    const sets = await setOf(await judged(await batchOf([1, 2, 3])));
    expect(new Set(sets.map(({ id }) => id)).size).toBe(1);
    expect(sets[0]?.contents).toMatchObject({ rules: [{ ruleId: rule, version: 1, severity: 'medium', zones: null, through: [{ groupId: null, policyId: null }] }], zones: [], timeZone: 'Europe/Berlin' });
  });

  it('is written once, however many batches and processes judge by it', async () => {
    const first = await judged(await batchOf([1]));
    await settle(first);
    const { first_used_at: used } = await rowOf<{ first_used_at: string }>(db.pool, "SELECT first_used_at FROM rule_sets WHERE rule_set_id = decode($1, 'hex')", [(await setOf(first))[0]!.id]);
    const elsewhere = createJudgementLedger(db.pool, new RuleSets(db.pool, () => false));
    for (const [second, on] of [[2, ledger], [3, elsewhere]] as const) {
      const batch = await batchOf([second]);
      await evaluate(batch, on);
      await settle(batch);
      expect((await setOf(batch))[0]!.id).toBe((await setOf(first))[0]!.id);
    }
    expect(await rowOf(db.pool, "SELECT first_used_at FROM rule_sets WHERE rule_set_id = decode($1, 'hex')", [(await setOf(first))[0]!.id])).toEqual({ first_used_at: used });
  });

  it('is recorded again when the transaction that should have done it was lost', async () => {
    const batch = await batchOf([1]);
    const broken: JudgementLedger = { ...ledger, saveJudgements: (batchId, outcomes) => ledger.saveJudgements(batchId, outcomes, new Map([[device, 99]])) };
    await expect(evaluate(batch, broken)).rejects.toMatchObject({ type: 'lane_conflict' });
    expect((await setOf(await judged(batch)))[0]?.contents).toMatchObject({ rules: [{ ruleId: rule }] });
  });

  it('keeps of a frame only verdicts of rules on which it had a bearing', async () => {
    await seedRule(db.pool, `q${test}`, user, classAbove('bear', '>', 0.5));
    const batch = await judged(await batchOf([1]));
    const { kept } = await rowOf<{ kept: { ruleId: string }[] }>(db.pool, 'SELECT verdicts AS kept FROM frame_verdicts WHERE batch_id = $1', [batch.batchId]);
    expect(kept.map(({ ruleId }) => ruleId)).toEqual([rule]);
    expect((await setOf(batch))[0]?.contents.rules.map(({ ruleId }: any) => ruleId)).toEqual([rule, `q${test}`]);
  });

  it('has the severity that the assignment says, which the verdict says too', async () => {
    await db.pool.query("UPDATE assignments SET severity = 'critical' WHERE user_id = $1", [user]);
    const batch = await judged(await batchOf([1]));
    expect(await rowOf(db.pool, "SELECT verdicts -> 0 ->> 'severity' AS severity FROM frame_verdicts WHERE batch_id = $1", [batch.batchId])).toEqual({ severity: 'critical' });
  });

  it('judges by what was saved as soon as that is heard, and also when the connection that would tell of it has been cut', async () => {
    const { ruleSets, close } = openRuleSets(db.pool, db.url);
    const listening = createJudgementLedger(db.pool, ruleSets);
    const versionAt = async (second: number): Promise<number> => {
      const batch = await batchOf([second]);
      await evaluate(batch, listening);
      await settle(batch);
      return (await setOf(batch))[0]!.contents.rules[0].version;
    };
    try {
      let second = 0;
      expect(await versionAt(second)).toBe(1);
      await seedRule(db.pool, rule, user, classAbove('person', '>', 0.7), 2);
      await vi.waitFor(async () => expect(await versionAt(second += 1)).toBe(2), { timeout: 10_000, interval: 5 });
      await db.pool.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'watchpost listener'");
      await seedRule(db.pool, rule, user, classAbove('person', '>', 0.6), 3);
      await vi.waitFor(async () => expect(await versionAt(second += 1)).toBe(3), { timeout: 10_000, interval: 5 });
    } finally {
      await close();
    }
  });
});

describe('device memory', () => {
  it('moves with the verdicts of a batch, in capture order and in one step', async () => {
    await evaluate(await batchOf([1, 2, 3]));
    expect(await memory()).toEqual({ revision: 1, cursor: plusMs(NOON, 3000) });
  });

  it('moves once, however often a try is repeated', async () => {
    const batch = await batchOf([1]);
    const first = await evaluate(batch);
    for (let n = 0; n < 3; n += 1) expect(await evaluate(batch)).toEqual(first);
    expect(await memory()).toMatchObject({ revision: 1 });
  });

  it('does not move when the verdict of an earlier batch is there, which wins', async () => {
    const lost = await batchOf([1, 2]);
    await evaluate(lost);
    await giveBack(lost);
    // The frames come again, and by now the detector and the rule would say otherwise.
    const again = await claimed({});
    await seedRule(db.pool, rule, user, classAbove('cat', '>', 0.1), 2);
    expect(await evaluate(again)).toEqual({ exceptions: [], matched: [0, 1] });
    expect(await memory()).toMatchObject({ revision: 1 });
    expect(await verdicts()).toEqual([1, 2].map(() => ({ run: 1, batch_id: lost.batchId, matched: true })));
  });

  it('goes on from where a lost batch left it, for the frames that came since', async () => {
    const lost = await batchOf([1]);
    await evaluate(lost);
    await giveBack(lost);
    await evaluate(await batchOf([2]));
    expect(await memory()).toEqual({ revision: 2, cursor: plusMs(NOON, 2000) });
  });

  it('stays, and the frame is marked late, when a later moment was judged before', async () => {
    const first = await batchOf([10]);
    await evaluate(first);
    await settle(first);
    const late = await batchOf([8]);
    expect(await evaluate(late)).toEqual({ exceptions: [], matched: [0] });
    expect(await memory()).toMatchObject({ cursor: plusMs(NOON, 10_000) });
    expect((await db.pool.query('SELECT late FROM frames WHERE device_id = $1 ORDER BY captured_at', [device])).rows).toEqual([{ late: true }, { late: false }]);
  });

  it.each([['that never was', []], ['of an older revision', [0]]])('refuses to build on a memory %s: nothing is kept, and the try is made again', async (_what, before) => {
    if (before.length > 0) {
      const first = await batchOf(before);
      await evaluate(first);
      await settle(first);
    }
    const batch = await batchOf([5]);
    const overtaken: JudgementLedger = {
      ...ledger,
      async caseFiles(frames) {
        await db.pool.query(`
          INSERT INTO device_memory (device_id, memory, revision) VALUES ($1, '{}', 7)
          ON CONFLICT (device_id) DO UPDATE SET revision = device_memory.revision + 1`, [device]);
        return ledger.caseFiles(frames);
      },
    };
    await expect(evaluate(batch, overtaken)).rejects.toMatchObject({ type: 'lane_conflict', nonRetryable: false });
    expect((await verdicts()).filter(({ batch_id: of }) => of === batch.batchId)).toEqual([]);
    expect(await evaluate(batch)).toEqual({ exceptions: [], matched: [0] });
  });

  it('is kept or lost together with the verdicts', async () => {
    const batch = await batchOf([1]);
    const broken: JudgementLedger = { ...ledger, saveJudgements: (batchId, outcomes) => ledger.saveJudgements(batchId, outcomes, new Map([[device, 99]])) };
    await expect(evaluate(batch, broken)).rejects.toMatchObject({ type: 'lane_conflict' });
    expect([await memory(), await verdicts()]).toEqual([undefined, []]);
  });
});

describe('a memory that is not there', () => {
  const TWO_OF_THREE = onFrames(classAbove('person', '>', 0.8), 2, 3);
  const forget = () => db.pool.query('DELETE FROM device_memory WHERE device_id = $1', [device]);
  const spoil = () => db.pool.query("UPDATE device_memory SET memory = '{\"version\": 1}' WHERE device_id = $1", [device]);
  const kept = async () => (await rowOf<{ memory: any }>(db.pool, 'SELECT memory FROM device_memory WHERE device_id = $1', [device])).memory;

  it.each([['was lost', forget], ['cannot be read any more', spoil]])('because it %s is made again from the frames that were judged', async (_what, lose) => {
    await seedRule(db.pool, rule, user, TWO_OF_THREE, 2);
    expect([await judgeAt(1), await judgeAt(2, {}), await judgeAt(3)]).toEqual([false, false, true]);
    const before = await verdicts();
    await lose();
    // Two of the last three hold only because the frame at 3 is remembered.
    expect(await judgeAt(4, {})).toBe(false);
    expect(await judgeAt(5)).toBe(true);
    expect((await verdicts()).slice(0, 3)).toEqual(before);
  });

  it('comes back as it would have been', async () => {
    await seedRule(db.pool, rule, user, TWO_OF_THREE, 2);
    for (const second of [1, 2, 4]) await judgeAt(second, second === 2 ? {} : PERSON);
    const lived = await kept();
    await forget();
    // Judged late, a frame moves nothing but what was lost.
    await judgeAt(3);
    expect({ ...await kept(), behind: null, cursorAcceptedAt: null }).toEqual({ ...lived, behind: null, cursorAcceptedAt: null });
  });

  it('is made again when the frame behind it has come late: newer frames count, and it stays late', async () => {
    await judgeAt(10);
    await forget();
    await judgeAt(8);
    expect(await memory()).toMatchObject({ cursor: plusMs(NOON, 10_000) });
    expect((await db.pool.query('SELECT late FROM frames WHERE device_id = $1 ORDER BY captured_at', [device])).rows).toEqual([{ late: true }, { late: false }]);
  });

  it('costs a device without a past one look, and none after it', async () => {
    let looks = 0;
    const counting: JudgementLedger = { ...ledger, lookBack: (frame) => { looks += 1; return ledger.lookBack(frame); } };
    for (const seconds of [[1, 2], [3]]) {
      const batch = await batchOf(seconds);
      await evaluate(batch, counting);
      await settle(batch);
    }
    expect(looks).toBe(1);
  });

  it('of what stands in view is learnt from the past when the first rule asks for it', async () => {
    for (let second = 0; second < 20; second += 1) await judgeAt(second);
    await seedRule(db.pool, rule, user, objects([selector('person', '>', 0.8)], { dwellMs: 15_000 }), 2);
    expect(await judgeAt(20)).toBe(true);
  });

  it('is not needed for a replay', async () => {
    await seedRule(db.pool, rule, user, noneOf([classAbove('person', '>', 0.8)]), 2);
    const batch = await judged(await batchOf([1]));
    await settle(batch);
    await forget();
    await createReplay(db.pool, { has: async () => true })({ frameIds: batch.frames.map(({ frameId }) => frameId) });
    expect(await evaluate(await claimed({}))).toEqual({ exceptions: [], matched: [0] });
    expect(await memory()).toBeUndefined();
  });
});

it('a frame whose clock is ahead is judged, and moves nothing that the rules remember', async () => {
  await seedRule(db.pool, rule, user, onFrames(classAbove('person', '>', 0.8), 2, 3), 2);
  const ahead = plusMs(instantFromDate(new Date()), 200_000);
  expect([await judgeAt(1), await judgeAt(ahead), await judgeAt(2, {}), await judgeAt(3)]).toEqual([false, false, false, true]);
});

describe('a replay', () => {
  it('is judged anew beside the old verdict, remembers nothing and is never late', async () => {
    const first = await batchOf([1]);
    await evaluate(first);
    await settle(first);
    await seedRule(db.pool, rule, user, classAbove('cat', '>', 0.1), 2);
    await createReplay(db.pool, { has: async () => true })({ frameIds: first.frames.map(({ frameId }) => frameId) });
    const again = await claimed();
    expect(await evaluate(again)).toEqual({ exceptions: [], matched: [] });
    expect(await verdicts()).toEqual([{ run: 1, batch_id: first.batchId, matched: true }, { run: 2, batch_id: again.batchId, matched: false }]);
    expect(await memory()).toMatchObject({ revision: 1 });
    expect(await rowOf(db.pool, 'SELECT late FROM frames WHERE device_id = $1', [device])).toEqual({ late: false });
  });
});

describe('a database that is away', () => {
  it('is waited for, and costs the frame nothing', async () => {
    const batch = await batchOf([1]);
    const away: JudgementLedger = { ...ledger, memories: () => Promise.reject(new Failure('database_unavailable', 'away')) };
    await expect(evaluate(batch, away)).rejects.toMatchObject({ type: 'database_unavailable', nonRetryable: false });
    expect(await evaluate(batch)).toEqual({ exceptions: [], matched: [0] });
  });
});
