import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApi } from '../../api/main.ts';
import type { RunningApi } from '../../api/main.ts';
import { createClient } from '../../client/client.ts';
import type { Client } from '../../client/client.ts';
import { freePort } from '../../adapters/embedded/port.ts';
import { jpeg, secondsAgo, startApiUnderTest } from '../api/api-under-test.ts';
import type { ApiUnderTest } from '../api/api-under-test.ts';

let api: ApiUnderTest;
let server: RunningApi;
let client: Client;
beforeAll(async () => {
  api = await startApiUnderTest();
  server = await startApi({ host: '127.0.0.1', port: 0, stepOver: false }, api.deps);
  client = createClient({ baseUrl: `${server.url}/`, key: await api.key('admin') });
});
afterAll(async () => {
  await client.close();
  await server.close();
  await api.close();
});

it('carries an account from nothing to a frame and its books, all typed', async () => {
  expect((await client.putUser('anna', { name: 'Anna' })).enabled).toBe(true);
  expect((await client.putDevice('door@1', { userId: 'anna', name: 'Door', timeZone: 'Europe/Berlin' })).timeZone).toBe('Europe/Berlin');
  expect((await client.putContact('anna-mail', { userId: 'anna', channel: 'email', address: 'anna@example.org' })).channel).toBe('email');
  const text = 'RuleID: 7 | Unsafe Class: Person | ALL with probability>80%';
  expect(await client.checkRule(text)).toMatchObject({ ok: true });
  expect(await client.putRule('7', text)).toEqual({ ruleId: '7', version: 1, warnings: [] });
  expect((await client.rule('7')).text).toBe(text);
  expect((await client.rules({ limit: 1 })).rules).toHaveLength(1);
  expect((await client.assignRules('anna', [{ ruleId: '7', devices: ['door@1'] }])).rules).toEqual([{ ruleId: '7', devices: ['door@1'], zones: null, severity: null }]);
  expect((await client.assignments('anna')).rules).toHaveLength(1);

  const { frameId } = await client.pushFrame({ deviceId: 'door@1', capturedAt: secondsAgo(5), bytes: jpeg('x'), mediaType: 'image/jpeg' });
  expect(await client.frame(frameId)).toMatchObject({ frameId, state: 'accepted', deviceId: 'door@1' });
  expect((await client.frames({ deviceId: 'door@1', state: 'accepted' })).frames.map((frame) => frame.frameId)).toEqual([frameId]);
  const image = await client.frameImage(frameId);
  expect([image.bytes, image.mediaType]).toEqual([jpeg('x'), 'image/jpeg']);

  expect((await client.accounting({ userId: 'anna' })).totals).toMatchObject({ accepted: 1, open: 1, unaccounted: 0 });
  expect(await client.replay({ frameIds: [frameId] })).toEqual({ replayed: 0, frameIds: [], refused: [] });
  expect((await client.failedFrames()).frames).toEqual([]);
  expect((await client.status()).waitingFrames).toBe(1);
  expect((await client.incidents({ deviceId: 'door@1' })).incidents).toEqual([]);
  expect(await client.invalidFrames({ deviceId: 'door@1', reason: 'image_void', limit: 1 })).toEqual({ frames: [], next: null });
  expect(await client.invalidFrameCounts({ deviceId: 'door@1' })).toEqual({ counts: [] });
  expect(await client.equipmentNotices({ deviceId: 'door@1', state: 'open' })).toEqual({ notices: [], next: null });

  const made = await client.createKey({ role: 'customer', userId: 'anna' });
  const annas = createClient({ baseUrl: server.url, key: made.key });
  expect((await annas.frame(frameId)).frameId).toBe(frameId);
  await expect(annas.status()).rejects.toMatchObject({ name: 'Refused', code: 'forbidden' });
  await client.revokeKey(made.keyId);
  await annas.close();
});

it('takes away what it put', async () => {
  await client.putUser('bert', { name: 'Bert' });
  await client.putRule('9', 'RuleID: 9 | Unsafe Class: Person | ALL with probability>80%');
  await client.assignRules('bert', [{ ruleId: '9' }]);
  await expect(client.deleteRule('9')).rejects.toMatchObject({ name: 'Refused', status: 409, code: 'still_in_use', message: expect.stringContaining('bert') });
  await client.deleteUser('bert');
  await client.deleteRule('9');
  await expect(client.rule('9')).rejects.toMatchObject({ code: 'rule_unknown' });
  await expect(client.deleteUser('bert')).rejects.toMatchObject({ code: 'user_unknown' });
  await expect(client.revokeKey('01a1fd50-bf90-7a65-98b6-7f2402f97040')).rejects.toMatchObject({ code: 'key_unknown' });
});

it('says what the API said, with every problem of a rule', async () => {
  await expect(client.putRule('8', 'RuleID: 8 | Unsafe Class: | ALL with probability>800%')).rejects.toMatchObject({
    name: 'Refused', status: 422, code: 'rule_malformed', problems: expect.arrayContaining([expect.objectContaining({ severity: 'error', line: 1 })]),
  });
  await expect(client.frame('01a1fd50-bf90-7a65-98b6-7f2402f97040')).rejects.toMatchObject({ code: 'frame_unknown', message: expect.stringContaining('frame_unknown') });
  await expect(client.acknowledge('01a1fd50-bf90-7a65-98b6-7f2402f97040')).rejects.toMatchObject({ code: 'incident_unknown' });
});

it('says that nobody answers, and where', async () => {
  const baseUrl = `http://127.0.0.1:${await freePort()}`;
  const lonely = createClient({ baseUrl, key: 'k' });
  await expect(lonely.status()).rejects.toMatchObject({ name: 'Unreachable', message: `no answer from ${baseUrl}: ECONNREFUSED` });
  await lonely.close();
});
