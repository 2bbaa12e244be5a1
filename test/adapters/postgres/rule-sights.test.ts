import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { assignToMany, replaceAssignments } from '../../../adapters/postgres/assignments.ts';
import { putGroup, putMembers } from '../../../adapters/postgres/groups.ts';
import { putPolicy } from '../../../adapters/postgres/policies.ts';
import { devicesOfAssignee, devicesOfRules, rulesOfDevice } from '../../../adapters/postgres/rule-sights.ts';
import { putRule } from '../../../adapters/postgres/rules.ts';
import { putZones } from '../../../adapters/postgres/zones.ts';
import { classAbove } from '../../../policies/model.ts';
import { freshDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { ZONE, seedUser } from '../../support/plant-data.ts';

const ZONES = [{ name: 'Yard', kind: 'zone' as const, polygon: [[0, 0], [1, 0], [1, 1]] as const, anchor: 'centre' as const, classes: null }];

let db: TestDatabase;
beforeAll(async () => {
  db = await freshDatabase();
  await seedUser(db.pool, 'anna', ['attic', 'barn']);
  await seedUser(db.pool, 'bert', ['cellar']);
  await putGroup(db.pool, { groupId: 'all', name: 'All' }, 'key');
  await putMembers(db.pool, 'all', ['anna', 'bert'], 'key');
  for (const ruleId of ['1', '2']) await putRule(db.pool, { ruleId, source: ruleId, name: null, severity: null, condition: classAbove('dog', '>', 0.8), warnings: [] }, 'key');
  await putZones(db.pool, 'attic', ZONES, 'key');
  await db.pool.query("UPDATE devices SET model = 'zoo' WHERE device_id = 'barn'");
});
afterAll(() => db.drop());

beforeEach(() => db.pool.query('DELETE FROM assignments'));

const none = { devices: null, zones: null, severity: null };
const assign = (userId: string, ...assignments: { id: string; devices?: string[]; zones?: string[] }[]) =>
  replaceAssignments(db.pool, { kind: 'user', id: userId }, 'rule', assignments.map((assignment) => ({ ...none, ...assignment })), 'key');
const seen = async (ruleId: string) => ((await devicesOfRules(db.pool, [ruleId], 100)).get(ruleId) ?? []).map(({ deviceId, assignedZones }) => [deviceId, assignedZones]);

it('a rule that is assigned to nobody judges no device', async () => {
  expect([...await devicesOfRules(db.pool, ['1', 'none'], 100)]).toEqual([]);
});

it('an assignment to a user leads to its devices, or to those that it names, with all that matters of them', async () => {
  await assign('anna', { id: '1' }, { id: '2', devices: ['barn'], zones: ['Yard'] });
  const devices = await devicesOfRules(db.pool, ['1', '2'], 100);
  expect(devices.get('1')).toEqual([
    { deviceId: 'attic', model: null, timeZone: ZONE, zones: ZONES, assignedZones: null }, { deviceId: 'barn', model: 'zoo', timeZone: ZONE, zones: [], assignedZones: null },
  ]);
  expect(devices.get('2')).toEqual([{ deviceId: 'barn', model: 'zoo', timeZone: ZONE, zones: [], assignedZones: ['Yard'] }]);
  expect((await rulesOfDevice(db.pool, 'barn')).map(({ ruleId, assignedZones }) => [ruleId, assignedZones])).toEqual([['1', null], ['2', ['Yard']]]);
});

it('groups and policies lead to the devices of the members; the assignment, the policy and its defaults are asked for zones in this order', async () => {
  await putPolicy(db.pool, 'night', { name: 'Night', rules: [{ ruleId: '1', severity: null, zones: ['Gate'] }, { ruleId: '2', severity: null, zones: null }], defaults: { severity: null, zones: ['Lawn'], chain: null, quietHours: null } }, 'key');
  const many = { userIds: [], groupIds: ['all'], remove: { rule: [], policy: [] } };
  await assignToMany(db.pool, { ...many, put: { rule: [], policy: [{ ...none, id: 'night' }] } }, 'key');
  expect(await seen('1')).toEqual([['attic', ['Gate']], ['barn', ['Gate']], ['cellar', ['Gate']]]);
  expect(await seen('2')).toEqual([['attic', ['Lawn']], ['barn', ['Lawn']], ['cellar', ['Lawn']]]);
  await assignToMany(db.pool, { ...many, put: { rule: [], policy: [{ ...none, id: 'night', zones: ['Yard'] }] } }, 'key');
  expect(await seen('1')).toEqual([['attic', ['Yard']], ['barn', ['Yard']], ['cellar', ['Yard']]]);
});

it('of several ways to one device the widest counts', async () => {
  await assignToMany(db.pool, { userIds: [], groupIds: ['all'], put: { rule: [{ ...none, id: '1', zones: ['Yard'] }], policy: [] }, remove: { rule: [], policy: [] } }, 'key');
  await assign('anna', { id: '1', devices: ['attic'], zones: ['Gate'] });
  await assign('bert', { id: '1' });
  expect(await seen('1')).toEqual([['attic', ['Gate', 'Yard']], ['barn', ['Yard']], ['cellar', null]]);
});

it('the devices of a user and of the members of a group are told apart', async () => {
  expect((await devicesOfAssignee(db.pool, { userId: 'bert', groupId: null }, 100)).map(({ deviceId }) => deviceId)).toEqual(['cellar']);
  expect((await devicesOfAssignee(db.pool, { userId: null, groupId: 'all' }, 100)).map(({ deviceId }) => deviceId)).toEqual(['attic', 'barn', 'cellar']);
});

it('of a rule that judges more devices than are asked for, those are read that come first', async () => {
  await assign('anna', { id: '1' }, { id: '2' });
  await assign('bert', { id: '1', zones: ['Yard'] }, { id: '2' });
  const first = async (most: number) => [...await devicesOfRules(db.pool, ['1', '2'], most)].map(([ruleId, devices]) => [ruleId, devices.map(({ deviceId }) => deviceId)]);
  expect(await first(1)).toEqual([['1', ['attic']], ['2', ['attic']]]);
  expect(await first(2)).toEqual([['1', ['attic', 'barn']], ['2', ['attic', 'barn']]]);
  expect((await devicesOfAssignee(db.pool, { userId: null, groupId: 'all' }, 2)).map(({ deviceId }) => deviceId)).toEqual(['attic', 'barn']);
});
