/** The picture with what was seen drawn into it. */
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFrameResults } from '../../adapters/postgres/frame-results.ts';
import { createSettlingLedger } from '../../adapters/postgres/outcomes.ts';
import { createReplay } from '../../adapters/postgres/replay.ts';
import { createStageLedger } from '../../adapters/postgres/stage-ledger.ts';
import type { Box } from '../../contracts/detection.ts';
import { claim } from '../support/plant-data.ts';
import { freshMoment, jpeg, startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';

const MODEL = { name: 'yolox-nano', version: '0.1.1', sha256: 'f'.repeat(64), runtime: 'onnxruntime-node', calibration: 'none' };
const DOG = { label: 'dog', score: 0.9, probability: 0.9, box: [200, 400, 600, 300] as Box };
const CAT = { label: 'cat', score: 0.4, probability: 0.4, box: [900, 100, 200, 200] as Box };

let api: ApiUnderTest;
let picture: Buffer;
beforeAll(async () => {
  api = await startApiUnderTest();
  await api.accounts();
  picture = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#203040' } }).jpeg().toBuffer();
});
afterAll(() => api.close());

const accepted = async (): Promise<string> => (await api.push('door', freshMoment(), picture)).json.frameId;

/** The frame that waits goes through validate and detect, through their own adapters, and settles. */
async function seen(detections: readonly typeof DOG[] | undefined): Promise<void> {
  const batch = await claim(api.db.pool);
  const [frame] = await createStageLedger(api.db.pool).load(batch.batchId, [0], 'validate');
  const results = createFrameResults(api.db.pool, { invalidFrameDays: 1 });
  const done = { frame: frame!, outcome: 'done' as const, code: null, detail: null, startedAt: new Date(), finishedAt: new Date() };
  const { sha256 } = await api.deps.frameStore.put(picture);
  // The original was twice as large as what was kept of it.
  await results.saveValidations(batch.batchId, [{ ...done, made: { sha256, width: 1280, height: 960, standardWidth: 640, standardHeight: 480, warnings: [] } }], []);
  if (detections) await results.saveDetections(batch.batchId, [{ ...done, made: { set: { model: MODEL, width: 1280, height: 960, detections }, path: '/anna-door/x.json' } }]);
  await createSettlingLedger(api.db.pool).settle({ batchId: batch.batchId, exceptions: [] });
}

/** How red the picture is around a point of the original: boxes are amber, the scene is blue. */
async function rednessAt(drawn: Buffer, x: number, y: number): Promise<number> {
  const { width = 0, height = 0 } = await sharp(drawn).metadata();
  const [left, top] = [Math.round(x * width / 1280), Math.round(y * height / 960)];
  const pixels = await sharp(drawn).extract({ left: left - 2, top: top - 2, width: 5, height: 5 }).raw().toBuffer();
  return Math.max(...pixels.filter((_, n) => n % 3 === 0));
}

const imageOf = (frameId: string, query: string, headers: Record<string, string> = {}, key?: string) =>
  api.call({ url: `/v1/frames/${frameId}/image?${query}`, headers, ...(key === undefined ? {} : { key }) });

describe('the picture with boxes', () => {
  it('shows what was seen where it was, in the space of the original', async () => {
    const frameId = await accepted();
    await seen([DOG, CAT]);
    const { status, headers, payload } = await imageOf(frameId, 'boxes=true');
    expect([status, headers['content-type'], headers['x-content-type-options']]).toEqual([200, 'image/jpeg', 'nosniff']);
    for (const [x, y] of [[200, 550], [800, 550], [900, 200]] as const) expect(await rednessAt(payload, x, y), `${x},${y}`).toBeGreaterThan(180);
    for (const [x, y] of [[500, 550], [1200, 900]] as const) expect(await rednessAt(payload, x, y), `${x},${y}`).toBeLessThan(80);
  });

  it('leaves out what is less probable than was asked for', async () => {
    const frameId = await accepted();
    await seen([DOG, CAT]);
    const { payload } = await imageOf(frameId, 'boxes=true&minProbability=0.5');
    expect(await rednessAt(payload, 200, 550)).toBeGreaterThan(180);
    expect(await rednessAt(payload, 900, 200)).toBeLessThan(80);
  });

  it('is not kept unasked, is known again by its tag, and is another one after a replay that saw something else', async () => {
    const frameId = await accepted();
    await seen([DOG]);
    const first = await imageOf(frameId, 'boxes=true');
    const etag = String(first.headers['etag']);
    expect(first.headers['cache-control']).toBe('private, no-cache');
    const unchanged = await imageOf(frameId, 'boxes=true', { 'if-none-match': `"other", W/${etag}` });
    expect([unchanged.status, unchanged.payload.length, unchanged.headers['etag']]).toEqual([304, 0, etag]);
    expect((await imageOf(frameId, 'boxes=true&minProbability=0.95', { 'if-none-match': etag })).status).toBe(200);

    await createReplay(api.db.pool, { has: async () => true })({ frameIds: [frameId] });
    await seen([CAT]);
    const replayed = await imageOf(frameId, 'boxes=true', { 'if-none-match': etag });
    expect(replayed.status).toBe(200);
    expect(replayed.headers['etag']).not.toBe(etag);
    expect(await rednessAt(replayed.payload, 900, 200)).toBeGreaterThan(180);
    expect(await rednessAt(replayed.payload, 200, 550)).toBeLessThan(80);
  });

  it('of a frame in which nothing was seen is the picture alone', async () => {
    const frameId = await accepted();
    await seen([]);
    const { status, payload } = await imageOf(frameId, 'boxes=true');
    expect(status).toBe(200);
    expect((await sharp(payload).stats()).channels[0]!.max).toBeLessThan(80);
  });

  it('is drawn for many at once', async () => {
    const frameId = await accepted();
    await seen([DOG]);
    const drawn = await Promise.all(Array.from({ length: 8 }, () => imageOf(frameId, 'boxes=true')));
    expect(new Set(drawn.map(({ status, payload }) => `${status} ${payload.toString('base64')}`)).size).toBe(1);
  });
});

describe('there is no picture with boxes', () => {
  it('of a frame that no detector has looked at: the answer says so instead of showing an empty scene', async () => {
    const frameId = await accepted();
    const missing = async () => { const { status, json } = await imageOf(frameId, 'boxes=true'); return [status, json.code]; };
    expect(await missing()).toEqual([404, 'detections_unknown']);
    await seen(undefined);
    expect(await missing()).toEqual([404, 'detections_unknown']);
    expect((await imageOf(frameId, 'boxes=false')).payload).toEqual(picture);
  });

  it('of a picture that is no longer kept', async () => {
    const frameId = await accepted();
    await seen([DOG]);
    await api.db.pool.query("UPDATE frames SET standard_sha256 = decode(repeat('ab', 32), 'hex') WHERE frame_id = $1", [frameId]);
    const { status, json } = await imageOf(frameId, 'boxes=true');
    expect([status, json.code]).toEqual([404, 'image_gone']);
  });

  it('of bytes that cannot be drawn on, and nothing is said of what they are', async () => {
    const frameId = await accepted();
    await seen([DOG]);
    const { sha256 } = await api.deps.frameStore.put(jpeg('no picture'));
    await api.db.pool.query("UPDATE frames SET standard_sha256 = decode($2, 'hex') WHERE frame_id = $1", [frameId, sha256]);
    const { status, json } = await imageOf(frameId, 'boxes=true');
    expect([status, json.code, json.detail]).toEqual([500, 'internal', expect.stringContaining('cannot be drawn on')]);
    // The next one is drawn all the same.
    const next = await accepted();
    await seen([DOG]);
    expect((await imageOf(next, 'boxes=true')).status).toBe(200);
  });

  it('for a key of another user', async () => {
    const frameId = await accepted();
    await seen([DOG]);
    const { status, json } = await imageOf(frameId, 'boxes=true', {}, await api.key('customer', 'bert'));
    expect([status, json.code]).toEqual([404, 'frame_unknown']);
  });

  it.each(['boxes=maybe', 'boxes=true&minProbability=2', 'boxes=true&minProbability=x', 'boxes=true&minProbability=NaN', 'box=true'])('when asked for by %s', async (query) => {
    const { status, json } = await imageOf('01a1fd50-bf90-7a65-98b6-7f2402f97040', query);
    expect([status, json.code]).toEqual([400, 'request_malformed']);
  });
});
