import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFrameResults } from '../../adapters/postgres/frame-results.ts';
import type { FailureCode } from '../../contracts/failures.ts';
import { claim, staged } from '../support/plant-data.ts';
import { freshMoment, jpeg, startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
/** In the order in which they were refused, a minute apart. */
let ids: string[];
beforeAll(async () => {
  api = await startApiUnderTest();
  await api.accounts();
  ids = [];
  for (const [device, code] of [
    ['door', 'image_void'], ['door', 'image_void'], ['gate', 'image_corrupt'], ['door', 'image_corrupt'], ['door', 'image_void'],
  ] as const) ids.push(await refused(device, code));
});
afterAll(() => api.close());

/** Through acceptance and validate, as the plant does it; then as if it had been refused on a day in March. */
async function refused(deviceId: string, code: FailureCode): Promise<string> {
  const { json: { frameId } } = await api.push(deviceId, freshMoment(), jpeg('x'));
  const batch = await claim(api.db.pool);
  const [frame] = await staged(api.db.pool, batch);
  const at = new Date();
  await createFrameResults(api.db.pool, { invalidFrameDays: 7 }).saveValidations(batch.batchId, [
    { frame: frame!, made: undefined, outcome: 'refused', code, detail: `no good: ${code}`, startedAt: at, finishedAt: at },
  ], []);
  await api.db.pool.query('UPDATE invalid_frames SET refused_at = $2 WHERE frame_id = $1', [frameId, `2026-03-01T02:1${ids.length}:00Z`]);
  await api.db.pool.query('DELETE FROM open_frames WHERE frame_id = $1', [frameId]);
  return frameId;
}

const list = async (query = '', key?: string) => (await api.get(`/v1/invalid-frames?${query}`, key)).json;
const counts = async (query = '', key?: string) => (await api.get(`/v1/invalid-frames/counts?${query}`, key)).json.counts;
const idsOf = ({ frames }: any) => frames.map(({ frameId }: any) => frameId);
const shortly = (counted: any[]) => counted.map(({ deviceId, reason, frames }) => `${deviceId} ${reason} ${frames}`);

describe('refused frames', () => {
  it('are listed with reason, times and a link to all that is known, the latest refusal first', async () => {
    const page = await list();
    expect(idsOf(page)).toEqual(ids.toReversed());
    expect(page.next).toBeNull();
    expect(page.frames[2]).toEqual({
      frameId: ids[2], userId: 'bert', deviceId: 'gate', reason: 'image_corrupt', detail: 'no good: image_corrupt',
      capturedAt: expect.stringMatching(/Z$/), refusedAt: '2026-03-01T02:12:00.000000Z', expiresAt: expect.stringMatching(/Z$/),
      statusUrl: expect.stringContaining(`/v1/frames/${ids[2]}`),
    });
    expect((await api.get(new URL(page.frames[2].statusUrl, 'http://here').pathname)).json).toMatchObject({ frameId: ids[2], deviceId: 'gate' });
  });

  it('can be narrowed to a device, a user, a reason and the time of refusal', async () => {
    expect(idsOf(await list('deviceId=gate'))).toEqual([ids[2]]);
    expect(idsOf(await list('userId=anna&reason=image_corrupt'))).toEqual([ids[3]]);
    expect(idsOf(await list('from=2026-03-01T02:11:00Z&to=2026-03-01T02:13:00Z'))).toEqual([ids[2], ids[1]]);
    expect(idsOf(await list('deviceId=nothing'))).toEqual([]);
    expect((await api.get('/v1/invalid-frames?reason=ugly')).status).toBe(400);
    expect((await api.get('/v1/invalid-frames?from=yesterday')).json.code).toBe('captured_at_malformed');
  });

  it('come in pages, each once', async () => {
    const first = await list('limit=3');
    const second = await list(`limit=3&cursor=${first.next}`);
    expect([...idsOf(first), ...idsOf(second)]).toEqual(ids.toReversed());
    expect(second.next).toBeNull();
  });

  it('of others are not there for a key of one user', async () => {
    const key = await api.key('customer', 'bert');
    expect(idsOf(await list('', key))).toEqual([ids[2]]);
    expect(shortly(await counts('', key))).toEqual(['gate image_corrupt 1']);
  });
});

describe('counts of refused frames', () => {
  it('say which device sends most rubbish, and what kind', async () => {
    const counted = await counts();
    expect(shortly(counted)).toEqual(['door image_void 3', 'door image_corrupt 1', 'gate image_corrupt 1']);
    expect(counted[0]).toEqual({ userId: 'anna', deviceId: 'door', reason: 'image_void', frames: 3, lastRefusedAt: '2026-03-01T02:14:00.000000Z' });
  });

  it('can be narrowed as the list can', async () => {
    expect(shortly(await counts('userId=anna&to=2026-03-01T02:11:00Z'))).toEqual(['door image_void 1']);
    expect(shortly(await counts('deviceId=door&reason=image_corrupt'))).toEqual(['door image_corrupt 1']);
    expect((await api.get('/v1/invalid-frames/counts?limit=3')).status).toBe(400);
  });
});
