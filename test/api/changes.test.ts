import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest();
  for (let n = 0; n < 7; n += 1) await api.put(`/v1/groups/g${n}`, { name: `${n}` });
});
afterAll(() => api.close());

it('changes are read newest first, page by page, each once', async () => {
  const seen: { changeId: number; subjectId: string }[] = [];
  for (let cursor = ''; ;) {
    const { json } = await api.get(`/v1/changes?subject=group&limit=3${cursor}`);
    seen.push(...json.changes);
    if (json.next === null) break;
    cursor = `&cursor=${json.next}`;
  }
  expect(seen.map(({ subjectId }) => subjectId)).toEqual(['g6', 'g5', 'g4', 'g3', 'g2', 'g1', 'g0']);
  expect(seen.map(({ changeId }) => changeId)).toEqual(seen.map(({ changeId }) => changeId).sort((a, b) => b - a));
});

it('a change says which key made it, and when', async () => {
  const { json: { key, keyId } } = await api.call({ method: 'POST', url: '/v1/keys', payload: { role: 'admin' } });
  const before = Date.now();
  await api.call({ method: 'PUT', url: '/v1/groups/theirs', payload: { name: 'Theirs' }, key });
  const { json: { changes: [change] } } = await api.get('/v1/changes?subjectId=theirs');
  expect(change).toMatchObject({ changedBy: keyId, subject: 'group', before: null, after: { name: 'Theirs' } });
  // The database is on this machine, and so by the same clock.
  expect(Date.parse(change.at)).toBeGreaterThanOrEqual(before - 1);
  expect(Date.parse(change.at)).toBeLessThanOrEqual(Date.now() + 1);
});

it('a change of a rule has its text, name and severity on both sides', async () => {
  const text = (percent: number) => `RuleID: 1 | Unsafe Class: Dog | ALL with probability>${percent}%`;
  await api.put('/v1/rules/1', { text: text(80) });
  await api.put('/v1/rules/1', { text: text(80) });
  await api.call({ method: 'PUT', url: '/v1/rules/1', payload: 'rule: 1\nname: Dogs\nseverity: high\nunsafe: dog\n', headers: { 'content-type': 'application/yaml' } });
  await api.call({ method: 'DELETE', url: '/v1/rules/1' });
  const { json: { changes } } = await api.get('/v1/changes?subject=rule&subjectId=1');
  const first = { version: 1, text: text(80), name: null, severity: null };
  const second = { version: 2, text: 'rule: 1\nname: Dogs\nseverity: high\nunsafe: dog', name: 'Dogs', severity: 'high' };
  expect(changes.map(({ before, after }: any) => [before, after])).toEqual([[second, null], [first, second], [null, first]]);
});

it.each(['subject=contacts', 'cursor=x', `cursor=${Buffer.from('["-1"]').toString('base64url')}`, `cursor=${Buffer.from('["9999999999999999"]').toString('base64url')}`, 'limit=0', 'userId=anna'])(
  '%s is refused', async (query) => {
    expect((await api.get(`/v1/changes?${query}`)).json.code).toBe('request_malformed');
  });
