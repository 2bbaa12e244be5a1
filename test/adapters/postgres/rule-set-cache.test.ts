import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Queryable } from '../../../adapters/postgres/pool.ts';
import { RuleSets, openRuleSets } from '../../../adapters/postgres/rule-set-cache.ts';
import { recordRuleSets } from '../../../adapters/postgres/rule-sets.ts';
import type { RuleSet } from '../../../contracts/rule.ts';
import { classAbove } from '../../../policies/model.ts';
import { freshDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { ZONE, putRule, seedRule, seedUser } from '../../support/plant-data.ts';

let db: TestDatabase;
beforeAll(async () => { db = await freshDatabase(); });
afterAll(() => db.drop());

const PERSON = classAbove('person', '>', 0.8);

/** Names of the running test: an owner with two cameras, and a rule. */
let test = 0;
let rule = '';
let scope = { userId: '', deviceId: '', timeZone: ZONE };
let other = scope;
beforeEach(async () => {
  test += 1;
  rule = String(test);
  scope = { userId: `user-${test}`, deviceId: `cam-${test}`, timeZone: ZONE };
  other = { ...scope, deviceId: `gate-${test}` };
  await seedUser(db.pool, scope.userId, [scope.deviceId, other.deviceId]);
  await seedRule(db.pool, rule, scope.userId, PERSON);
});

/** Counts what is asked of the database, and does something behind every answer. */
function watched(afterwards: () => unknown = () => {}): { db: Queryable; asked(): number } {
  let asked = 0;
  const ask = async (text: string, values: unknown[]) => {
    asked += 1;
    const answer = await db.pool.query(text, values);
    await afterwards();
    return answer;
  };
  return { db: { query: ask as unknown as Queryable['query'] }, asked: () => asked };
}
const one = async (sets: RuleSets, asked = scope): Promise<RuleSet> => (await sets.of([asked]))(asked);
const versions = ({ rules }: RuleSet): number[] => rules.map(({ version }) => version);

describe('rule sets that are kept', () => {
  it('are asked for once while nothing changes', async () => {
    const { db: counted, asked } = watched();
    const sets = new RuleSets(counted, () => true);
    const first = await one(sets);
    const before = asked();
    for (let n = 0; n < 5; n += 1) expect(await one(sets)).toBe(first);
    expect(asked()).toBe(before);
  });

  it('are dropped at a change; one that the change left alone comes back as the same object, so that it is not compiled again', async () => {
    const sets = new RuleSets(db.pool, () => true);
    const [first, untouched] = [await one(sets), await one(sets, other)];
    await db.pool.query("UPDATE devices SET time_zone = 'UTC' WHERE device_id = $1", [scope.deviceId]);
    expect(await one(sets)).toBe(first);
    sets.changed();
    expect((await one(sets)).timeZone).toBe('UTC');
    expect(await one(sets, other)).toBe(untouched);
  });

  it('are asked for each time while changes are not heard', async () => {
    let hearing = true;
    const sets = new RuleSets(db.pool, () => hearing);
    await one(sets);
    await putRule(db.pool, rule, PERSON, { version: 2 });
    hearing = false;
    expect(versions(await one(sets))).toEqual([2]);
    await putRule(db.pool, rule, PERSON, { version: 3 });
    expect(versions(await one(sets))).toEqual([3]);
  });

  it('are not kept when a change was heard while they were loaded', async () => {
    let version = 1;
    const { db: racing } = watched(async () => {
      if (version > 1) return;
      version = 2;
      await putRule(db.pool, rule, PERSON, { version });
      sets.changed();
    });
    const sets: RuleSets = new RuleSets(racing, () => true);
    expect(versions(await one(sets))).toEqual([1]);
    expect(versions(await one(sets))).toEqual([2]);
  });

  it('are not kept when the channel was lost and came back while they were loaded', async () => {
    let version = 1;
    let hearing = false;
    const { db: racing } = watched(async () => {
      if (version > 1) return;
      version = 2;
      await putRule(db.pool, rule, PERSON, { version });
      hearing = true;
      sets.changed();
    });
    const sets: RuleSets = new RuleSets(racing, () => hearing);
    expect(versions(await one(sets))).toEqual([1]);
    expect(versions(await one(sets))).toEqual([2]);
  });

  it('are asked for again after half a minute, in case the channel died without a word', async () => {
    let nowMs = 1_000;
    const sets = new RuleSets(db.pool, () => true, () => nowMs);
    await one(sets);
    await putRule(db.pool, rule, PERSON, { version: 2 });
    nowMs += 29_999;
    expect(versions(await one(sets))).toEqual([1]);
    nowMs += 1;
    expect(versions(await one(sets))).toEqual([2]);
  });

  it('share a rule that they hold alike, and one that they hold otherwise has the same condition', async () => {
    const sets = new RuleSets(db.pool, () => true);
    await db.pool.query("UPDATE devices SET time_zone = 'UTC' WHERE device_id = $1", [other.deviceId]);
    const [here, there] = [await one(sets), await one(sets, other)];
    expect(there.ruleSetId).not.toBe(here.ruleSetId);
    expect(there.rules[0]).toBe(here.rules[0]);
    await db.pool.query("UPDATE assignments SET severity = 'high' WHERE user_id = $1", [scope.userId]);
    sets.changed();
    const worse = await one(sets);
    expect(worse.rules[0]).toMatchObject({ severity: 'high' });
    expect(worse.rules[0]).not.toBe(here.rules[0]);
    expect(worse.rules[0]?.condition).toBe(here.rules[0]?.condition);
  });

  it('are to be recorded until they are', async () => {
    const sets = new RuleSets(db.pool, () => true);
    const set = await one(sets);
    expect(sets.unrecorded([set, set])).toMatchObject([{ ruleSetId: set.ruleSetId, timeZone: ZONE }]);
    await recordRuleSets(db.pool, sets.unrecorded([set]));
    sets.recorded([set]);
    sets.changed();
    expect(sets.unrecorded([await one(sets)])).toEqual([]);
  });
});

describe('with a listener', () => {
  let open: ReturnType<typeof openRuleSets>;
  beforeEach(() => { open = openRuleSets(db.pool, db.url); });
  afterEach(() => open.close());

  /** The process that serves our listener. */
  const listener = async (): Promise<number | undefined> => (await db.pool.query<{ pid: number }>(
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'watchpost listener' AND query LIKE 'LISTEN%'")).rows[0]?.pid;
  const heard = () => vi.waitFor(async () => expect(await listener()).toBeDefined(), { timeout: 10_000, interval: 10 });
  const withinASecond = (version: number) => vi.waitFor(async () => expect(versions(await one(open.ruleSets))).toEqual([version]), { timeout: 1_000, interval: 5 });

  it.each([
    ['a rule is saved', () => putRule(db.pool, rule, PERSON, { version: 2 }), (set: RuleSet) => versions(set)[0] === 2],
    ['an assignment changes', () => db.pool.query("UPDATE assignments SET severity = 'low' WHERE user_id = $1", [scope.userId]), ({ rules }: RuleSet) => rules[0]?.severity === 'low'],
    ['a rule is taken away', () => db.pool.query('DELETE FROM assignments WHERE user_id = $1', [scope.userId]), ({ rules }: RuleSet) => rules.length === 0],
    ['a device moves', () => db.pool.query("UPDATE devices SET time_zone = 'UTC' WHERE device_id = $1", [scope.deviceId]), ({ timeZone }: RuleSet) => timeZone === 'UTC'],
  ] as const)('a second after %s the old set judges no more', async (_what, change, isNew) => {
    await heard();
    expect(isNew(await one(open.ruleSets))).toBe(false);
    await change();
    await vi.waitFor(async () => expect(isNew(await one(open.ruleSets))).toBe(true), { timeout: 1_000, interval: 5 });
  });

  it('a set is kept between two words on the channel', async () => {
    await heard();
    const asked = vi.spyOn(db.pool, 'query');
    await vi.waitFor(async () => {
      asked.mockClear();
      await one(open.ruleSets);
      expect(asked).not.toHaveBeenCalled();
    }, { timeout: 10_000, interval: 10 });
    asked.mockRestore();
  });

  it('a change that nobody heard, because the connection had been cut, holds as soon as that is known', async () => {
    await heard();
    expect(versions(await one(open.ruleSets))).toEqual([1]);
    const cut = await listener();
    await db.pool.query('SELECT pg_terminate_backend($1)', [cut]);
    await putRule(db.pool, rule, PERSON, { version: 2 });
    await withinASecond(2);
    // And the next connection listens again.
    await vi.waitFor(async () => expect(await listener()).not.toBe(cut), { timeout: 10_000, interval: 10 });
    await putRule(db.pool, rule, PERSON, { version: 3 });
    await withinASecond(3);
  });
});
