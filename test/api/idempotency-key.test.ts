/** Idempotency-Key: the same request gets the same answer, another one is refused by name, and never are there two frames of one key. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forgetIdempotencyKeys } from '../../adapters/postgres/idempotency-keys.ts';
import { createLedger } from '../../adapters/postgres/ledger.ts';
import { createApp } from '../../api/app.ts';
import { freshMoment, jpeg, startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';
import { parcel, send } from './multipart.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest();
  await api.accounts();
});
afterAll(() => api.close());

let named = 0;
const freshKey = (): string => `key-${(named += 1)}`;
const push = (key: string, at: string, bytes: Uint8Array, { device = 'door', ...options }: { device?: string; key?: string; headers?: Record<string, string> } = {}) =>
  api.push(device, at, bytes, { ...options, headers: { 'idempotency-key': key, ...options.headers } });
const framesNow = async () => Number((await api.db.pool.query('SELECT count(*) FROM frames')).rows[0].count);
const keysNow = async () => Number((await api.db.pool.query('SELECT count(*) FROM idempotency_keys')).rows[0].count);

describe('the same request under the same key', () => {
  it('gets the same answer again, to the letter', async () => {
    const [key, at] = [freshKey(), freshMoment()];
    const first = await push(key, at, jpeg('once'));
    const again = await push(key, at, jpeg('once'));
    expect([first.status, again.status]).toEqual([202, 202]);
    expect(again.json).toEqual(first.json);
    expect(again.headers['location']).toBe(first.headers['location']);
  });

  it('gets it quoted or bare, and with its capture time written in another zone', async () => {
    const [key, at] = [freshKey(), freshMoment()];
    const first = await push(`"${key}"`, at, jpeg('zone'));
    expect((await push(key, at.replace('.000Z', '+00:00'), jpeg('zone'))).json).toEqual(first.json);
  });

  it('gets it although the quota is used up and the device is switched off since', async () => {
    const limited = await startApiUnderTest({ settings: { userWaitingFrames: 1 } });
    await limited.accounts();
    const at = freshMoment();
    const once = () => limited.push('door', at, jpeg('late'), { headers: { 'idempotency-key': 'k' } });
    const first = await once();
    expect((await limited.push('door', freshMoment(), jpeg('other'))).status).toBe(429);
    await limited.put('/v1/devices/door', { userId: 'anna', name: 'door', timeZone: 'UTC', enabled: false });
    expect([(await once()).status, (await once()).json]).toEqual([202, first.json]);
    await limited.close();
  });

  it('says accepted before, each time, when the frame had come without a key before', async () => {
    const [key, at] = [freshKey(), freshMoment()];
    const { json: { frameId } } = await api.push('door', at, jpeg('before'));
    for (const answer of [await push(key, at, jpeg('before')), await push(key, at, jpeg('before'))]) {
      expect([answer.status, answer.json.frameId, answer.json.status]).toEqual([200, frameId, 'duplicate']);
    }
  });

  it('is one frame when it comes twenty times at once, to two processes, and all hear the same', async () => {
    const other = await createApp({ ...api.deps, acceptFrames: createLedger(api.db.pool).acceptFrames });
    const authorization = `Bearer ${await api.key('ingest')}`;
    const at = freshMoment();
    const before = await framesNow();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => [api.app, other][n % 2]!.inject({
      method: 'POST', url: `/v1/devices/door/frames?captured_at=${at}`, payload: jpeg('storm'), headers: { authorization, 'content-type': 'image/jpeg', 'idempotency-key': 'storm' },
    })));
    expect(new Set(answers.map(({ statusCode, body }) => `${statusCode} ${body}`)).size).toBe(1);
    expect(answers[0]!.statusCode).toBe(202);
    expect(await framesNow()).toBe(before + 1);
    await other.close();
  });
});

describe('another request under the same key', () => {
  it.each([
    ['other bytes', {}, jpeg('re-encoded'), 'bytes'],
    ['another capture time', { later: true }, jpeg('sent'), 'capture time'],
    ['another device', { device: 'gate' }, jpeg('sent'), 'device'],
  ])('%s: 422, with the frame that the key led to, and no second frame', async (_what, { later = false, device = 'door' }: { later?: boolean; device?: string }, bytes, named) => {
    const [key, at] = [freshKey(), freshMoment()];
    const { json: { frameId } } = await push(key, at, jpeg('sent'));
    const before = await framesNow();
    const { status, json } = await push(key, later ? freshMoment() : at, bytes, { device });
    expect([status, json.code]).toEqual([422, 'idempotency_key_reused']);
    expect(json.detail).toBe(`frame ${frameId} was accepted under this key, and this is one of other ${named}`);
    expect(await framesNow()).toBe(before);
  });

  it('is refused when both come at once, whichever was first, also where each would be a frame of its own', async () => {
    const authorization = `Bearer ${await api.key('ingest')}`;
    const other = await createApp({ ...api.deps, acceptFrames: createLedger(api.db.pool).acceptFrames });
    const before = await framesNow();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => [api.app, other][n % 2]!.inject({
      method: 'POST', url: `/v1/devices/door/frames?captured_at=${freshMoment()}`, payload: jpeg(`different ${n}`),
      headers: { authorization, 'content-type': 'image/jpeg', 'idempotency-key': 'race' },
    })));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([202, ...Array.from({ length: 19 }, () => 422)]);
    expect(await framesNow()).toBe(before + 1);
    await other.close();
  });

  it('is damage on the way, and no other frame, when its digest says so', async () => {
    const [key, at] = [freshKey(), freshMoment()];
    const headers = { 'content-digest': 'sha-256=:MV9b23bQeMQ7isAGTkoBZGErH853yGk0W/yUx1iU7dM=:' };
    await push(key, at, jpeg('whole'));
    expect((await push(key, at, jpeg('damaged'), { headers })).json.code).toBe('digest_mismatch');
  });
});

describe('a key', () => {
  it('is not used up by a refusal', async () => {
    const key = freshKey();
    expect((await push(key, 'yesterday', jpeg('x'))).json.code).toBe('captured_at_malformed');
    expect((await push(key, freshMoment(), jpeg('x'), { device: 'nobody' })).json.code).toBe('device_unknown');
    expect((await push(key, freshMoment(), jpeg('x'))).status).toBe(202);
  });

  it('of another API key is another key', async () => {
    const [key, at] = [freshKey(), freshMoment()];
    const [one, two] = [await api.key('ingest'), await api.key('ingest')];
    expect((await push(key, at, jpeg('one'), { key: one })).status).toBe(202);
    expect((await push(key, at, jpeg('two'), { key: two })).status).toBe(202);
  });

  it.each(['', '""', 'a b', 'a"b', '"a', 'a\\b', 'k, k', 'ä', 'x'.repeat(129)])('is not %j', async (key) => {
    const { status, json } = await push(key, freshMoment(), jpeg('x'));
    expect([status, json.code]).toEqual([400, 'request_malformed']);
  });

  it.each(['a', '8e03978e-40d5-43e2-bc93-6894a57f9324', '"8e03978e-40d5-43e2-bc93-6894a57f9324"', 'x'.repeat(128), '!#$%&\'()*+,-./:;<=>?@[]^_`{|}~'])('may be %j', async (key) => {
    expect((await push(key, freshMoment(), jpeg('x'), { key: await api.key('ingest') })).status).toBe(202);
  });

  it('is kept for as long as the setting says, and then forgotten: the frame is still known by itself', async () => {
    const [key, at] = [freshKey(), freshMoment()];
    const { json: { frameId } } = await push(key, at, jpeg('old'));
    const kept = await keysNow();
    expect(await forgetIdempotencyKeys(api.db.pool, 24)).toBe(0);
    await api.db.pool.query("UPDATE idempotency_keys SET kept_at = kept_at - interval '24 hours' WHERE frame_id = $1", [frameId]);
    expect(await forgetIdempotencyKeys(api.db.pool, 24)).toBe(1);
    expect(await keysNow()).toBe(kept - 1);
    expect((await push(key, at, jpeg('old'))).json).toMatchObject({ frameId, status: 'duplicate' });
  });

  it('costs a frame without one nothing: no row, and no statement more', async () => {
    const statements: string[] = [];
    const watched = await startApiUnderTest();
    await watched.accounts();
    const { pool } = watched.db;
    const query = pool.query.bind(pool) as (...args: unknown[]) => unknown;
    pool.query = ((...args: unknown[]) => { statements.push(String(args[0])); return query(...args); }) as never;
    await watched.push('door', freshMoment(), jpeg('x'));
    expect(statements.join()).not.toContain('idempotency_keys');
    await watched.push('door', freshMoment(), jpeg('x'), { headers: { 'idempotency-key': 'k' } });
    expect(statements.join()).toContain('idempotency_keys');
    await watched.close();
  });
});

describe('in a parcel', () => {
  const fatesOf = ({ json }: { json: any }) => json.items.map(({ status, problem }: any) => problem?.code ?? status);

  it('each frame may have its own, and gets the same answer again in any company', async () => {
    const frames = [0, 1].map(() => ({ capturedAt: freshMoment(), entry: { idempotencyKey: freshKey() } }));
    const first = await send(api, parcel(frames));
    const [, again] = (await send(api, parcel([{}, frames[1]!]))).json.items;
    expect({ ...again, index: 1 }).toEqual(first.json.items[1]);
    expect(fatesOf(await send(api, parcel([{ entry: frames[0]!.entry }])))).toEqual(['idempotency_key_reused']);
  });

  it('is the same one as for a frame that comes alone', async () => {
    const [key, capturedAt] = [freshKey(), freshMoment()];
    const alone = await push(key, capturedAt, jpeg(capturedAt));
    const { json } = await send(api, parcel([{ capturedAt, entry: { idempotencyKey: key } }]));
    expect(json.items[0]).toMatchObject({ status: 202, frameId: alone.json.frameId });
  });

  it('of the whole request is one for each place in it', async () => {
    const headers = { 'idempotency-key': freshKey() };
    const frames = [0, 1, 2].map(() => ({ capturedAt: freshMoment() }));
    const first = await send(api, parcel(frames), { headers });
    expect((await send(api, parcel(frames), { headers })).json).toEqual(first.json);
    expect(fatesOf(await send(api, parcel([frames[0]!, {}, frames[2]!]), { headers }))).toEqual([202, 'idempotency_key_reused', 202]);
  });

  it('that stands on two frames is of the one that was first', async () => {
    const entry = { idempotencyKey: freshKey() };
    expect(fatesOf(await send(api, parcel([{ entry }, { entry }]))).sort()).toEqual([202, 'idempotency_key_reused']);
  });

  it('of the whole request that is none refuses it', async () => {
    const { status, json } = await send(api, parcel([{}]), { headers: { 'idempotency-key': 'a b' } });
    expect([status, json.code]).toEqual([400, 'request_malformed']);
  });
});
