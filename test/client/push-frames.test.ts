import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Refused, createClient } from '../../client/client.ts';
import type { Client, FrameToPush, Retry } from '../../client/client.ts';
import { freshMoment, jpeg, secondsAgo } from '../api/api-under-test.ts';
import { startClientUnderTest } from './client-under-test.ts';
import type { ClientUnderTest } from './client-under-test.ts';
import { cut, cutInTheMiddle, halfAnAnswer, loseTheAnswer, say } from './faulty-line.ts';
import type { Fault, FaultyLine } from './faulty-line.ts';

/** Waits short enough for a test; how long they are is tested in retry.test.ts. */
const timing = { firstMs: 1, longestMs: 5 };
let under: ClientUnderTest;
let line: FaultyLine;
let client: Client;
beforeAll(async () => {
  under = await startClientUnderTest({ maxBodyBytes: 50_000, maxParcelBytes: 200_000 });
  ({ line, client } = under);
});
afterAll(() => under.close());
beforeEach(() => {
  line.faults = [];
  line.requests.length = 0;
});

const frame = (change: Partial<FrameToPush> = {}): FrameToPush => {
  const capturedAt = freshMoment();
  return { deviceId: 'door', capturedAt, bytes: jpeg(capturedAt), mediaType: 'image/jpeg', ...change };
};
const frames = (count: number, change: Partial<FrameToPush> = {}) => Array.from({ length: count }, () => frame(change));
const framesNow = () => under.framesNow();
const codeOf = (answer: unknown) => (answer instanceof Refused ? answer.code : (answer as { status: string }).status);

/** Passes the request on and changes what some of its frames are told. */
const changed = (items: Record<number, object>): Fault => async (_incoming, answer, passOn) => {
  const { body } = await passOn();
  const said = JSON.parse(body.toString()) as { items: object[] };
  answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ items: said.items.map((item, index) => items[index] ?? item) }));
};

describe('many frames', () => {
  it('go in one request and are answered in their order', async () => {
    const sent = frames(10);
    const receipts = await client.pushFrames(sent, { timing });
    expect(receipts.map((receipt) => (receipt instanceof Refused ? null : receipt.capturedAt.slice(0, 19)))).toEqual(sent.map(({ capturedAt }) => capturedAt.slice(0, 19)));
    expect(line.requests).toHaveLength(1);
    expect(line.requests[0]?.headers['content-digest']).toMatch(/^sha-256=:.{44}:$/);
  });

  it('go in as many requests as it takes, each frame once', async () => {
    const before = await framesNow();
    const receipts = await client.pushFrames(frames(150), { timing });
    expect(receipts.map(codeOf)).toEqual(Array.from({ length: 150 }, () => 'accepted'));
    expect(line.requests).toHaveLength(3);
    expect(await framesNow()).toBe(before + 150);
  });

  it('that are none need no request', async () => {
    expect(await client.pushFrames([])).toEqual([]);
    expect(line.requests).toHaveLength(0);
  });

  it('that are more than the API takes at once go in smaller requests, and one that is too large by itself is refused alone', async () => {
    const bytes = (fill: number, size = 45_000) => Buffer.alloc(size, fill);
    const answers = await client.pushFrames([1, 2, 3, 4, 5, 6].map((fill) => frame({ bytes: bytes(fill) })), { timing });
    expect(answers.map(codeOf)).toEqual(Array.from({ length: 6 }, () => 'accepted'));
    const one = await client.pushFrames([frame(), frame({ bytes: bytes(7, 60_000) }), frame(), frame({ bytes: bytes(8, 250_000) })], { timing });
    expect(one.map(codeOf)).toEqual(['accepted', 'body_too_large', 'accepted', 'body_too_large']);
  });

  it('that are more than a proxy lets through go in smaller requests too', async () => {
    line.faults = [say(413, { 'content-type': 'text/html' }, '<h1>Request Entity Too Large</h1>')];
    expect((await client.pushFrames(frames(5), { timing })).map(codeOf)).toEqual(Array.from({ length: 5 }, () => 'accepted'));
    expect(line.requests).toHaveLength(3);
  });

  it('of which some are refused for good: they say why, the others are accepted, and nothing is sent again', async () => {
    const answers = await client.pushFrames([frame(), frame({ deviceId: 'nobody' }), frame({ bytes: Buffer.alloc(0) }), frame({ capturedAt: secondsAgo(-10_000) }), frame({ mediaType: 'image/bmp' as never })], { timing });
    expect(answers.map(codeOf)).toEqual(['accepted', 'device_unknown', 'body_empty', 'captured_at_too_late', 'media_type_unsupported']);
    expect(answers[1]).toMatchObject({ status: 404, requestId: expect.any(String), detail: expect.any(String) });
    expect(line.requests).toHaveLength(1);
  });

  it('may have keys of their own', async () => {
    const [one, two] = [frame({ idempotencyKey: 'batch-1' }), frame({ idempotencyKey: 'batch-2' })];
    const first = await client.pushFrames([one, two], { timing });
    expect(await client.pushFrames([two, one], { timing })).toEqual(first.toReversed());
    expect(await client.pushFrame(one, { timing })).toEqual(first[0]);
    await expect(client.pushFrame({ ...one, bytes: jpeg('other') }, { timing })).rejects.toMatchObject({ status: 422, code: 'idempotency_key_reused' });
  });
});

describe('frames are kept until they are accepted', () => {
  it('those that are told to wait are sent again, and only those', async () => {
    const before = await framesNow();
    const wait = (status: number, code: string) => ({ index: 0, status, problem: { code, status }, retryAfterSeconds: 0 });
    line.faults = [changed({ 1: wait(429, 'quota_exceeded'), 3: wait(503, 'collector_full') }), changed({ 0: wait(503, 'outcome_unknown') })];
    const retries: Retry[] = [];
    const lengths = () => line.requests.map(({ headers }) => Number(headers['content-length']));
    const answers = await client.pushFrames(frames(5, { bytes: Buffer.alloc(10_000, 1) }), { timing, onRetry: (retry) => { retries.push(retry); } });
    // What was told to wait had been accepted behind the line's back, so it comes as a duplicate.
    expect(answers.map(codeOf)).toEqual(['accepted', 'duplicate', 'accepted', 'duplicate', 'accepted']);
    expect(lengths().map((length) => Math.round(length / 10_000))).toEqual([5, 2, 1]);
    expect(retries.map(({ attempts, error }) => [attempts, (error as Refused).code])).toEqual([[1, 'quota_exceeded'], [2, 'outcome_unknown']]);
    expect(await framesNow()).toBe(before + 5);
  });

  it.each([
    ['the line is cut', [cut, cut]],
    ['the line is cut while the body is on its way', [cutInTheMiddle]],
    ['the answer is lost', [loseTheAnswer]],
    ['half of the answer is lost', [halfAnAnswer]],
    ['the service is away', [say(503, { 'retry-after': '0' }), say(502), say(500)]],
    ['the body was damaged on its way', [say(400, { 'content-type': 'application/problem+json' }, '{"code":"digest_mismatch"}')]],
    ['a captive portal answers everything with JSON', [say(200, { 'content-type': 'application/json' }, '{"items":[]}'), say(200, {}, 'null')]],
  ])('when %s', async (_what, faults) => {
    const before = await framesNow();
    line.faults = [...faults];
    const answers = await client.pushFrames(frames(3, { bytes: Buffer.alloc(40_000, 7) }), { timing });
    expect(answers.every((answer) => !(answer instanceof Refused))).toBe(true);
    expect(await framesNow()).toBe(before + 3);
    expect(line.requests).toHaveLength(faults.length + 1);
  });

  it('until the caller says that it is enough', async () => {
    line.faults = Array.from({ length: 50 }, () => say(503, { 'retry-after': '60' }));
    const stop = new AbortController();
    await expect(client.pushFrames(frames(2), { signal: stop.signal, onRetry: () => stop.abort(new Error('enough')) })).rejects.toThrow('enough');
    expect(line.requests).toHaveLength(1);
  });
});

it('a request that is refused as a whole says so', async () => {
  const stranger = createClient({ baseUrl: line.url, key: 'wp_ingest_unknown' });
  await expect(stranger.pushFrames(frames(2), { timing })).rejects.toMatchObject({ name: 'Refused', status: 401, code: 'unauthenticated' });
  await stranger.close();
});
