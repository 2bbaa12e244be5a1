/** Whatever is sent, to whatever path: a clear answer, never a defect. */
import fc from 'fast-check';
import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
let operations: { method: string; path: string }[];
beforeAll(async () => {
  api = await startApiUnderTest();
  await api.accounts();
  const { paths } = (await api.app.inject('/openapi.json')).json();
  operations = Object.entries<object>(paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })));
});
afterAll(() => api.close());

const NASTY = [
  '', ' ', '\0', 'a\0b', '\ud800', '\u202e', '🐕', '../../etc/passwd', "' OR 1=1 --", '%', '%00', '%zz', 'null', 'NaN', '-1', '1e999', '9'.repeat(400), 'x'.repeat(5_000), '[]', '{"a":1}',
  'anna', 'door', 'anna-mail', '100', 'check', '01a1fd50-bf90-7a65-98b6-7f2402f97040', 'ffffffff-ffff-7fff-bfff-ffffffffffff', '2026-03-01T02:14:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999999999+23:59',
  '-infinity', 'infinity', Buffer.from('["infinity","ffffffff-ffff-7fff-bfff-ffffffffffff"]').toString('base64url'), Buffer.from('["-infinity","x"]').toString('base64url'),
  Buffer.from('["2026-03-01T02:14:00Z","door"]').toString('base64url'), Buffer.from('["\ud800"]').toString('base64url'), 'RuleID: 1 | Unsafe Class: Dog | ALL with probability>80%', 'accepted', 'failed', 'UTC', 'Europe/Berlin', 'email', 'a@b.c',
];
const text = fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', maxLength: 30 }), fc.string({ maxLength: 30 }));
const FIELDS = ['userId', 'name', 'timeZone', 'enabled', 'channel', 'address', 'position', 'text', 'rules', 'ruleId', 'devices', 'role', 'userIds', 'groupIds', 'policies', 'policyId', 'defaults', 'severity', 'zones', 'polygon', 'unsafe', 'rule', 'subject', 'subjectId', 'version', 'frameIds', 'state', 'limit', '__proto__', 'constructor'];
const json = fc.oneof(
  fc.dictionary(fc.constantFrom(...FIELDS), fc.oneof(text, fc.jsonValue({ maxDepth: 2 }), fc.array(fc.oneof(text, fc.record({ ruleId: text, devices: fc.array(text, { maxLength: 2 }) })), { maxLength: 3 }))),
  fc.jsonValue(),
).map((value) => JSON.stringify(value));
const body = fc.oneof(fc.constant(undefined), json, text, fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)));
const contentType = fc.oneof(
  fc.constantFrom('application/json', 'application/json', 'text/plain', 'image/jpeg', 'image/png; q=1', 'application/yaml', 'text/yaml', 'multipart/form-data; boundary=x', 'multipart/form-data', 'application/json; charset=utf-16', ';', '/', 'a/b/c', undefined),
  fc.string({ unit: fc.constantFrom(...'abc/;= ,"'), maxLength: 15 }),
);
const query = fc.array(fc.tuple(fc.oneof(fc.constantFrom('boxes', 'minProbability', 'limit', 'cursor', 'deviceId', 'userId', 'state', 'from', 'to', 'captured_at', 'version', 'groupId', 'subject', 'subjectId'), text), text), { maxLength: 3 });

/** What a header can hold. */
const headerOf = (value: string): string => value.replace(/[^\x20-\x7e]/g, '');
/** What a URL can hold: a lone surrogate has no encoding. */
const encoded = (value: string): string => encodeURIComponent(value.toWellFormed());

it('random junk on every path is answered below 500', { timeout: 240_000 }, async () => {
  const seen = new Map<number, number>();
  const request = fc.record({
    operation: fc.nat().map((n) => operations[n % operations.length]!), params: fc.array(text, { minLength: 2, maxLength: 2 }), query, body, contentType,
    raw: fc.boolean(), digest: fc.option(text), key: fc.option(text),
  });
  await fc.assert(fc.asyncProperty(request, async ({ operation: { method, path }, params, query: pairs, body: payload, contentType: type, raw, digest, key }) => {
    const filled = path.replace(/\{[^}]+\}/g, () => encoded(params[0]!) || 'x');
    const search = pairs.map(([name, value]) => `${encoded(name)}=${raw ? value.replace(/[^\x21-\x7e]|#/g, '') : encoded(value)}`).join('&');
    const options: InjectOptions = {
      method: method as 'GET', url: `${filled}?${search}`, ...(payload === undefined || method === 'GET' ? {} : { payload }),
      headers: { ...(type === undefined ? {} : { 'content-type': type }), ...(digest === null ? {} : { 'content-digest': headerOf(digest) }), ...(key === null ? {} : { 'idempotency-key': headerOf(key) }) },
    };
    const { status, json: problem } = await api.call(options);
    seen.set(status, (seen.get(status) ?? 0) + 1);
    expect(status, JSON.stringify({ options, problem, log: status >= 500 ? api.log.slice(-3) : undefined })).toBeLessThan(500);
    if (status >= 400) expect(problem.code, JSON.stringify(options)).toEqual(expect.any(String));
  }), { numRuns: 2_000 });
  // Junk that never gets past the first check would prove little.
  for (const status of [200, 400, 404, 415]) expect(seen.get(status) ?? 0, `of ${JSON.stringify([...seen])}`).toBeGreaterThan(0);
});

/** Requests that are right but for one thing. */
const SOUND: { method: 'PUT' | 'POST'; url: string; payload: Record<string, unknown> }[] = [
  { method: 'PUT', url: '/v1/users/anna', payload: { name: 'Anna', enabled: true } },
  { method: 'PUT', url: '/v1/devices/door', payload: { userId: 'anna', name: 'Door', timeZone: 'UTC', enabled: true } },
  { method: 'PUT', url: '/v1/contacts/anna-mail', payload: { userId: 'anna', channel: 'email', address: 'a@b.c', enabled: true, position: 0 } },
  { method: 'PUT', url: '/v1/contacts/anna-sms', payload: { userId: 'anna', channel: 'sms', address: '+491701234567', quietHours: { timeZone: 'UTC', windows: [{ days: ['mon'], from: '22:00', to: '07:00' }] } } },
  { method: 'PUT', url: '/v1/chains/100', payload: { name: 'All', levels: [{ channels: ['email'], contacts: ['anna-mail'], severities: ['low'], waitSeconds: 60, repeats: 1 }] } },
  { method: 'POST', url: '/v1/snoozes/preview', payload: { userId: 'anna', deviceId: 'door', forHours: 1 } },
  { method: 'PUT', url: '/v1/rules/100', payload: { text: 'RuleID: 100 | Unsafe Class: Dog | ALL with probability>80%' } },
  { method: 'POST', url: '/v1/rules/check', payload: { text: 'RuleID: 100 | Unsafe Class: Dog | ALL with probability>80%' } },
  { method: 'PUT', url: '/v1/users/anna/rules', payload: { rules: [{ ruleId: '100', devices: ['door'] }] } },
  { method: 'PUT', url: '/v1/rules/100', payload: { rule: 100, name: 'Dogs', severity: 'high', unsafe: 'dog' } },
  { method: 'PUT', url: '/v1/groups/100', payload: { name: 'All' } },
  { method: 'PUT', url: '/v1/groups/100/members', payload: { userIds: ['anna'] } },
  { method: 'PUT', url: '/v1/policies/100', payload: { name: 'Night', rules: [{ ruleId: '100', severity: 'low', zones: ['Porch'] }], defaults: { zones: ['Porch'] } } },
  { method: 'PUT', url: '/v1/users/anna/policies', payload: { policies: [{ policyId: '100', zones: ['Porch'] }] } },
  { method: 'PUT', url: '/v1/groups/100/rules', payload: { rules: [{ ruleId: '100' }] } },
  { method: 'POST', url: '/v1/assignments', payload: { userIds: ['anna'], groupIds: ['100'], rules: [{ ruleId: '100', severity: 'low' }], policies: [{ policyId: '100' }], remove: { rules: [] } } },
  { method: 'PUT', url: '/v1/devices/door/zones', payload: { zones: [{ name: 'Porch', polygon: [[0, 0], [1, 0], [1, 1]], anchor: { overlap: 0.5 }, classes: ['dog'] }] } },
  { method: 'POST', url: '/v1/keys', payload: { role: 'ingest', userId: 'anna' } },
  { method: 'POST', url: '/v1/ops/replay', payload: { state: 'failed', limit: 1 } },
];

it('a sound request with one field of junk is answered below 500', { timeout: 240_000 }, async () => {
  const seen = new Map<number, number>();
  const request = fc.record({ sound: fc.constantFrom(...SOUND), field: fc.nat(), junk: fc.oneof(text, fc.jsonValue({ maxDepth: 2 }), fc.double(), fc.constant(undefined)), id: fc.option(text, { freq: 3 }) });
  await fc.assert(fc.asyncProperty(request, async ({ sound: { method, url, payload }, field, junk, id }) => {
    const fields = Object.keys(payload);
    const spoiled = { ...payload, [fields[field % fields.length]!]: junk };
    const path = id === null ? url : url.replace(/(anna|door|anna-mail|100)(?=$|\/)/, encoded(id) || 'x');
    const { status, json: answer } = await api.call({ method, url: path, payload: JSON.stringify(spoiled), headers: { 'content-type': 'application/json' } });
    seen.set(status, (seen.get(status) ?? 0) + 1);
    expect(status, JSON.stringify({ path, spoiled, answer, log: status >= 500 ? api.log.slice(-3) : undefined })).toBeLessThan(500);
  }), { numRuns: 1_500, examples: SOUND.map((sound) => [{ sound, field: 0, junk: Object.values(sound.payload)[0] as string, id: null }] as [never]) });
  for (const status of [200, 201, 400, 404, 422]) expect(seen.get(status) ?? 0, `of ${JSON.stringify([...seen])}`).toBeGreaterThan(0);
});
