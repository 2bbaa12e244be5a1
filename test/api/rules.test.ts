import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTurn } from '../../adapters/postgres/changes.ts';
import { signOfLife } from '../../adapters/postgres/workers.ts';
import { pidOf, untilBlockedBy } from '../support/lock-wait.ts';
import { startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => { api = await startApiUnderTest(); });
afterAll(() => api.close());

const text = (id: string, classes: string, percent = 80) => `RuleID: ${id} | Unsafe Class: ${classes} | ALL with probability>${percent}%`;
const putText = (id: string, payload: string) => api.call({ method: 'PUT', url: `/v1/rules/${id}`, payload, headers: { 'content-type': 'text/plain' } });

describe('a rule', () => {
  it('comes as one line or as JSON with the same line', async () => {
    const line = await putText('100', text('100', 'Dog, Cat'));
    expect([line.status, line.json]).toEqual([201, { ruleId: '100', version: 1, warnings: [] }]);
    const json = await api.put('/v1/rules/100', { text: text('100', 'Dog, Cat') });
    expect([json.status, json.json.version]).toEqual([200, 1]);
  });

  it('gets a new version when its text changes, and only then', async () => {
    const versions = [];
    for (const percent of [80, 80, 70, 80, 80]) versions.push((await putText('101', `${text('101', 'Dog', percent)}\n`)).json.version);
    expect(versions).toEqual([1, 1, 2, 3, 3]);
    const { rows } = await api.db.pool.query("SELECT version, source FROM rule_versions WHERE rule_id = '101' ORDER BY version");
    expect(rows.map(({ source }) => source)).toEqual([80, 70, 80].map((percent) => text('101', 'Dog', percent)));
  });

  it('keeps its versions without gaps when many save at once', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => putText('102', text('102', 'Dog', 50 + n))));
    expect(answers.map(({ json }) => json.version).sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, n) => n + 1));
    expect((await api.get('/v1/rules/102')).json.version).toBe(12);
  });

  it('is refused with the place of every fault', async () => {
    const answer = await putText('103', 'RuleID: 103 | Unsafe Class: Dog,, Cat | ALL with probability>800%');
    expect([answer.status, answer.json.code]).toEqual([422, 'rule_malformed']);
    expect(answer.json.problems.length).toBeGreaterThan(1);
    for (const problem of answer.json.problems) expect(problem).toMatchObject({ severity: 'error', line: 1, column: expect.any(Number), message: expect.any(String) });
    expect((await api.get('/v1/rules/103')).json.code).toBe('rule_unknown');
  });

  it('must have the id of its path', async () => {
    const answer = await putText('104', text('105', 'Dog'));
    expect([answer.status, answer.json.code]).toEqual([400, 'request_malformed']);
    expect(answer.json.detail).toContain('105');
  });

  it('with an id that is none is refused', async () => {
    expect((await putText('a%20b', text('a b', 'Dog'))).json.code).toBe('id_unsafe');
  });

  it.each(['', ' ', '\u0000', 'RuleID: 1\u0000 | Unsafe Class: Dog | ALL with probability>80%', '\ud800'])('is refused when it is %j', async (payload) => {
    const answer = await api.put('/v1/rules/1', { text: payload });
    expect(answer.status).toBe(422);
  });

  it('is listed with its text and the users whose frames it judges', async () => {
    await api.accounts();
    await putText('110', text('110', 'Person'));
    await api.put('/v1/users/anna/rules', { rules: [{ ruleId: '110' }] });
    const { json } = await api.get('/v1/rules');
    expect(json.rules.find(({ ruleId }: any) => ruleId === '110')).toMatchObject({ text: text('110', 'Person'), userIds: ['anna'], version: 1, warnings: [] });
  });
});

describe('warnings', () => {
  it('come with the save of a class that no detector knows, and the rule is saved', async () => {
    const answer = await putText('120', text('120', 'Dog, Racoon'));
    expect(answer.status).toBe(201);
    expect(answer.json.warnings).toMatchObject([{ code: 'class_unknown', severity: 'warning', line: 1 }]);
    const { rows: [stored] } = await api.db.pool.query("SELECT warnings FROM rule_versions WHERE rule_id = '120'");
    expect(stored.warnings).toEqual(answer.json.warnings);
  });

  it('are made against the detectors at work, once there are any', async () => {
    await signOfLife(api.db.pool, {
      workerId: 'w', stages: ['detect'],
      detector: { name: 'zoo', version: '1', sha256: 'x', runtime: 'none', calibration: 'none', fallback: null, labels: ['raccoon'] },
      load: null,
    });
    expect((await api.get('/v1/rules/120')).json.warnings).toMatchObject([{ code: 'class_unknown', message: expect.stringContaining('Dog') }]);
    await api.db.pool.query('DELETE FROM workers');
    expect((await api.get('/v1/rules/120')).json.warnings).toMatchObject([{ message: expect.stringContaining('Racoon') }]);
  });
});

describe('deleting a rule', () => {
  const remove = (id: string) => api.call({ method: 'DELETE', url: `/v1/rules/${id}` });
  const assign = (user: string, ...ids: string[]) => api.put(`/v1/users/${user}/rules`, { rules: ids.map((ruleId) => ({ ruleId })) });
  const outcome = ({ status, json }: { status: number; json: any }) => (status < 400 ? status : [status, json.code]);
  beforeAll(async () => {
    for (const user of ['dora', 'emil']) await api.put(`/v1/users/${user}`, { name: user });
  });

  it('takes it out of sight once; its versions stay for the verdicts that they gave', async () => {
    await putText('140', text('140', 'Dog'));
    await putText('140', text('140', 'Cat'));
    expect(outcome(await remove('140'))).toBe(204);
    expect(outcome(await remove('140'))).toEqual([404, 'rule_unknown']);
    expect(outcome(await api.get('/v1/rules/140'))).toEqual([404, 'rule_unknown']);
    expect(outcome(await assign('dora', '140'))).toEqual([404, 'rule_unknown']);
    expect((await api.get('/v1/rules')).json.rules.map(({ ruleId }: any) => ruleId)).not.toContain('140');
    const { rows } = await api.db.pool.query("SELECT source FROM rule_versions WHERE rule_id = '140' ORDER BY version");
    expect(rows.map(({ source }) => source)).toEqual([text('140', 'Dog'), text('140', 'Cat')]);
  });

  it('that never was answers 404', async () => {
    expect(outcome(await remove('149'))).toEqual([404, 'rule_unknown']);
  });

  it.each([['the same text', 'Dog'], ['another text', 'Cat']])('makes room for %s, which is a new rule under the next version', async (_what, classes) => {
    const id = classes === 'Dog' ? '141' : '142';
    await putText(id, text(id, 'Dog'));
    await remove(id);
    const back = await putText(id, text(id, classes));
    expect([back.status, back.json.version]).toEqual([201, 2]);
    expect((await putText(id, text(id, classes))).status).toBe(200);
    expect((await api.get(`/v1/rules/${id}`)).json).toMatchObject({ version: 2, text: text(id, classes) });
    expect(outcome(await assign('dora', id))).toBe(200);
  });

  it('is refused while it is assigned, and says to whom', async () => {
    await putText('143', text('143', 'Dog'));
    await assign('dora', '143');
    await assign('emil', '143');
    const refused = await remove('143');
    expect(outcome(refused)).toEqual([409, 'still_in_use']);
    expect(refused.json.detail).toBe('rule 143 is still in use: users dora, emil');
    expect((await api.get('/v1/rules/143')).status).toBe(200);
    await assign('dora');
    await assign('emil');
    expect(outcome(await remove('143'))).toBe(204);
  });

  it('names a handful of users, not thousands', async () => {
    await putText('144', text('144', 'Dog'));
    for (let n = 0; n < 7; n += 1) {
      await api.put(`/v1/users/many-${n}`, { name: 'x' });
      await assign(`many-${n}`, '144');
    }
    expect((await remove('144')).json.detail).toBe('rule 144 is still in use: users many-0, many-1, many-2, many-3, many-4 and more');
  });

  it('is seen by an assignment that came while it was under way', async () => {
    await putText('145', text('145', 'Dog'));
    let assigned: Promise<unknown> = Promise.resolve();
    await inTurn(api.db.pool, async (client) => {
      await client.query("UPDATE rules SET deleted_at = now() WHERE rule_id = '145'");
      assigned = assign('dora', '145').then(outcome);
      await untilBlockedBy(api.db.pool, await pidOf(client));
    });
    expect(await assigned).toEqual([404, 'rule_unknown']);
    expect((await api.get('/v1/users/dora/rules')).json.rules.map(({ ruleId }: any) => ruleId)).not.toContain('145');
  });

  it('sees an assignment that was under way when it came', async () => {
    await putText('146', text('146', 'Dog'));
    let removed: Promise<unknown> = Promise.resolve();
    await inTurn(api.db.pool, async (client) => {
      await client.query("INSERT INTO assignments (user_id, rule_id, assigned_by) VALUES ('dora', '146', 'test')");
      removed = remove('146').then(outcome);
      await untilBlockedBy(api.db.pool, await pidOf(client));
    });
    expect(await removed).toEqual([409, 'still_in_use']);
  });

  it('and putting it at once leave a rule or none, never half of one', async () => {
    await putText('147', text('147', 'Dog'));
    for (let round = 0; round < 10; round += 1) {
      const [put, removed] = await Promise.all([putText('147', text('147', 'Dog', 50 + round)), remove('147')]);
      expect([200, 201]).toContain(put.status);
      const now = await api.get('/v1/rules/147');
      // Put last: it is there. Removed last: it is gone, or it was gone before and came back.
      if (now.status === 200) expect(now.json.version).toBe(put.json.version);
      else expect([now.status, removed.status]).toEqual([404, 204]);
      await putText('147', text('147', 'Dog'));
    }
    const { rows: [{ versions, last }] } = await api.db.pool.query("SELECT count(*) AS versions, max(version) AS last FROM rule_versions WHERE rule_id = '147'");
    expect(versions).toBe(last);
  });
});

describe('checking', () => {
  it('says what a save would say, and saves nothing', async () => {
    const good = await api.call({ method: 'POST', url: '/v1/rules/check', payload: text('130', 'dogs , CAT', 80.5), headers: { 'content-type': 'text/plain' } });
    expect(good.json).toEqual({
      ok: true, problems: [], text: 'RuleID: 130 | Unsafe Class: dog, cat | ALL with probability>80.5%', yaml: expect.stringContaining('rule: 130\n'),
    });
    const bad = await api.call({ method: 'POST', url: '/v1/rules/check', payload: { text: 'nonsense' } });
    expect(bad.json).toMatchObject({ ok: false });
    expect((await api.get('/v1/rules/130')).status).toBe(404);
  });
});
