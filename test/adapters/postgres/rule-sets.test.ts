import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { gatherRuleSets, readRuleSet, recordRuleSets } from '../../../adapters/postgres/rule-sets.ts';
import { classAbove } from '../../../policies/model.ts';
import { freshDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { ZONE, putRule, seedPolicy, seedUser } from '../../support/plant-data.ts';

let db: TestDatabase;
beforeAll(async () => { db = await freshDatabase(); });
afterAll(() => db.drop());

const PERSON = classAbove('person', '>', 0.8);
const YARD = { name: 'yard', kind: 'zone', polygon: [[0, 0], [0.1, 0], [0.1, 0.30000001]], anchor: { overlap: 0.5 }, classes: ['dog'] };

/** Names of the running test: an owner and a camera. */
let test = 0;
let scope = { userId: '', deviceId: '', timeZone: ZONE };
beforeEach(async () => {
  test += 1;
  scope = { userId: `user-${test}`, deviceId: `cam-${test}`, timeZone: ZONE };
  await seedUser(db.pool, scope.userId, [scope.deviceId]);
});
const id = (name: string): string => `${test}-${name}`;
const gather = async () => (await gatherRuleSets(db.pool, [scope]))[0]!;
const assign = (columns: string, values: readonly unknown[]) =>
  db.pool.query(`INSERT INTO assignments (assigned_by, ${columns}) VALUES ('test', ${values.map((_, n) => `$${n + 1}`).join(', ')})`, [...values]);

describe('the rule set of a device', () => {
  it('holds what is assigned to its owner and the groups of the owner, by itself and in policies', async () => {
    for (const rule of ['a', 'b', 'c', 'd']) await putRule(db.pool, id(rule), PERSON);
    await seedPolicy(db.pool, id('night'), [id('b'), id('c')], { defaults: { severity: 'high', zones: ['yard'] } });
    await seedPolicy(db.pool, id('day'), [id('d')]);
    await db.pool.query("INSERT INTO groups (group_id, name) VALUES ($1, '')", [id('sites')]);
    await db.pool.query('INSERT INTO group_members VALUES ($1, $2)', [id('sites'), scope.userId]);
    await assign('user_id, rule_id, device_ids, severity', [scope.userId, id('a'), [scope.deviceId], 'critical']);
    await assign('group_id, policy_id', [id('sites'), id('night')]);
    await assign('user_id, policy_id, zones', [scope.userId, id('day'), ['door']]);
    await db.pool.query('UPDATE devices SET zones = $2 WHERE device_id = $1', [scope.deviceId, JSON.stringify([YARD])]);
    const { rules, zones, timeZone } = await gather();
    expect(rules.map(({ ruleId, severity, zones: seen }) => [ruleId, severity, seen])).toEqual([
      [id('a'), 'critical', null], [id('b'), 'high', ['yard']], [id('c'), 'high', ['yard']], [id('d'), 'medium', ['door']],
    ]);
    expect(rules[1]?.through).toMatchObject([{ groupId: id('sites'), policyId: id('night'), policyVersion: 1 }]);
    expect([zones, timeZone]).toEqual([[YARD], ZONE]);
  });

  it('knows nothing of what was deleted, of other users, and of what is only for other devices', async () => {
    await seedUser(db.pool, id('other'), []);
    for (const rule of ['gone', 'foreign', 'elsewhere', 'left']) await putRule(db.pool, id(rule), PERSON);
    await seedPolicy(db.pool, id('gone'), [id('left')]);
    await assign('user_id, rule_id', [scope.userId, id('gone')]);
    await assign('user_id, policy_id', [scope.userId, id('gone')]);
    await assign('user_id, rule_id', [id('other'), id('foreign')]);
    await assign('user_id, rule_id, device_ids', [scope.userId, id('elsewhere'), ['elsewhere']]);
    await db.pool.query('UPDATE rules SET deleted_at = now() WHERE rule_id = $1', [id('gone')]);
    await db.pool.query('UPDATE policies SET deleted_at = now() WHERE policy_id = $1', [id('gone')]);
    expect((await gather()).rules).toEqual([]);
  });

  it('goes by the clock where the device stands now, and where it stood once it is gone', async () => {
    await db.pool.query("UPDATE devices SET time_zone = 'Asia/Tokyo' WHERE device_id = $1", [scope.deviceId]);
    expect((await gather()).timeZone).toBe('Asia/Tokyo');
    await db.pool.query('DELETE FROM devices WHERE device_id = $1', [scope.deviceId]);
    expect(await gather()).toMatchObject({ timeZone: ZONE, zones: [] });
  });

  it('of several devices comes for each in its place', async () => {
    await seedUser(db.pool, id('second'), [id('gate')]);
    await putRule(db.pool, id('a'), PERSON);
    await assign('user_id, rule_id', [id('second'), id('a')]);
    const sets = await gatherRuleSets(db.pool, [scope, { userId: id('second'), deviceId: id('gate'), timeZone: ZONE }]);
    expect(sets.map(({ rules }) => rules.length)).toEqual([0, 1]);
  });
});

describe('the id of a rule set', () => {
  it('is the same for equal contents, and another one for any other', async () => {
    await putRule(db.pool, id('a'), PERSON);
    await assign('user_id, rule_id', [scope.userId, id('a')]);
    const first = await gather();
    expect((await gather()).ruleSetId).toBe(first.ruleSetId);
    const ids = [first.ruleSetId];
    for (const change of [
      "UPDATE assignments SET severity = 'low' WHERE user_id = $1", "UPDATE assignments SET zones = '{yard}' WHERE user_id = $1",
      "UPDATE devices SET time_zone = 'UTC' WHERE user_id = $1", `UPDATE devices SET zones = '${JSON.stringify([YARD])}' WHERE user_id = $1`,
    ]) {
      await db.pool.query(change, [scope.userId]);
      ids.push((await gather()).ruleSetId);
    }
    await putRule(db.pool, id('a'), PERSON, { version: 2 });
    ids.push((await gather()).ruleSetId);
    expect(new Set(ids).size).toBe(6);
  });

  it('can be checked against what is recorded', async () => {
    await putRule(db.pool, id('a'), PERSON);
    await assign('user_id, rule_id', [scope.userId, id('a')]);
    await db.pool.query('UPDATE devices SET zones = $2 WHERE device_id = $1', [scope.deviceId, JSON.stringify([YARD])]);
    const set = await gather();
    await recordRuleSets(db.pool, [set]);
    // Keys of jsonb come back in an order of their own: shorter ones first.
    const { firstUsedAt: _, ruleSetId, ...contents } = await readRuleSet(db.pool, set.ruleSetId);
    const sortedKeys = (value: any): any => (Array.isArray(value) ? value.map(sortedKeys)
      : value !== null && typeof value === 'object' ? Object.fromEntries(Object.keys(value).sort().map((key) => [key, sortedKeys(value[key])])) : value);
    expect(createHash('sha256').update(JSON.stringify(sortedKeys(contents))).digest('hex')).toBe(ruleSetId);
  });
});

describe('a recorded rule set', () => {
  it('is written once and stays', async () => {
    const set = await gather();
    await recordRuleSets(db.pool, [set]);
    const first = await readRuleSet(db.pool, set.ruleSetId);
    await recordRuleSets(db.pool, [set]);
    expect(await readRuleSet(db.pool, set.ruleSetId)).toEqual(first);
  });

  it('that nobody recorded is unknown', async () => {
    await expect(readRuleSet(db.pool, 'ab'.repeat(32))).rejects.toMatchObject({ code: 'rule_set_unknown' });
  });
});
