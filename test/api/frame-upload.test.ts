import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLedger } from '../../adapters/postgres/ledger.ts';
import { freshDatabase } from '../support/database.ts';
import { freshMoment, jpeg, secondsAgo, startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest();
  await api.accounts();
});
afterAll(() => api.close());

const rows = async (sql: string, values: unknown[] = []) => (await api.db.pool.query(sql, values)).rows;

describe('a frame that is accepted', () => {
  it('has its bytes in the store and its row in the ledger before the answer, and a place to ask after it', async () => {
    const at = freshMoment();
    const answer = await api.push('door', at, jpeg('one'));
    expect(answer.status).toBe(202);
    const { frameId, statusUrl, tag, status } = answer.json;
    expect(status).toBe('accepted');
    expect(answer.headers['location']).toBe(statusUrl);
    expect(tag).toMatch(/^anna-door-\d{8}T\d{6}\.\d{6}Z-Europe~2fBerlin$/);
    const [row] = await rows('SELECT device_id, user_id, encode(sha256, \'hex\') AS sha256, size_bytes, media_type FROM frames WHERE frame_id = $1', [frameId]);
    expect(row).toEqual({ device_id: 'door', user_id: 'anna', sha256: createHash('sha256').update(jpeg('one')).digest('hex'), size_bytes: 6, media_type: 'image/jpeg' });
    expect(await api.deps.frameStore.get(row.sha256)).toEqual(jpeg('one'));
    expect((await api.get(statusUrl)).json).toMatchObject({ frameId, state: 'accepted', tag });
  });

  it('is the same frame when it comes again, with 200', async () => {
    const at = freshMoment();
    const [first, again] = [await api.push('door', at, jpeg('same')), await api.push('door', at, jpeg('same'))];
    expect([first.status, again.status]).toEqual([202, 200]);
    expect(again.json).toEqual({ ...first.json, status: 'duplicate' });
  });

  it('is one frame when twenty copies come at once', async () => {
    const at = freshMoment();
    const answers = await Promise.all(Array.from({ length: 20 }, () => api.push('door', at, jpeg('at once'))));
    expect(new Set(answers.map(({ json }) => json.frameId)).size).toBe(1);
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
  });

  it('is another frame when the moment is the same and the bytes are not', async () => {
    const at = freshMoment();
    const answers = [await api.push('door', at, jpeg('a')), await api.push('door', at, jpeg('b')), await api.push('door', at, jpeg('a'))];
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 200]);
    expect(answers[1]!.json.capturedAt).toBe(answers[0]!.json.capturedAt.replace('.000000Z', '.000001Z'));
    expect(answers[2]!.json.frameId).toBe(answers[0]!.json.frameId);
  });

  it.each(['image/jpeg', 'image/png', 'image/webp', 'image/jpeg; charset=binary'])('may call itself %s', async (mediaType) => {
    const answer = await api.push('door', freshMoment(), jpeg(mediaType), { headers: { 'content-type': mediaType } });
    expect(answer.status).toBe(202);
    expect((await api.get(answer.json.statusUrl)).json.mediaType).toBe(mediaType.split(';')[0]);
  });

  it('may say its moment in any zone and to the nanosecond', async () => {
    const answer = await api.push('door', freshMoment().replace('.000Z', '.123456789Z'), jpeg('nano'));
    expect(answer.json.capturedAt).toMatch(/\.123456Z$/);
    const plus = freshMoment().replace('.000Z', '+00:00');
    expect((await api.push('door', plus, jpeg('offset'))).status).toBe(202);
  });

  it('is written to the log with id and tag, and never with a key', async () => {
    const { json } = await api.push('door', freshMoment(), jpeg('logged'));
    const line = api.log.find(({ frameId }) => frameId === json.frameId);
    expect(line).toMatchObject({ msg: 'frame accepted', tag: json.tag, duplicate: false, requestId: expect.any(String) });
    expect(JSON.stringify(api.log)).not.toMatch(/wp_|Bearer|authorization/i);
  });
});

describe('a frame that is refused leaves nothing behind', () => {
  it.each([
    ['without a capture time', 400, 'request_malformed', { url: '/v1/devices/door/frames' }],
    ['with a capture time that is none', 400, 'captured_at_malformed', { at: 'yesterday' }],
    ['with a capture time without a zone', 400, 'captured_at_malformed', { at: '2026-03-01T02:14:00' }],
    ['of the 30th of February', 400, 'captured_at_malformed', { at: '2026-02-30T00:00:00Z' }],
    ['from too long ago', 422, 'captured_at_too_early', { at: secondsAgo(30 * 86_400 + 60) }],
    ['from the future', 422, 'captured_at_too_late', { at: secondsAgo(-3_600) }],
    ['of an unknown device', 404, 'device_unknown', { device: 'nobody' }],
    ['of a device whose name is hostile', 404, 'device_unknown', { device: '..%2f..%2fetc' }],
    ['without bytes', 422, 'body_empty', { bytes: Buffer.alloc(0) }],
    ['that calls itself a page', 415, 'media_type_unsupported', { headers: { 'content-type': 'text/html' } }],
    ['that calls itself JSON', 415, 'media_type_unsupported', { headers: { 'content-type': 'application/json' } }],
    ['with a digest of other bytes', 400, 'digest_mismatch', { headers: { 'content-digest': `sha-256=:${Buffer.alloc(32).toString('base64')}:` } }],
    ['with a digest that is none', 400, 'digest_mismatch', { headers: { 'content-digest': 'sha-256=abc' } }],
  ])('%s: %i %s', async (_how, status, code, { at, device = 'door', bytes = jpeg('refused'), headers, url }: any) => {
    const before = await rows('SELECT count(*) FROM frames');
    const answer = url === undefined
      ? await api.push(device, at ?? freshMoment(), bytes, { headers })
      : await api.call({ method: 'POST', url, payload: bytes, headers: { 'content-type': 'image/jpeg' } });
    expect(answer.json).toMatchObject({ status, code, type: `urn:watchpost:problem:${code}`, requestId: expect.any(String), operator: expect.any(String) });
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(await rows('SELECT count(*) FROM frames')).toEqual(before);
  });

  it('a device that is switched off: 403 at once, and accepted again at once when it is on', async () => {
    await api.put('/v1/devices/garage', { userId: 'anna', name: 'garage', timeZone: 'Europe/Berlin', enabled: false });
    expect((await api.push('garage', freshMoment(), jpeg('x'))).json.code).toBe('device_disabled');
    await api.put('/v1/devices/garage', { userId: 'anna', name: 'garage', timeZone: 'Europe/Berlin' });
    expect((await api.push('garage', freshMoment(), jpeg('x'))).status).toBe(202);
  });

  it('a user that is switched off: 403', async () => {
    await api.put('/v1/users/carl', { name: 'Carl', enabled: false });
    await api.put('/v1/devices/carls', { userId: 'carl', name: 'x', timeZone: 'UTC' });
    expect((await api.push('carls', freshMoment(), jpeg('x'))).json.code).toBe('user_disabled');
  });

  it('a body over the limit: 413', async () => {
    const small = await startApiUnderTest({ settings: { maxBodyBytes: 100 } });
    await small.accounts();
    expect((await small.push('door', secondsAgo(5), Buffer.alloc(100, 1))).status).toBe(202);
    const answer = await small.push('door', secondsAgo(5), Buffer.alloc(101, 1));
    expect([answer.status, answer.json.code]).toEqual([413, 'body_too_large']);
    await small.close();
  });
});

describe('a digest that fits', () => {
  it('is honoured, also beside others', async () => {
    const digest = createHash('sha256').update(jpeg('digest')).digest('base64');
    for (const header of [`sha-256=:${digest}:`, `sha-512=:AAAA:, sha-256=:${digest}:`, 'md5=:AAAA:']) {
      const answer = await api.push('door', freshMoment(), jpeg('digest'), { headers: { 'content-digest': header } });
      expect(answer.status, header).toBe(202);
    }
  });
});

describe('limits', () => {
  it('one user over the quota gets 429 with Retry-After while others go on', async () => {
    const limited = await startApiUnderTest({ settings: { userWaitingFrames: 3 } });
    await limited.accounts();
    const statuses = [];
    for (let n = 0; n < 5; n += 1) statuses.push((await limited.push('door', secondsAgo(n + 1), jpeg(`${n}`))).status);
    expect(statuses).toEqual([202, 202, 202, 429, 429]);
    const refused = await limited.push('door', secondsAgo(9), jpeg('x'));
    expect(refused.json.code).toBe('quota_exceeded');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await limited.push('gate', secondsAgo(1), jpeg('x'))).status).toBe(202);
    await limited.close();
  });

  it('a full backlog is 503 for everybody', async () => {
    const limited = await startApiUnderTest({ settings: { backlogFrames: 1 } });
    await limited.accounts();
    await limited.push('door', secondsAgo(1), jpeg('x'));
    const refused = await limited.push('gate', secondsAgo(1), jpeg('y'));
    expect([refused.status, refused.json.code, refused.headers['retry-after']]).toEqual([503, 'collector_full', '10']);
    await limited.close();
  });

  it('a full frame store is 503, and what is there already is still recognised', async () => {
    const limited = await startApiUnderTest({ limits: { maxBytes: 10, minFreeBytes: 0 } });
    await limited.accounts();
    const at = secondsAgo(5);
    expect((await limited.push('door', at, jpeg('x'))).status).toBe(202);
    expect((await limited.push('door', secondsAgo(4), jpeg('0123456789'))).json.code).toBe('collector_full');
    expect((await limited.push('door', at, jpeg('x'))).status).toBe(200);
    await limited.close();
  });
});

describe('keys of one user', () => {
  it('hand over frames of their own devices, and no other exists for them', async () => {
    const key = await api.key('ingest', 'anna');
    expect((await api.push('door', freshMoment(), jpeg('mine'), { key })).status).toBe(202);
    const foreign = await api.push('gate', freshMoment(), jpeg('theirs'), { key });
    expect([foreign.status, foreign.json.code]).toEqual([404, 'device_unknown']);
  });
});

describe('many frames at once', () => {
  it('share commits, and each gets its own receipt', async () => {
    const groups: number[] = [];
    const db = await freshDatabase();
    const { acceptFrames } = createLedger(db.pool);
    const busy = await startApiUnderTest({ db, deps: { acceptFrames: (frames) => { groups.push(frames.length); return acceptFrames(frames); } } });
    try {
      await busy.accounts();
      const moments = Array.from({ length: 40 }, () => freshMoment());
      const answers = await Promise.all(moments.map((at) => busy.push('door', at, jpeg(at))));
      expect(answers.map(({ status, json }) => [status, json.capturedAt.slice(0, 19)])).toEqual(moments.map((at) => [202, at.slice(0, 19)]));
      expect(groups.reduce((sum, frames) => sum + frames, 0)).toBe(40);
      expect(groups.length).toBeLessThan(20);
    } finally {
      await busy.close();
    }
  });
});
