/** Several frames in one request: each with an answer of its own. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLedger } from '../../adapters/postgres/ledger.ts';
import { freshDatabase } from '../support/database.ts';
import { freshMoment, jpeg, secondsAgo, startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';
import { digestOf, fatesOf, parcel, send } from './multipart.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest();
  await api.accounts();
});
afterAll(() => api.close());

const framesNow = async () => Number((await api.db.pool.query('SELECT count(*) FROM frames')).rows[0].count);

describe('a parcel', () => {
  it('has an answer for each frame, in the order of the manifest, and each is kept as if it had come alone', async () => {
    const moments = [freshMoment(), freshMoment()];
    const { status, json } = await send(api, parcel([{ capturedAt: moments[0]!, bytes: jpeg('first') }, { deviceId: 'gate', capturedAt: moments[1]!, bytes: jpeg('second'), type: 'image/png' }]));
    expect(status).toBe(200);
    expect(json.items).toEqual([0, 1].map((index) => ({
      index, status: 202, frameId: expect.any(String), statusUrl: `/v1/frames/${json.items[index].frameId}`,
      tag: expect.stringMatching(index === 0 ? /^anna-door-/ : /^bert-gate-/), capturedAt: moments[index]!.replace('.000Z', '.000000Z'),
    })));
    const second = (await api.get(json.items[1].statusUrl)).json;
    expect(second).toMatchObject({ state: 'accepted', deviceId: 'gate', mediaType: 'image/png', sizeBytes: jpeg('second').length });
    expect(await api.deps.frameStore.get(second.sha256)).toEqual(jpeg('second'));
  });

  it('of fifty frames goes into the ledger with two commits', async () => {
    const groups: number[] = [];
    const db = await freshDatabase();
    const { acceptFrames } = createLedger(db.pool);
    const busy = await startApiUnderTest({ db, deps: { acceptFrames: (frames) => { groups.push(frames.length); return acceptFrames(frames); } } });
    try {
      await busy.accounts();
      expect(new Set(fatesOf(await send(busy, parcel(Array.from({ length: 50 }, () => ({}))))))).toEqual(new Set([202]));
      expect(groups.reduce((sum, frames) => sum + frames, 0)).toBe(50);
      // The first is under way when the others come.
      expect(groups).toEqual([1, 49]);
    } finally {
      await busy.close();
    }
  });

  it('goes into the ledger in capture order, whatever the order of its manifest: no frame of a device comes late for its neighbour', async () => {
    const committed: string[] = [];
    const db = await freshDatabase();
    const { acceptFrames } = createLedger(db.pool);
    const ordered = await startApiUnderTest({ db, deps: { acceptFrames: (frames) => { committed.push(...frames.map(({ givenCapturedAt }) => givenCapturedAt)); return acceptFrames(frames); } } });
    try {
      await ordered.accounts();
      // The older, the larger: written to the disk one after the other they would go in the other way round.
      const moments = Array.from({ length: 12 }, () => freshMoment());
      const { json } = await send(ordered, parcel(moments.map((capturedAt, n) => ({ capturedAt, bytes: Buffer.alloc(200_000 - n * 15_000, n + 1) })).toReversed()));
      expect(committed).toEqual([...committed].sort());
      expect(json.items.map(({ capturedAt }: any) => capturedAt.slice(0, 19))).toEqual(moments.toReversed().map((at) => at.slice(0, 19)));
    } finally {
      await ordered.close();
    }
  });

  it('that comes again is recognised frame by frame', async () => {
    const body = parcel([{}, {}]);
    const first = await send(api, body);
    const again = await send(api, Buffer.concat([body, Buffer.from('what comes behind the end is nobody\'s')]));
    expect(fatesOf(again)).toEqual([200, 200]);
    expect(again.json.items.map(({ frameId }: any) => frameId)).toEqual(first.json.items.map(({ frameId }: any) => frameId));
  });

  it('may hold a frame twice: it is one frame', async () => {
    const twice = { capturedAt: freshMoment(), bytes: jpeg('twice') };
    const { json } = await send(api, parcel([twice, twice]));
    expect(json.items.map(({ status }: any) => status).sort()).toEqual([200, 202]);
    expect(json.items[0].frameId).toBe(json.items[1].frameId);
  });

  it('is written to the log frame by frame, and never with a key', async () => {
    const { json } = await send(api, parcel([{}, {}]));
    for (const { frameId, tag } of json.items) expect(api.log.find((line) => line['frameId'] === frameId)).toMatchObject({ msg: 'frame accepted', tag });
    expect(JSON.stringify(api.log)).not.toMatch(/wp_|Bearer|authorization/i);
  });
});

describe('one bad frame costs its neighbours nothing', () => {
  it.each([
    ['of an unknown device', { deviceId: 'nobody' }, '404 device_unknown'],
    ['without bytes', { bytes: Buffer.alloc(0) }, '422 body_empty'],
    ['with a capture time that is none', { capturedAt: 'yesterday' }, '400 captured_at_malformed'],
    ['from the future', { capturedAt: secondsAgo(-3_600) }, '422 captured_at_too_late'],
    ['that calls itself a page', { type: 'text/html' }, '415 media_type_unsupported'],
    ['of a type that is none', { type: ';' }, '415 media_type_unsupported'],
    ['in base64', { headers: ['Content-Transfer-Encoding: base64'] }, '415 media_type_unsupported'],
    ['with a digest of other bytes in its part', { headers: [`Content-Digest: ${digestOf(jpeg('others'))}`] }, '400 digest_mismatch'],
    ['with a digest of other bytes in the manifest', { entry: { contentDigest: digestOf(jpeg('others')) } }, '400 digest_mismatch'],
    ['with a field that nobody knows', { entry: { camera: 'x' } }, '400 request_malformed'],
    ['whose device is a number', { entry: { deviceId: 7 } }, '400 request_malformed'],
    ['with an idempotency key that is none', { entry: { idempotencyKey: 'a b' } }, '400 request_malformed'],
  ])('%s', async (_how, frame, fate) => {
    const before = await framesNow();
    const answer = await send(api, parcel([{}, frame, {}]));
    expect([answer.status, ...fatesOf(answer)]).toEqual([200, 202, fate, 202]);
    expect(answer.json.items[1].problem).toMatchObject({ requestId: answer.headers['x-request-id'], operator: expect.any(String) });
    expect(await framesNow()).toBe(before + 2);
  });

  it('names the field, and the entry of the manifest, that is wrong', async () => {
    const { json } = await send(api, parcel([{}, { entry: { camera: 'x' } }]));
    expect(json.items[1].problem.detail).toBe('manifest.frames.1 must not have additional properties (camera)');
  });

  it('one that is too large by itself', async () => {
    const small = await startApiUnderTest({ settings: { maxBodyBytes: 1_000 } });
    await small.accounts();
    expect(fatesOf(await send(small, parcel([{ bytes: Buffer.alloc(1_000, 1) }, { bytes: Buffer.alloc(1_001, 1) }, {}])))).toEqual([202, '413 body_too_large', 202]);
    await small.close();
  });

  it('one of another user, for a key of one user', async () => {
    const key = await api.key('ingest', 'anna');
    expect(fatesOf(await send(api, parcel([{}, { deviceId: 'gate' }]), { key }))).toEqual([202, '404 device_unknown']);
  });

  it('one over the quota says by itself when to come again, while another user goes on', async () => {
    const limited = await startApiUnderTest({ settings: { userWaitingFrames: 2 } });
    await limited.accounts();
    await limited.push('door', secondsAgo(1), jpeg('1'));
    await limited.push('door', secondsAgo(2), jpeg('2'));
    const { json, headers } = await send(limited, parcel([{}, { deviceId: 'gate' }]));
    expect(fatesOf({ json })).toEqual(['429 quota_exceeded', 202]);
    expect(json.items.map(({ retryAfterSeconds }: any) => retryAfterSeconds)).toEqual([5, undefined]);
    expect(headers['retry-after']).toBeUndefined();
    await limited.close();
  });

  it('those over the quota, and no others, when it is reached within the parcel', async () => {
    for (const [settings, refused] of [[{ userWaitingFrames: 3 }, '429 quota_exceeded'], [{ backlogFrames: 3 }, '503 collector_full']] as const) {
      const limited = await startApiUnderTest({ settings });
      await limited.accounts();
      expect(fatesOf(await send(limited, parcel([{}, {}, {}, {}, {}])))).toEqual([202, 202, 202, refused, refused]);
      await limited.close();
    }
  });

  it('one that the ledger refuses', async () => {
    const picky = await startApiUnderTest();
    await picky.accounts();
    await picky.db.pool.query("ALTER TABLE frames ADD CONSTRAINT no_webp CHECK (media_type <> 'image/webp')");
    expect(fatesOf(await send(picky, parcel([{}, { type: 'image/webp' }, {}])))).toEqual([202, '500 internal', 202]);
    await picky.close();
  });
});

describe('a digest that fits', () => {
  it('is honoured: of each picture in its part or in the manifest, and of the whole body', async () => {
    const [one, two] = [jpeg('one'), jpeg('two')];
    const body = parcel([{ bytes: one, headers: [`content-digest: ${digestOf(one)}`] }, { bytes: two, entry: { contentDigest: digestOf(two) } }]);
    expect(fatesOf(await send(api, body, { headers: { 'content-digest': digestOf(body) } }))).toEqual([202, 202]);
  });

  it('of another body refuses all of it, and nothing is accepted', async () => {
    const before = await framesNow();
    const answer = await send(api, parcel([{}, {}]), { headers: { 'content-digest': digestOf(jpeg('other')) } });
    expect([answer.status, answer.json.code]).toEqual([400, 'digest_mismatch']);
    expect(await framesNow()).toBe(before);
  });

  it('tells damage on the way from a sender that cannot make a multipart body', async () => {
    const body = parcel([{}]);
    const cut = body.subarray(0, body.length - 10);
    expect((await send(api, cut, { headers: { 'content-digest': digestOf(body) } })).json.code).toBe('digest_mismatch');
    expect((await send(api, cut, { headers: { 'content-digest': digestOf(cut) } })).json.code).toBe('multipart_malformed');
  });
});
