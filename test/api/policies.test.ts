import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest();
  await api.accounts();
  for (const id of ['1', '2', '3']) await api.put(`/v1/rules/${id}`, { text: `RuleID: ${id} | Unsafe Class: Dog | ALL with probability>80%` });
});
afterAll(() => api.close());

const remove = (url: string) => api.call({ method: 'DELETE', url });
const outcome = ({ status, json }: { status: number; json: any }) => (status < 400 ? status : [status, json.code]);
const history = async (subject: string, subjectId: string) =>
  (await api.get(`/v1/changes?subject=${subject}&subjectId=${subjectId}`)).json.changes.map(({ before, after }: any) => ({ before, after })).reverse();
const none = { severity: null, zones: null };

describe('a policy', () => {
  it('holds rules in order of id, with what is said of each and of all', async () => {
    const put = await api.put('/v1/policies/night', { name: 'Night', rules: [{ ruleId: '2', severity: 'high' }, { ruleId: '1', zones: ['Yard', 'Gate', 'Yard'] }], defaults: { severity: 'low' } });
    expect([put.status, put.json]).toEqual([201, {
      policyId: 'night', version: 1, name: 'Night', rules: [{ ruleId: '1', severity: null, zones: ['Gate', 'Yard'] }, { ruleId: '2', severity: 'high', zones: null }], defaults: { severity: 'low', zones: null, chain: null, quietHours: null },
    }]);
    expect((await api.get('/v1/policies/night')).json).toMatchObject({ ...put.json, users: 0, userIds: [], groupIds: [] });
  });

  it('gets a new version when its content changes, and only then; old ones stay as they were', async () => {
    const versions = [];
    for (const rules of [['1', '2'], ['2', '1'], ['1'], ['1', '2']]) {
      versions.push((await api.put('/v1/policies/drive', { name: 'Drive', rules: rules.map((ruleId) => ({ ruleId })) })).json.version);
    }
    expect(versions).toEqual([1, 1, 2, 3]);
    const { json } = await api.get('/v1/policies/drive/versions?limit=2');
    expect(json.versions.map((version: any) => [version.version, version.rules.length, version.createdBy])).toEqual([[3, 2, expect.any(String)], [2, 1, expect.any(String)]]);
    const { json: rest } = await api.get(`/v1/policies/drive/versions?limit=2&cursor=${json.next}`);
    expect(rest).toMatchObject({ policyId: 'drive', versions: [{ version: 1 }], next: null });
  });

  it('says the chain and the quiet hours of what its rules match, as they were given', async () => {
    await api.put('/v1/chains/guards', { name: 'Guards', levels: [{ channels: ['sms'] }] });
    const quietHours = { timeZone: 'Europe/Berlin', windows: [{ days: ['sat', 'sun'], from: '00:00', to: '24:00' }, { from: '22:00', to: '07:00' }], breakThrough: 'high' };
    const { json } = await api.put('/v1/policies/told', { name: 'Told', rules: [], defaults: { chain: 'guards', quietHours } });
    expect(json.defaults).toEqual({ severity: null, zones: null, chain: 'guards', quietHours });
    for (const { defaults } of [(await api.get('/v1/policies/told')).json, (await api.get('/v1/policies/told/versions')).json.versions[0]]) expect(defaults).toEqual(json.defaults);
    // As contracts/quiet-hours.ts has it.
    expect((await history('policy', 'told'))[0].after.defaults.quietHours).toEqual({
      timeZone: 'Europe/Berlin', windows: [{ days: [6, 7], from: 0, to: 1440 }, { days: [1, 2, 3, 4, 5, 6, 7], from: 1320, to: 420 }], breakThrough: 'high',
    });
    expect((await remove('/v1/chains/guards')).json.detail).toBe('chain guards is still in use: policies told');
  });

  it('from before there were chains is the same when it is put again', async () => {
    await api.put('/v1/policies/older', { name: 'Older', rules: [] });
    await api.db.pool.query(`UPDATE policy_versions SET content = jsonb_set(content, '{defaults}', '{"severity": null, "zones": null}') WHERE policy_id = 'older'`);
    expect((await api.get('/v1/policies/older')).json.defaults).toEqual({ ...none, chain: null, quietHours: null });
    expect((await api.put('/v1/policies/older', { name: 'Older', rules: [] })).json.version).toBe(1);
    expect((await api.put('/v1/policies/older', { name: 'Older', rules: [], defaults: { severity: 'low' } })).json.version).toBe(2);
  });

  it('keeps its versions without gaps when many save at once', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => api.put('/v1/policies/race', { name: `Race ${n}`, rules: [] })));
    expect(answers.map(({ json }) => json.version).sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, n) => n + 1));
    const told = await history('policy', 'race');
    expect(told.map(({ after }: any) => after.version)).toEqual(Array.from({ length: 12 }, (_, n) => n + 1));
    // Each tells of the one before it, none of a state that never was.
    expect(told.map(({ before }: any) => before?.name ?? null)).toEqual([null, ...told.slice(0, -1).map(({ after }: any) => after.name)]);
  });

  it.each([
    ['of a rule that is not there', { name: 'x', rules: [{ ruleId: '99' }] }, [404, 'rule_unknown']],
    ['of a rule twice', { name: 'x', rules: [{ ruleId: '1' }, { ruleId: '1', severity: 'low' }] }, [400, 'request_malformed']],
    ['of a severity that is none', { name: 'x', rules: [{ ruleId: '1', severity: 'awful' }] }, [400, 'request_malformed']],
    ['of no zone at all', { name: 'x', rules: [{ ruleId: '1', zones: [] }] }, [400, 'request_malformed']],
    ['of a chain that is not there', { name: 'x', rules: [], defaults: { chain: 'none' } }, [404, 'chain_unknown']],
    ['of quiet hours at no hour', { name: 'x', rules: [], defaults: { quietHours: { timeZone: 'UTC', windows: [{ from: '25:00', to: '07:00' }] } } }, [400, 'request_malformed']],
    ['without a name', { rules: [] }, [400, 'request_malformed']],
    ['with a field that we do not know', { name: 'x', rules: [], quiet: true }, [400, 'request_malformed']],
  ])('is refused %s, and nothing is left of it', async (_what, body, refusal) => {
    expect(outcome(await api.put('/v1/policies/bad', body))).toEqual(refusal);
    expect(outcome(await api.get('/v1/policies/bad'))).toEqual([404, 'policy_unknown']);
    expect(await history('policy', 'bad')).toEqual([]);
  });

  it('with an id that is none is refused', async () => {
    expect((await api.put('/v1/policies/a%20b', { name: 'x', rules: [] })).json.code).toBe('id_unsafe');
  });

  it('is listed page by page', async () => {
    const { json } = await api.get('/v1/policies?limit=1');
    expect(json.policies).toHaveLength(1);
    const { json: rest } = await api.get(`/v1/policies?cursor=${json.next}`);
    expect(rest.policies.map(({ policyId }: any) => policyId)).toContain('night');
    expect(rest.policies.map(({ policyId }: any) => policyId)).not.toContain(json.policies[0].policyId);
  });

  it('is deleted once it is assigned to nobody, comes back under its next version, and its history says so', async () => {
    await api.put('/v1/policies/day', { name: 'Day', rules: [{ ruleId: '1' }] });
    await api.put('/v1/users/anna/policies', { policies: [{ policyId: 'day' }] });
    await api.put('/v1/groups/family', { name: 'Family' });
    await api.put('/v1/groups/family/policies', { policies: [{ policyId: 'day' }] });
    expect((await remove('/v1/policies/day')).json).toMatchObject({ status: 409, code: 'still_in_use', detail: 'policy day is still in use: users anna; groups family' });
    expect((await api.get('/v1/policies/day')).json).toMatchObject({ users: 1, userIds: ['anna'], groupIds: ['family'] });
    await api.put('/v1/users/anna/policies', { policies: [] });
    await api.put('/v1/groups/family/policies', { policies: [] });
    expect(outcome(await remove('/v1/policies/day'))).toBe(204);
    expect(outcome(await remove('/v1/policies/day'))).toEqual([404, 'policy_unknown']);
    expect(outcome(await api.put('/v1/users/anna/policies', { policies: [{ policyId: 'day' }] }))).toEqual([404, 'policy_unknown']);
    expect((await api.get('/v1/policies/day/versions')).json.versions).toHaveLength(1);
    const back = await api.put('/v1/policies/day', { name: 'Day', rules: [{ ruleId: '1' }] });
    expect([back.status, back.json.version]).toEqual([201, 2]);
    const content = { name: 'Day', rules: [{ ruleId: '1', ...none }], defaults: { ...none, chain: null, quietHours: null } };
    expect(await history('policy', 'day')).toEqual([
      { before: null, after: { version: 1, ...content } }, { before: { version: 1, ...content }, after: null }, { before: null, after: { version: 2, ...content } },
    ]);
  });

  it('keeps its rules from being deleted, in the version that is in force', async () => {
    await api.put('/v1/rules/4', { text: 'RuleID: 4 | Unsafe Class: Dog | ALL with probability>80%' });
    await api.put('/v1/policies/holds', { name: 'Holds', rules: [{ ruleId: '4' }] });
    expect((await api.get('/v1/rules/4')).json.policyIds).toEqual(['holds']);
    expect((await remove('/v1/rules/4')).json.detail).toBe('rule 4 is still in use: policies holds');
    await api.put('/v1/policies/holds', { name: 'Holds', rules: [] });
    expect(outcome(await remove('/v1/rules/4'))).toBe(204);
  });
});

describe('a group', () => {
  it('is put, renamed, listed and removed, and its history says so', async () => {
    expect((await api.put('/v1/groups/club', { name: 'Club' })).json).toMatchObject({ groupId: 'club', name: 'Club', members: 0 });
    expect((await api.put('/v1/groups/club', { name: 'Club' })).status).toBe(200);
    await api.put('/v1/groups/club', { name: 'The club' });
    expect((await api.get('/v1/groups')).json.groups.map(({ groupId }: any) => groupId)).toContain('club');
    expect(outcome(await remove('/v1/groups/club'))).toBe(204);
    expect(outcome(await remove('/v1/groups/club'))).toEqual([404, 'group_unknown']);
    expect(outcome(await api.get('/v1/groups/club'))).toEqual([404, 'group_unknown']);
    expect(await history('group', 'club')).toEqual([
      { before: null, after: { name: 'Club' } }, { before: { name: 'Club' }, after: { name: 'The club' } }, { before: { name: 'The club' }, after: null },
    ]);
  });

  it('has its members replaced; the history names who came and who went', async () => {
    await api.put('/v1/groups/street', { name: 'Street' });
    const put = (userIds: string[]) => api.put('/v1/groups/street/members', { userIds });
    expect((await put(['anna', 'bert', 'anna'])).json).toEqual({ groupId: 'street', members: 2, added: 2, removed: 0 });
    expect((await put(['bert'])).json).toEqual({ groupId: 'street', members: 1, added: 0, removed: 1 });
    expect((await put(['bert'])).json).toEqual({ groupId: 'street', members: 1, added: 0, removed: 0 });
    expect((await api.get('/v1/groups/street/members')).json).toEqual({ groupId: 'street', userIds: ['bert'], next: null });
    expect(outcome(await put(['bert', 'nobody', 'nothing']))).toEqual([404, 'user_unknown']);
    expect((await put(['nobody', 'nothing'])).json.detail).toBe('no user nobody, nothing');
    expect((await api.get('/v1/groups/street')).json.members).toBe(1);
    expect(await history('members', 'street')).toEqual([{ before: null, after: { userIds: ['anna', 'bert'] } }, { before: { userIds: ['anna'] }, after: null }]);
    expect(outcome(await api.put('/v1/groups/nowhere/members', { userIds: [] }))).toEqual([404, 'group_unknown']);
    expect(outcome(await api.get('/v1/groups/nowhere/members'))).toEqual([404, 'group_unknown']);
  });

  it('is not removed while anything is assigned to it; with it go its members, who stay users', async () => {
    await api.put('/v1/groups/block', { name: 'Block' });
    await api.put('/v1/groups/block/members', { userIds: ['anna'] });
    await api.put('/v1/groups/block/rules', { rules: [{ ruleId: '1' }] });
    expect((await remove('/v1/groups/block')).json.detail).toBe('group block is still in use: rules 1');
    expect((await remove('/v1/rules/1')).json.detail).toBe('rule 1 is still in use: groups block; policies day, drive, night');
    await api.put('/v1/groups/block/rules', { rules: [] });
    expect(outcome(await remove('/v1/groups/block'))).toBe(204);
    expect(await history('members', 'block')).toEqual([{ before: null, after: { userIds: ['anna'] } }, { before: { userIds: ['anna'] }, after: null }]);
    expect((await api.get('/v1/users/anna')).status).toBe(200);
  });

  it('loses a user who is removed', async () => {
    await api.put('/v1/users/carl', { name: 'Carl' });
    await api.put('/v1/groups/lane', { name: 'Lane' });
    await api.put('/v1/groups/lane/members', { userIds: ['anna', 'carl'] });
    await api.put('/v1/users/carl/rules', { rules: [{ ruleId: '2', severity: 'high' }] });
    expect(outcome(await remove('/v1/users/carl'))).toBe(204);
    expect((await api.get('/v1/groups/lane/members')).json.userIds).toEqual(['anna']);
    expect((await history('members', 'lane')).at(-1)).toEqual({ before: { userIds: ['carl'] }, after: null });
    expect((await history('assignments', 'user/carl')).at(-1)).toEqual({ before: { rules: [{ ruleId: '2', devices: null, zones: null, severity: 'high' }] }, after: null });
  });
});
