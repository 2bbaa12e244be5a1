import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
let keyId: string;
beforeAll(async () => {
  api = await startApiUnderTest();
  await api.accounts();
  for (const id of ['1', '2', '3']) await api.put(`/v1/rules/${id}`, { text: `RuleID: ${id} | Unsafe Class: Dog | ALL with probability>80%` });
  await api.put('/v1/policies/night', { name: 'Night', rules: [{ ruleId: '1' }] });
  await api.put('/v1/policies/day', { name: 'Day', rules: [] });
  await api.put('/v1/groups/family', { name: 'Family' });
  await api.put('/v1/groups/street', { name: 'Street' });
  keyId = (await api.get('/v1/keys')).json.keys[0].keyId;
  // As many as an installation has: put one by one they would take the time of all other tests together.
  await api.db.pool.query("INSERT INTO users (user_id, name) SELECT 'many-' || lpad(n::text, 4, '0'), 'x' FROM generate_series(0, 999) AS n");
});
afterAll(() => api.close());

const thousand = Array.from({ length: 1_000 }, (_, n) => `many-${String(n).padStart(4, '0')}`);
const toMany = (payload: object) => api.call({ method: 'POST', url: '/v1/assignments', payload });
const outcome = ({ status, json }: { status: number; json: any }) => (status < 400 ? status : [status, json.code]);
const history = async (subjectId: string) =>
  (await api.get(`/v1/changes?subject=assignments&subjectId=${subjectId}`)).json.changes.map(({ before, after }: any) => ({ before, after })).reverse();
const rule = (ruleId: string, terms = {}) => ({ ruleId, devices: null, zones: null, severity: null, ...terms });
const policy = (policyId: string, terms = {}) => ({ policyId, devices: null, zones: null, severity: null, ...terms });
const clear = async (...holders: string[]) => {
  for (const holder of holders) {
    await api.put(`/v1/${holder}/rules`, { rules: [] });
    await api.put(`/v1/${holder}/policies`, { policies: [] });
  }
};

describe('rules and policies of one user', () => {
  it('are replaced apart from each other, with their devices, zones and severity', async () => {
    await clear('users/anna');
    await api.put('/v1/users/anna/rules', { rules: [{ ruleId: '1', devices: ['door'], zones: ['Yard', 'Gate'], severity: 'critical' }] });
    const put = await api.put('/v1/users/anna/policies', { policies: [{ policyId: 'night', zones: ['Gate'] }, { policyId: 'day', devices: ['door'], severity: 'low' }] });
    expect(put.json).toEqual({ userId: 'anna', policies: [policy('day', { devices: ['door'], severity: 'low' }), policy('night', { zones: ['Gate'] })] });
    expect((await api.get('/v1/users/anna/policies')).json).toEqual(put.json);
    expect((await api.get('/v1/users/anna/rules')).json.rules).toEqual([rule('1', { devices: ['door'], zones: ['Gate', 'Yard'], severity: 'critical' })]);
  });

  it('leave in the history what came, changed and went, and who did it', async () => {
    await clear('users/bert');
    await api.put('/v1/users/bert/rules', { rules: [{ ruleId: '1' }, { ruleId: '2' }] });
    await api.put('/v1/users/bert/rules', { rules: [{ ruleId: '2' }, { ruleId: '1' }] });
    await api.put('/v1/users/bert/rules', { rules: [{ ruleId: '2', severity: 'high' }, { ruleId: '3' }] });
    await api.put('/v1/users/bert/policies', { policies: [{ policyId: 'night' }] });
    expect(await history('user/bert')).toEqual([
      { before: null, after: { rules: [rule('1'), rule('2')] } },
      { before: { rules: [rule('1'), rule('2')] }, after: { rules: [rule('2', { severity: 'high' }), rule('3')] } },
      { before: null, after: { policies: [policy('night')] } },
    ]);
    const { json: { changes: [last] } } = await api.get('/v1/changes?limit=1');
    expect(last).toMatchObject({ subject: 'assignments', subjectId: 'user/bert', changedBy: keyId, at: expect.stringMatching(/Z$/) });
  });

  it.each([
    ['a policy that is not there', { policies: [{ policyId: 'none' }] }, [404, 'policy_unknown']],
    ['a device of somebody else', { policies: [{ policyId: 'night', devices: ['gate'] }] }, [404, 'device_unknown']],
    ['one policy twice', { policies: [{ policyId: 'night' }, { policyId: 'night' }] }, [400, 'request_malformed']],
    ['a severity that is none', { policies: [{ policyId: 'night', severity: 'awful' }] }, [400, 'request_malformed']],
  ])('are refused for %s, and what was there stays', async (_what, body, refusal) => {
    await clear('users/anna');
    await api.put('/v1/users/anna/policies', { policies: [{ policyId: 'day' }] });
    expect(outcome(await api.put('/v1/users/anna/policies', body))).toEqual(refusal);
    expect((await api.get('/v1/users/anna/policies')).json.policies).toEqual([policy('day')]);
  });

  it('put by two at once end as one of the two, and the history leads there', async () => {
    for (let round = 0; round < 10; round += 1) {
      await clear('users/anna');
      const from = (await history('user/anna')).length;
      await Promise.all([['1', '2'], ['2', '3']].map((ids) => api.put('/v1/users/anna/rules', { rules: ids.map((ruleId) => ({ ruleId })) })));
      const now = (await api.get('/v1/users/anna/rules')).json.rules.map(({ ruleId }: any) => ruleId);
      expect([['1', '2'], ['2', '3']]).toContainEqual(now);
      const told = new Set<string>();
      for (const { before, after } of (await history('user/anna')).slice(from)) {
        for (const { ruleId } of before?.rules ?? []) expect(told.delete(ruleId)).toBe(true);
        for (const { ruleId } of after?.rules ?? []) told.add(ruleId);
      }
      expect([...told].sort()).toEqual(now);
    }
  });
});

describe('rules and policies of a group', () => {
  it('are replaced, read and told of', async () => {
    expect((await api.put('/v1/groups/family/rules', { rules: [{ ruleId: '2', zones: ['Yard'] }] })).json).toEqual({ groupId: 'family', rules: [rule('2', { zones: ['Yard'] })] });
    expect((await api.put('/v1/groups/family/policies', { policies: [{ policyId: 'night', severity: 'high' }] })).json).toEqual({ groupId: 'family', policies: [policy('night', { severity: 'high' })] });
    expect((await api.get('/v1/groups/family/rules')).json.rules).toEqual([rule('2', { zones: ['Yard'] })]);
    expect((await api.get('/v1/groups/family/policies')).json.policies).toEqual([policy('night', { severity: 'high' })]);
    expect((await api.get('/v1/rules/2')).json).toMatchObject({ groupIds: ['family'] });
    expect(await history('group/family')).toHaveLength(2);
    await clear('groups/family');
  });

  it('are of no device, since its members have their own', async () => {
    expect(outcome(await api.put('/v1/groups/family/rules', { rules: [{ ruleId: '2', devices: ['door'] }] }))).toEqual([400, 'request_malformed']);
  });

  it('of a group that is not there are none', async () => {
    for (const what of ['rules', 'policies']) {
      expect(outcome(await api.put(`/v1/groups/none/${what}`, { [what]: [] }))).toEqual([404, 'group_unknown']);
      expect(outcome(await api.get(`/v1/groups/none/${what}`))).toEqual([404, 'group_unknown']);
    }
  });
});

describe('a thousand users in one call', () => {
  it('get, keep and lose what is said, and the answer counts it', async () => {
    const many = { userIds: thousand, rules: [{ ruleId: '1' }, { ruleId: '2', severity: 'high' }], policies: [{ policyId: 'night' }] };
    expect((await toMany(many)).json).toEqual({ added: 3_000, changed: 0, removed: 0, left: 0 });
    expect((await toMany(many)).json).toEqual({ added: 0, changed: 0, removed: 0, left: 3_000 });
    await api.put('/v1/users/many-0007/rules', { rules: [{ ruleId: '3' }] });
    expect((await toMany({ userIds: thousand, rules: [{ ruleId: '1', zones: ['Yard'] }], remove: { rules: ['2'], policies: ['night'] } })).json).toEqual({ added: 1, changed: 999, removed: 1_999, left: 0 });
    expect((await api.get('/v1/users/many-0007/rules')).json.rules).toEqual([rule('1', { zones: ['Yard'] }), rule('3')]);
    expect((await api.get('/v1/rules/1')).json).toMatchObject({ users: expect.any(Number), userIds: expect.objectContaining({ length: 100 }) });
    expect((await api.get('/v1/rules/1')).json.users).toBeGreaterThanOrEqual(1_000);
    expect((await history('user/many-0999')).slice(-2)).toEqual([
      { before: { rules: [rule('1'), rule('2', { severity: 'high' })] }, after: { rules: [rule('1', { zones: ['Yard'] })] } }, { before: { policies: [policy('night')] }, after: null },
    ]);
    expect((await toMany({ userIds: thousand, remove: { rules: ['1', '2', '3'] } })).json).toEqual({ added: 0, changed: 0, removed: 1_001, left: 0 });
  });

  it('stay as they were when anything is wrong, and the unknown are named', async () => {
    const state = async () => (await api.db.pool.query('SELECT (SELECT count(*) FROM assignments) AS assigned, (SELECT max(change_id) FROM changes) AS changed')).rows[0];
    const before = await state();
    const sound = { userIds: thousand, groupIds: ['family'], rules: [{ ruleId: '1' }] };
    const refused = async (change: object): Promise<[number, string]> => { const { status, json } = await toMany({ ...sound, ...change }); return [status, json.detail]; };
    expect(await refused({ userIds: [...thousand, 'nobody', 'nothing'] })).toEqual([404, 'no user nobody, nothing']);
    expect(await refused({ userIds: Array.from({ length: 9 }, (_, n) => `none-${n}`) })).toEqual([404, 'no user none-0, none-1, none-2, none-3, none-4 and more']);
    expect(await refused({ groupIds: ['family', 'nowhere'] })).toEqual([404, 'no group nowhere']);
    expect(await refused({ rules: [{ ruleId: '1' }, { ruleId: '98' }] })).toEqual([404, 'no rule 98']);
    expect(await refused({ policies: [{ policyId: 'none' }] })).toEqual([404, 'no policy none']);
    expect(await refused({ remove: { rules: ['99'] } })).toEqual([404, 'no rule 99']);
    expect((await refused({ remove: { rules: ['1'] } }))[0]).toBe(400);
    expect((await refused({ rules: [{ ruleId: '1' }, { ruleId: '1', severity: 'low' }] }))[0]).toBe(400);
    expect((await refused({ userIds: Array.from({ length: 10_001 }, (_, n) => `u${n}`) }))[0]).toBe(400);
    expect((await refused({ rules: Array.from({ length: 101 }, (_, n) => ({ ruleId: `r${n}` })) }))).toEqual([400, 'these are 101101 assignments; send at most 50000 in one call']);
    expect(await state()).toEqual(before);
  });

  it('may be groups and users together, each once however often they are named', async () => {
    await clear('users/anna', 'groups/family', 'groups/street');
    expect((await toMany({ userIds: ['anna', 'anna'], groupIds: ['street', 'family'], policies: [{ policyId: 'day', severity: 'critical' }] })).json).toEqual({ added: 3, changed: 0, removed: 0, left: 0 });
    expect((await api.get('/v1/policies/day')).json).toMatchObject({ userIds: ['anna'], groupIds: ['family', 'street'] });
    expect((await api.get('/v1/groups/street/policies')).json.policies).toEqual([policy('day', { severity: 'critical' })]);
    expect((await toMany({})).json).toEqual({ added: 0, changed: 0, removed: 0, left: 0 });
  });

  it('may name devices only beside the one user whose they are, and what that user has beside it stays', async () => {
    await api.put('/v1/users/anna/rules', { rules: [{ ruleId: '1' }] });
    const onDoor = { rules: [{ ruleId: '2', devices: ['door'] }] };
    expect((await toMany({ userIds: ['anna'], ...onDoor })).json).toEqual({ added: 1, changed: 0, removed: 0, left: 0 });
    expect((await api.get('/v1/users/anna/rules')).json.rules).toEqual([rule('1'), rule('2', { devices: ['door'] })]);
    expect(outcome(await toMany({ userIds: ['anna', 'many-0007'], ...onDoor }))).toEqual([400, 'request_malformed']);
    expect(outcome(await toMany({ userIds: ['anna'], groupIds: ['family'], ...onDoor }))).toEqual([400, 'request_malformed']);
    expect(outcome(await toMany({ userIds: ['many-0007'], ...onDoor }))).toEqual([404, 'device_unknown']);
    await clear('users/anna');
  });

  it('by several callers at once are done one after the other', async () => {
    await toMany({ userIds: thousand, remove: { rules: ['1', '2', '3'] } });
    const answers = await Promise.all(['low', 'medium', 'high', 'critical'].map((severity) => toMany({ userIds: severity === 'low' ? thousand : thousand.toReversed(), rules: [{ ruleId: '1', severity }] })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(answers.map(({ json }) => json.added).sort()).toEqual([0, 0, 0, 1_000].sort());
    const { rows } = await api.db.pool.query("SELECT DISTINCT severity FROM assignments WHERE rule_id = '1' AND user_id LIKE 'many-%'");
    expect(rows).toHaveLength(1);
  });
});

describe('whoever judges frames', () => {
  it('hears once of each call that may change how, and of no other', async () => {
    const listener = new pg.Client({ connectionString: api.db.url });
    await listener.connect();
    const heard: string[] = [];
    let fence: () => void = () => {};
    listener.on('notification', ({ channel }) => { if (channel === 'fence') fence(); else heard.push(channel); });
    await listener.query('LISTEN watchpost_rules; LISTEN fence');
    /** Notifications come in the order of the commits, so after the fence nothing of before is on its way. */
    const count = async (work: () => Promise<unknown>): Promise<number> => {
      heard.length = 0;
      await work();
      const passed = new Promise<void>((resolve) => { fence = resolve; });
      await api.db.pool.query('NOTIFY fence');
      await passed;
      return heard.length;
    };
    const device = { userId: 'anna', name: 'Shed', timeZone: 'UTC' };
    const zones = { zones: [{ name: 'Yard', polygon: [[0, 0], [1, 0], [1, 1]] }] };
    const told: [string, () => Promise<unknown>, number][] = [
      ['a thousand users', () => toMany({ userIds: thousand, rules: [{ ruleId: '2' }, { ruleId: '3' }], policies: [{ policyId: 'day' }] }), 1],
      ['a rule', () => api.put('/v1/rules/5', { text: 'RuleID: 5 | Unsafe Class: Dog | ALL with probability>80%' }), 1],
      ['the same rule', () => api.put('/v1/rules/5', { text: 'RuleID: 5 | Unsafe Class: Dog | ALL with probability>80%' }), 0],
      ['a policy', () => api.put('/v1/policies/tell', { name: 'Tell', rules: [{ ruleId: '5' }] }), 1],
      ['the same policy', () => api.put('/v1/policies/tell', { name: 'Tell', rules: [{ ruleId: '5' }] }), 0],
      ['members', () => api.put('/v1/groups/family/members', { userIds: ['anna', 'bert'] }), 1],
      ['a device', () => api.put('/v1/devices/shed', device), 1],
      ['the same device under another name', () => api.put('/v1/devices/shed', { ...device, name: 'The shed' }), 0],
      ['a device in another zone', () => api.put('/v1/devices/shed', { ...device, timeZone: 'Asia/Tokyo' }), 1],
      ['a device of another owner', () => api.put('/v1/devices/shed', { ...device, userId: 'bert', timeZone: 'Asia/Tokyo' }), 1],
      ['zones', () => api.put('/v1/devices/shed/zones', zones), 1],
      ['the same zones', () => api.put('/v1/devices/shed/zones', zones), 0],
      ['a device that goes', () => api.call({ method: 'DELETE', url: '/v1/devices/shed' }), 1],
      ['a rename of a user', () => api.put('/v1/users/anna', { name: 'Anna A.' }), 0],
      ['a refused call', () => toMany({ userIds: ['nobody'], rules: [{ ruleId: '1' }] }), 0],
      ['a contact', () => api.put('/v1/contacts/anna-2', { userId: 'anna', channel: 'email', address: 'a@example.org' }), 0],
    ];
    try {
      for (const [what, work, times] of told) expect(await count(work), what).toBe(times);
    } finally {
      await listener.end();
    }
  });
});
