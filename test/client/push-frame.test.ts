import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startApi } from '../../api/main.ts';
import type { RunningApi } from '../../api/main.ts';
import { createClient } from '../../client/client.ts';
import type { Client, FrameToPush, Retry } from '../../client/client.ts';
import { freePort } from '../../adapters/embedded/port.ts';
import { freshMoment, jpeg, secondsAgo } from '../api/api-under-test.ts';
import type { ApiUnderTest } from '../api/api-under-test.ts';
import { startClientUnderTest } from './client-under-test.ts';
import type { ClientUnderTest } from './client-under-test.ts';
import { cut, cutInTheMiddle, halfAnAnswer, loseTheAnswer, say } from './faulty-line.ts';
import type { FaultyLine } from './faulty-line.ts';

/** Waits short enough for a test; how long they are is tested in retry.test.ts. */
const timing = { firstMs: 1, longestMs: 5 };
let under: ClientUnderTest;
let api: ApiUnderTest;
let line: FaultyLine;
let client: Client;
let key: string;
beforeAll(async () => {
  under = await startClientUnderTest({ maxBodyBytes: 200_000 });
  ({ api, line, client, key } = under);
});
afterAll(() => under.close());
beforeEach(() => {
  line.faults = [];
  line.requests.length = 0;
});

const frame = (bytes: Uint8Array = jpeg('frame')): FrameToPush => ({ deviceId: 'door', capturedAt: freshMoment(), bytes, mediaType: 'image/jpeg' });
const rowsOf = async (frameId: string) => (await api.db.pool.query('SELECT 1 FROM frames WHERE frame_id = $1', [frameId])).rowCount;
const framesNow = () => under.framesNow();

describe('a frame is kept until it is accepted', () => {
  it('goes through at once when nothing is wrong', async () => {
    const receipt = await client.pushFrame(frame(), { timing });
    expect(receipt).toMatchObject({ status: 'accepted', statusUrl: expect.stringContaining(receipt.frameId) });
    expect(line.requests).toHaveLength(1);
  });

  it.each([
    ['the line is cut', [cut, cut, cut]],
    ['the line is cut while the body is on its way', [cutInTheMiddle]],
    ['it takes too long for a proxy', [say(408), say(504)]],
    ['there are too many', [say(429, { 'retry-after': '0' })]],
    ['the service is away', [say(503, { 'retry-after': '0' }), say(503), say(502), say(500)]],
    ['a captive portal answers everything with a page', [say(200, { 'content-type': 'text/html' }, '<h1>Welcome to our hotel</h1>')]],
    ['a captive portal answers everything with JSON', [say(200, { 'content-type': 'application/json' }, '{"welcome":true}'), say(200, {}, 'null')]],
    ['a captive portal sends elsewhere', [say(302, { location: 'http://hotel.example/' })]],
    ['everything at once', [cut, say(503), loseTheAnswer, say(429), halfAnAnswer, cutInTheMiddle]],
  ])('when %s', async (_what, faults) => {
    const before = await framesNow();
    line.faults = [...faults];
    const retries: Retry[] = [];
    const receipt = await client.pushFrame(frame(Buffer.alloc(150_000, 7)), { timing, onRetry: (retry) => { retries.push(retry); } });
    expect(await rowsOf(receipt.frameId)).toBe(1);
    expect(await framesNow()).toBe(before + 1);
    expect(retries.map(({ attempts }) => attempts)).toEqual(faults.map((_, n) => n + 1));
  });

  it.each([['lost', loseTheAnswer], ['cut in half', halfAnAnswer]])('when the answer is %s after the frame was accepted, and it is the same frame', async (_how, fault) => {
    const before = await framesNow();
    line.faults = [fault];
    const receipt = await client.pushFrame(frame(), { timing });
    expect(receipt.status).toBe('duplicate');
    expect(await framesNow()).toBe(before + 1);
  });

  it('when the API is not even started yet', async () => {
    const port = await freePort();
    const early = createClient({ baseUrl: `http://127.0.0.1:${port}`, key });
    let late: RunningApi | undefined;
    const receipt = await early.pushFrame(frame(), {
      timing,
      onRetry: ({ attempts }) => { if (attempts === 3) void startApi({ host: '127.0.0.1', port, stepOver: false }, api.deps).then((started) => { late = started; }); },
    });
    expect(await rowsOf(receipt.frameId)).toBe(1);
    await early.close();
    await late?.close();
  });

  it('when it was damaged on its way: the API notices and it is sent again', async () => {
    line.faults = [say(400, { 'content-type': 'application/problem+json' }, '{"code":"digest_mismatch"}')];
    expect((await client.pushFrame(frame(), { timing })).status).toBe('accepted');
    expect(line.requests[0]?.headers['content-digest']).toMatch(/^sha-256=:.{44}:$/);
  });

  it('and sends the very same request each time', async () => {
    line.faults = [cut, say(503)];
    await client.pushFrame(frame(), { timing });
    expect(line.requests).toHaveLength(3);
    expect(new Set(line.requests.map(({ url, headers }) => `${url} ${headers['content-digest']} ${headers['content-length']}`)).size).toBe(1);
  });
});

describe('a frame that is refused for good is not sent again', () => {
  it.each([
    ['of an unknown device', { deviceId: 'nobody' }, 404, 'device_unknown'],
    ['from the future', { capturedAt: secondsAgo(-10_000) }, 422, 'captured_at_too_late'],
    ['without bytes', { bytes: Buffer.alloc(0) }, 422, 'body_empty'],
    ['that is too large', { bytes: Buffer.alloc(300_000) }, 413, 'body_too_large'],
    ['with a time that is none', { capturedAt: 'now' }, 400, 'captured_at_malformed'],
    ['of a kind that is none', { mediaType: 'image/bmp' as never }, 415, 'media_type_unsupported'],
  ])('%s', async (_what, change, status, code) => {
    await expect(client.pushFrame({ ...frame(), ...change }, { timing })).rejects.toMatchObject({ name: 'Refused', status, code, requestId: expect.any(String) });
    expect(line.requests).toHaveLength(1);
  });

  it('with a key that is not known', async () => {
    const stranger = createClient({ baseUrl: line.url, key: 'wp_ingest_unknown' });
    await expect(stranger.pushFrame(frame(), { timing })).rejects.toMatchObject({ status: 401, code: 'unauthenticated' });
    await stranger.close();
  });

  it('by a proxy that speaks another language: the status is all there is', async () => {
    line.faults = [say(403, { 'content-type': 'text/html' }, '<h1>Forbidden</h1>')];
    await expect(client.pushFrame(frame(), { timing })).rejects.toMatchObject({ status: 403, code: undefined });
  });
});

describe('giving up', () => {
  it('is for the caller to say, in the middle of a wait', async () => {
    line.faults = Array.from({ length: 50 }, () => say(503, { 'retry-after': '60' }));
    const stop = new AbortController();
    const pushed = client.pushFrame(frame(), { signal: stop.signal, onRetry: () => stop.abort(new Error('enough')) });
    await expect(pushed).rejects.toThrow('enough');
    expect(line.requests).toHaveLength(1);
  });

  it('or in the middle of a request that hangs', async () => {
    const stop = new AbortController();
    line.faults = [() => stop.abort(new Error('enough'))];
    await expect(client.pushFrame(frame(), { signal: stop.signal })).rejects.toThrow('enough');
  });

  it('a client that was closed says so instead of trying for ever', async () => {
    const closed = createClient({ baseUrl: line.url, key });
    await closed.close();
    await expect(closed.pushFrame(frame(), { timing })).rejects.toMatchObject({ code: 'UND_ERR_DESTROYED' });
  });
});

describe('a client that cannot work', () => {
  it.each([['no-scheme.example', 'k'], ['ftp://x', 'k'], ['http://', 'k'], ['http://x', ''], ['http://x', 'key\n'], ['http://x', 'a b']])('of %j and %j is not made', (baseUrl, badKey) => {
    expect(() => createClient({ baseUrl, key: badKey })).toThrow(TypeError);
  });

  it('does not print its key', () => {
    try {
      createClient({ baseUrl: 'http://x', key: 'wp_secret\n' });
    } catch (error) {
      expect(String(error)).not.toContain('wp_secret');
    }
  });
});
