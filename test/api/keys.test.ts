import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
let nowMs = Date.now();
beforeAll(async () => {
  api = await startApiUnderTest({ deps: { now: () => nowMs } });
  await api.accounts();
});
afterAll(() => api.close());

const makeKey = (body: object) => api.call({ method: 'POST', url: '/v1/keys', payload: body });

describe('a key', () => {
  it('is shown once, and only its hash is kept', async () => {
    const { status, json, headers } = await makeKey({ role: 'ingest' });
    expect(status).toBe(201);
    expect(json.key).toMatch(/^wp_ingest_[\w-]{43}$/);
    expect(headers['cache-control']).toBe('no-store');
    const { rows } = await api.db.pool.query("SELECT row_to_json(api_keys)::text AS text FROM api_keys");
    expect(rows.map(({ text }) => text).join()).not.toContain(json.key.slice(-20));
    const list = (await api.get('/v1/keys')).json.keys;
    expect(list.find(({ keyId }: any) => keyId === json.keyId)).toEqual({ keyId: json.keyId, role: 'ingest', userId: null, createdAt: json.createdAt, revokedAt: null });
  });

  it('is refused within five seconds after it was revoked', async () => {
    const { json: { key, keyId } } = await makeKey({ role: 'ops' });
    expect((await api.get('/v1/ops/status', key)).status).toBe(200);
    expect((await api.call({ method: 'DELETE', url: `/v1/keys/${keyId}` })).status).toBe(204);
    nowMs += 5_000;
    expect((await api.get('/v1/ops/status', key)).json.code).toBe('unauthenticated');
    expect((await api.call({ method: 'DELETE', url: `/v1/keys/${keyId}` })).status).toBe(204);
  });

  it('keeps the moment of its first revocation', async () => {
    const { json: { keyId } } = await makeKey({ role: 'ops' });
    const revokedAt = async () => (await api.get('/v1/keys')).json.keys.find((key: any) => key.keyId === keyId).revokedAt;
    await api.call({ method: 'DELETE', url: `/v1/keys/${keyId}` });
    const first = await revokedAt();
    await api.call({ method: 'DELETE', url: `/v1/keys/${keyId}` });
    expect([first, await revokedAt()]).toEqual([expect.any(String), first]);
  });

  it('that never was cannot be revoked', async () => {
    const { status, json } = await api.call({ method: 'DELETE', url: '/v1/keys/01a1fd50-bf90-7a65-98b6-7f2402f97040' });
    expect([status, json.code]).toEqual([404, 'key_unknown']);
  });

  it('goes with the user that it is limited to, and does not come back with a user of the same id', async () => {
    await api.put('/v1/users/carl', { name: 'Carl' });
    const { json: { key, keyId } } = await makeKey({ role: 'customer', userId: 'carl' });
    expect((await api.get('/v1/users/carl', key)).status).toBe(200);
    expect((await api.call({ method: 'DELETE', url: '/v1/users/carl' })).status).toBe(204);
    await api.put('/v1/users/carl', { name: 'Carl' });
    nowMs += 5_000;
    expect((await api.get('/v1/users/carl', key)).json.code).toBe('unauthenticated');
    expect((await api.get('/v1/keys')).json.keys.map((known: any) => known.keyId)).not.toContain(keyId);
  });

  it.each([
    [{ role: 'customer' }, 400, 'request_malformed'],
    [{ role: 'admin', userId: 'anna' }, 400, 'request_malformed'],
    [{ role: 'king' }, 400, 'request_malformed'],
    [{ role: 'ingest', userId: 'nobody' }, 404, 'user_unknown'],
  ])('is not made of %j', async (body, status, code) => {
    const answer = await makeKey(body);
    expect([answer.status, answer.json.code]).toEqual([status, code]);
  });
});

describe('without a valid key', () => {
  it.each([undefined, '', 'Bearer', 'Bearer ', 'Bearer nonsense', 'Basic d3A6d3A=', 'bearer a b', `Bearer ${'x'.repeat(500)}`])('%j: 401 and how to do it', async (authorization) => {
    const response = await api.app.inject({ url: '/v1/users', headers: authorization === undefined ? {} : { authorization } });
    expect([response.statusCode, response.json().code, response.headers['www-authenticate']]).toEqual([401, 'unauthenticated', 'Bearer']);
  });

  it('HEAD asks for a key as GET does', async () => {
    expect((await api.app.inject({ method: 'HEAD', url: '/v1/users' })).statusCode).toBe(401);
    expect((await api.app.inject({ method: 'HEAD', url: '/v1/users', headers: { authorization: `Bearer ${await api.key('ingest')}` } })).statusCode).toBe(403);
  });

  it('the scheme may be written in any case', async () => {
    const key = await api.key('ops');
    expect((await api.app.inject({ url: '/v1/users', headers: { authorization: `bearer ${key}` } })).statusCode).toBe(200);
  });
});

/** What each role may do besides admin, who may do all: `yes` any answer but 401 and 403. */
const MATRIX: [method: string, url: string, who: string][] = [
  ['POST', '/v1/devices/door/frames?captured_at=x', 'ingest'],
  ['POST', '/v1/frames', 'ingest'],
  ['GET', '/v1/frames', 'ingest customer ops'],
  ['GET', '/v1/frames/01a1fd50-bf90-7a65-98b6-7f2402f97040', 'ingest customer ops'],
  ['GET', '/v1/frames/01a1fd50-bf90-7a65-98b6-7f2402f97040/image', 'ingest customer ops'],
  ['GET', '/v1/invalid-frames', 'customer ops'],
  ['GET', '/v1/invalid-frames/counts', 'customer ops'],
  ['GET', '/v1/schemas/detections', 'ingest customer ops'],
  ['PUT', '/v1/users/x', ''],
  ['GET', '/v1/users/anna', 'customer ops'],
  ['GET', '/v1/users', 'ops'],
  ['DELETE', '/v1/users/none', ''],
  ['PUT', '/v1/users/anna/rules', ''],
  ['GET', '/v1/users/anna/rules', 'customer ops'],
  ['PUT', '/v1/users/anna/policies', ''],
  ['GET', '/v1/users/anna/policies', 'customer ops'],
  ['PUT', '/v1/groups/x', ''],
  ['GET', '/v1/groups/x', 'ops'],
  ['GET', '/v1/groups', 'ops'],
  ['DELETE', '/v1/groups/none', ''],
  ['PUT', '/v1/groups/x/members', ''],
  ['GET', '/v1/groups/x/members', 'ops'],
  ['PUT', '/v1/groups/x/rules', ''],
  ['GET', '/v1/groups/x/rules', 'ops'],
  ['PUT', '/v1/groups/x/policies', ''],
  ['GET', '/v1/groups/x/policies', 'ops'],
  ['POST', '/v1/assignments', ''],
  ['PUT', '/v1/devices/x', ''],
  ['GET', '/v1/devices/door', 'ingest customer ops'],
  ['GET', '/v1/devices', 'customer ops'],
  ['DELETE', '/v1/devices/none', ''],
  ['PUT', '/v1/devices/door/zones', ''],
  ['GET', '/v1/devices/door/zones', 'customer ops'],
  ['PUT', '/v1/contacts/x', ''],
  ['GET', '/v1/contacts/anna-mail', 'customer ops'],
  ['GET', '/v1/contacts', 'customer ops'],
  ['DELETE', '/v1/contacts/none', ''],
  ['POST', '/v1/contacts/anna-mail/test', 'customer'],
  ['GET', '/v1/contacts/anna-mail/secret', ''],
  ['PUT', '/v1/chains/x', ''],
  ['GET', '/v1/chains/default', 'ops'],
  ['GET', '/v1/chains', 'ops'],
  ['DELETE', '/v1/chains/none', ''],
  ['POST', '/v1/snoozes', 'customer'],
  ['POST', '/v1/snoozes/preview', 'customer ops'],
  ['GET', '/v1/snoozes', 'customer ops'],
  ['DELETE', '/v1/snoozes/01a1fd50-bf90-7a65-98b6-7f2402f97040', 'customer'],
  ['PUT', '/v1/rules/1', ''],
  ['POST', '/v1/rules/check', 'ops'],
  ['GET', '/v1/rules/schema.json', 'ingest customer ops'],
  ['GET', '/v1/rules/1', 'ops'],
  ['GET', '/v1/rules/1/versions', 'ops'],
  ['GET', '/v1/rules', 'ops'],
  ['DELETE', '/v1/rules/none', ''],
  ['PUT', '/v1/policies/x', ''],
  ['GET', '/v1/policies/x', 'ops'],
  ['GET', '/v1/policies/x/versions', 'ops'],
  ['GET', '/v1/policies', 'ops'],
  ['GET', `/v1/rule-sets/${'0'.repeat(64)}`, 'ops'],
  ['DELETE', '/v1/policies/none', ''],
  ['GET', '/v1/changes', 'ops'],
  ['POST', '/v1/models/weights', ''],
  ['PUT', '/v1/models/mine', ''],
  ['GET', '/v1/models/yolox-nano', 'ops'],
  ['GET', '/v1/models', 'ops'],
  ['DELETE', '/v1/models/none', ''],
  ['POST', '/v1/keys', ''],
  ['GET', '/v1/keys', ''],
  ['DELETE', '/v1/keys/01a1fd50-bf90-7a65-98b6-7f2402f97040', ''],
  ['GET', '/v1/incidents', 'customer ops'],
  ['GET', '/v1/incidents/01a1fd50-bf90-7a65-98b6-7f2402f97040', 'customer ops'],
  ['POST', '/v1/incidents/01a1fd50-bf90-7a65-98b6-7f2402f97040/ack', 'customer'],
  ['POST', '/v1/incidents/01a1fd50-bf90-7a65-98b6-7f2402f97040/resolve', 'customer'],
  ['POST', '/v1/incidents/01a1fd50-bf90-7a65-98b6-7f2402f97040/label', 'customer'],
  ['GET', '/v1/messages', 'customer ops'],
  ['GET', '/v1/ops/dead-letters', 'ops'],
  ['POST', '/v1/ops/dead-letters/resend', 'ops'],
  ['GET', '/v1/equipment-notices', 'customer ops'],
  ['POST', '/v1/equipment-notices/01a1fd50-bf90-7a65-98b6-7f2402f97040/ack', 'customer'],
  ['GET', '/v1/ops/accounting', 'ops'],
  ['GET', '/v1/ops/failed', 'ops'],
  ['POST', '/v1/ops/replay', 'ops'],
  ['GET', '/v1/ops/status', 'ops'],
];

describe('roles', () => {
  it.each(MATRIX)('%s %s is for admin %s', async (method, url, who) => {
    for (const role of ['ingest', 'customer', 'ops', 'admin'] as const) {
      const key = await api.key(role, role === 'customer' ? 'anna' : undefined);
      const { status } = await api.call({ method: method as 'GET', url, key });
      if (role === 'admin' || who.split(' ').includes(role)) expect([401, 403], role).not.toContain(status);
      else expect(status, role).toBe(403);
    }
  });

  it('are named for every path of /v1', async () => {
    const { paths } = (await api.get('/openapi.json')).json;
    const described = Object.entries(paths as Record<string, object>).flatMap(([path, operations]) => Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`));
    const held = MATRIX.map(([method, url]) => {
      const path = Object.keys(paths).filter((known) => new RegExp(`^${known.replace(/\{[^}]+\}/g, '[^/]+')}$`).test(url.split('?')[0]!)).sort((a, b) => a.split('{').length - b.split('{').length)[0];
      return `${method} ${path}`;
    });
    expect(described.filter((operation) => operation.includes('/v1/')).sort()).toEqual(held.sort());
  });
});

describe('a key of one user', () => {
  it('sees nothing of others, and cannot tell whether they exist', async () => {
    const key = await api.key('customer', 'anna');
    const codes = [];
    for (const url of ['/v1/users/bert', '/v1/users/nobody', '/v1/users/bert/rules', '/v1/users/bert/policies', '/v1/devices/gate', '/v1/devices/gate/zones', '/v1/contacts/bert-mail', '/v1/frames?userId=bert', '/v1/incidents?userId=bert', '/v1/invalid-frames?userId=bert', '/v1/invalid-frames/counts?userId=bert', '/v1/equipment-notices?userId=bert', '/v1/snoozes?userId=bert', '/v1/messages?userId=bert']) {
      const { status, json } = await api.get(url, key);
      codes.push(`${status} ${json.code}`);
    }
    expect(codes).toEqual(['404 user_unknown', '404 user_unknown', '404 user_unknown', '404 user_unknown', '404 device_unknown', '404 device_unknown', '404 contact_unknown', '404 user_unknown', '404 user_unknown', '404 user_unknown', '404 user_unknown', '404 user_unknown', '404 user_unknown', '404 user_unknown']);
    expect((await api.get('/v1/devices', key)).json.devices.map(({ deviceId }: any) => deviceId)).toEqual(['door']);
    expect((await api.get('/v1/contacts', key)).json.contacts.map(({ userId }: any) => userId)).toEqual(['anna']);
    expect((await api.get('/v1/users/anna', key)).json.userId).toBe('anna');
    expect((await api.get('/v1/users/anna/policies', key)).json).toEqual({ userId: 'anna', policies: [] });
    expect((await api.get('/v1/devices/door/zones', key)).json).toEqual({ deviceId: 'door', zones: [] });
  });
});
