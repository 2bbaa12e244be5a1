import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSettlingLedger } from '../../adapters/postgres/outcomes.ts';
import { signOfLife } from '../../adapters/postgres/workers.ts';
import type { FrameException } from '../../contracts/frame.ts';
import { claim } from '../support/plant-data.ts';
import { freshMoment, jpeg, startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest();
  await api.accounts();
});
afterAll(() => api.close());
beforeEach(async () => {
  await api.db.pool.query('TRUNCATE frames, open_frames, frame_counts, batches, batch_frames, stage_results, kept_pictures');
});

async function accepted(device: string): Promise<string> {
  return (await api.push(device, freshMoment(), jpeg('x'))).json.frameId;
}
async function settled(device: string, exception?: Omit<FrameException, 'position'>): Promise<string> {
  const frameId = await accepted(device);
  const batch = await claim(api.db.pool);
  await createSettlingLedger(api.db.pool).settle({ batchId: batch.batchId, exceptions: exception ? [{ ...exception, position: 0, stage: 'detect' }] : [] });
  return frameId;
}
const accounting = async (query = '') => (await api.get(`/v1/ops/accounting${query}`)).json;
const FAILED = { outcome: 'failed', code: 'detector_output_invalid' } as const;

describe('the reconciliation', () => {
  it('adds up per user, device and hour, whatever became of the frames', async () => {
    await settled('door');
    await settled('door', FAILED);
    await settled('gate', { outcome: 'refused', code: 'image_void' });
    await accepted('gate');
    const { totals, rows } = await accounting();
    expect(totals).toEqual({ accepted: 4, open: 1, rejected: 1, no_match: 1, suppressed: 0, alerted: 0, failed: 1, unaccounted: 0 });
    expect(rows.map(({ userId, deviceId, accepted: frames, open }: any) => [userId, deviceId, frames, open]).sort()).toEqual([['anna', 'door', 2, 0], ['bert', 'gate', 2, 1]]);
    expect((await accounting('?userId=bert')).totals).toMatchObject({ accepted: 2, rejected: 1, open: 1 });
  });

  it('finds a frame that was lost, and one that was counted twice, and does not set them off against each other', async () => {
    await settled('gate');
    await accepted('door');
    await api.db.pool.query("DELETE FROM open_frames WHERE device_id = 'door'");
    expect((await accounting()).totals.unaccounted).toBe(1);
    await api.db.pool.query('UPDATE frame_counts SET frames = frames + 1');
    const { totals, rows } = await accounting();
    expect(rows.map(({ deviceId, unaccounted }: any) => [deviceId, unaccounted]).sort()).toEqual([['door', 1], ['gate', -1]]);
    expect(totals.unaccounted).toBe(2);
  });

  it('finds a count without any frame', async () => {
    await api.db.pool.query("INSERT INTO frame_counts (user_id, device_id, hour, state, frames) VALUES ('anna', 'door', date_trunc('hour', now()), 'alerted', 1)");
    expect((await accounting()).totals).toMatchObject({ accepted: 0, alerted: 1, unaccounted: 1 });
  });

  it('can be asked of a stretch of time', async () => {
    await settled('door');
    const hour = 3_600_000;
    const [now, before] = [new Date().toISOString(), new Date(Date.now() - hour).toISOString()];
    expect((await accounting(`?from=${before}&to=${now}`)).totals.accepted).toBe(1);
    const lastWeek = new Date(Date.now() - 7 * 24 * hour).toISOString();
    expect((await accounting(`?from=${lastWeek}&to=${lastWeek}`)).totals.accepted).toBe(0);
    expect((await api.get('/v1/ops/accounting?from=x')).json.code).toBe('captured_at_malformed');
    expect((await accounting('?to=0001-01-01T00:00:00Z')).from).toBe('0001-01-01T00:00:00.000000Z');
  });

  it('holds at every moment while frames come and settle', async () => {
    const settling = createSettlingLedger(api.db.pool);
    let busy = true;
    const working = (async () => {
      for (let n = 0; n < 15; n += 1) {
        await accepted(n % 2 ? 'door' : 'gate');
        const { batchId } = await claim(api.db.pool);
        await settling.settle({ batchId, exceptions: [] });
      }
      busy = false;
    })();
    while (busy) expect((await accounting()).totals.unaccounted).toBe(0);
    await working;
    expect((await accounting()).totals).toMatchObject({ accepted: 15, no_match: 15, unaccounted: 0 });
  });
});

describe('failed frames', () => {
  it('are listed the latest first, in pages, with stage and reason', async () => {
    const ids = [];
    for (let n = 0; n < 3; n += 1) ids.unshift(await settled('door', FAILED));
    await settled('door');
    const first = (await api.get('/v1/ops/failed?limit=2')).json;
    const second = (await api.get(`/v1/ops/failed?limit=2&cursor=${first.next}`)).json;
    expect([...first.frames, ...second.frames].map(({ frameId }) => frameId)).toEqual(ids);
    expect(first.frames[0]).toMatchObject({ state: 'failed', stage: 'detect', reason: 'detector_output_invalid', runs: 1, detail: null });
    expect(second.next).toBeNull();
  });
});

describe('replay', () => {
  const replay = async (body: object) => (await api.call({ method: 'POST', url: '/v1/ops/replay', payload: body }));

  it('puts failed frames back to wait, and the books still balance', async () => {
    const ids = [await settled('door', FAILED), await settled('gate', FAILED)];
    await settled('door');
    const { json } = await replay({ state: 'failed' });
    expect(json.replayed).toBe(2);
    expect(json.frameIds.sort()).toEqual(ids.sort());
    expect((await api.get('/v1/ops/failed')).json.frames).toEqual([]);
    expect((await api.get(`/v1/frames/${ids[0]}`)).json).toMatchObject({ state: 'accepted', runs: 2 });
    expect((await accounting()).totals).toMatchObject({ accepted: 3, open: 2, failed: 0, no_match: 1, unaccounted: 0 });
  });

  it('takes single frames, and leaves those alone that are unknown or on their way', async () => {
    const done = await settled('door');
    const waiting = await accepted('gate');
    const { json } = await replay({ frameIds: [done, waiting, '01a1fd50-bf90-7a65-98b6-7f2402f97040'] });
    expect(json).toEqual({ replayed: 1, frameIds: [done], refused: [] });
  });

  it('of one state comes in portions', async () => {
    for (let n = 0; n < 3; n += 1) await settled('door', FAILED);
    expect((await replay({ state: 'failed', limit: 2 })).json.replayed).toBe(2);
    expect((await replay({ state: 'failed', limit: 2 })).json.replayed).toBe(1);
  });

  it.each([{}, { state: 'failed', frameIds: ['01a1fd50-bf90-7a65-98b6-7f2402f97040'] }, { frameIds: [] }, { frameIds: ['x'] }, { state: 'accepted' }, { state: 'failed', limit: 0 }])(
    'refuses %j', async (body) => {
      expect((await replay(body)).status).toBe(400);
    });
});

describe('the status of the plant', () => {
  it('says what is on its way, who is at work and with which detector', async () => {
    await accepted('door');
    await accepted('gate');
    await claim(api.db.pool);
    const detector = { name: 'coco-ssd', version: '1', sha256: 'a'.repeat(64), runtime: 'tfjs-wasm', calibration: 'none', fallback: 'YOLOX-Nano could not be had.', labels: ['person'] };
    for (const workerId of ['w1', 'w2']) await signOfLife(api.db.pool, { workerId, stages: ['detect'], detector, load: null });
    await signOfLife(api.db.pool, { workerId: 'w3', stages: ['record'], detector: null, load: null });
    await api.db.pool.query("UPDATE workers SET seen_at = now() - interval '1 minute' WHERE worker_id = 'w2'");
    const { json } = await api.get('/v1/ops/status');
    expect(json).toMatchObject({ waitingFrames: 1, framesInFlight: 1, openBatches: 1, failedFrames: 0, openIncidents: 0, undeliveredMessages: 0, detectors: [detector] });
    expect(json.workers.map(({ workerId, detector: name }: any) => [workerId, name])).toEqual([['w1', 'coco-ssd'], ['w3', null]]);
    expect(json.frameStore.usedBytes).toBeGreaterThan(0);
    expect(json.oldestWaitingSince).toMatch(/Z$/);
  });
});
