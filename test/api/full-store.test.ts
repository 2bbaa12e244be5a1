/** A store that fills up and is kept going by retention in another process; and bytes that go while their frame is accepted. */
import { readdir, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openDiskFrameStore } from '../../adapters/frame-store/disk.ts';
import { PICTURE_FOLDERS } from '../../adapters/frame-store/paths.ts';
import { createLedger } from '../../adapters/postgres/ledger.ts';
import { createSettlingLedger } from '../../adapters/postgres/outcomes.ts';
import { createReplay } from '../../adapters/postgres/replay.ts';
import { createRetention, readLedgerId } from '../../adapters/postgres/retention.ts';
import { createLog } from '../../workers/log.ts';
import { RetentionSweep } from '../../workers/retention.ts';
import { claim } from '../support/plant-data.ts';
import { freshMoment, jpeg, startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';

const BUDGET = 2_000;
const DAY_S = 86_400;
const HALF_A_MINUTE_MS = 31_000;
const picture = (n: number) => jpeg(`${n}`.padEnd(197, '.'));

let api: ApiUnderTest;
afterEach(async () => {
  vi.useRealTimers();
  await api.close();
});

async function pictures(): Promise<string[]> {
  const folders = await Promise.all(PICTURE_FOLDERS.map(async (folder) => (await readdir(join(api.home, 'frames', folder))).map((name) => join(api.home, 'frames', folder, name))));
  return folders.flat();
}

/** As if everything had settled a day ago. */
async function aDayLater(): Promise<void> {
  await api.db.pool.query("UPDATE frames SET settled_at = settled_at - interval '1 day'");
  for (const path of await pictures()) await utimes(path, Date.now() / 1000 - DAY_S, Date.now() / 1000 - DAY_S);
}

/** A store of its own, as in the dispatcher's process. */
async function sweep(): Promise<void> {
  const store = await openDiskFrameStore({ home: api.home });
  const ledgerId = await readLedgerId(api.db.pool);
  await store.adopt(ledgerId);
  const settings = { rawPictureHours: 1_000, pictureDays: 30, resultDays: 90, frameStoreBytes: BUDGET, frameStoreFreeBytes: 0 };
  await new RetentionSweep({ store, ledgerId, settings, retention: createRetention(api.db.pool, store.remove), log: createLog('test', 'silent') }).turn();
}

async function settleAll(): Promise<void> {
  const { rows } = await api.db.pool.query('SELECT 1 FROM open_frames');
  for (let n = 0; n < rows.length; n += 1) await createSettlingLedger(api.db.pool).settle({ batchId: (await claim(api.db.pool)).batchId, exceptions: [] });
}

describe('a store that is full', () => {
  it('has frames answered 503 while all of it is needed, and 202 by itself once there is room', async () => {
    api = await startApiUnderTest({ limits: { maxBytes: BUDGET, minFreeBytes: 0 } });
    await api.accounts();
    for (let n = 0; n < 10; n += 1) expect((await api.push('door', freshMoment(), picture(n))).status).toBe(202);
    const next = () => api.push('door', freshMoment(), picture(10));
    const refused = await next();
    expect([refused.status, refused.json.code, refused.headers['retry-after']]).toEqual([503, 'collector_full', '10']);

    vi.useFakeTimers({ toFake: ['Date'] });
    await aDayLater();
    await sweep();
    vi.setSystemTime(Date.now() + HALF_A_MINUTE_MS);
    await next();
    expect((await next()).status).toBe(503);
    expect(await pictures()).toHaveLength(10);

    await settleAll();
    await aDayLater();
    await sweep();
    vi.setSystemTime(Date.now() + HALF_A_MINUTE_MS);
    await vi.waitFor(async () => expect((await next()).status).toBe(202), { timeout: 20_000, interval: 10 });
  });

  it('shows in the figures: what it may hold, and what went to make room', async () => {
    api = await startApiUnderTest({ limits: { maxBytes: BUDGET, minFreeBytes: 0 }, settings: { frameStoreBytes: BUDGET } });
    await api.accounts();
    for (let n = 0; n < 10; n += 1) await api.push('door', freshMoment(), picture(n));
    await settleAll();
    await aDayLater();
    await sweep();
    const { body } = await api.app.inject('/metrics');
    for (const line of [`watchpost_frame_store_budget_bytes ${BUDGET}`, 'watchpost_frame_store_files_removed{cause="budget"} 10',
      'watchpost_frame_store_bytes_removed{cause="budget"} 2000', 'watchpost_frame_store_files_removed{cause="orphan"} 0']) expect(body).toContain(`${line}\n`);
  });
});

describe('a frame whose picture went', () => {
  it('has no image, is refused a replay by name, and stays as it is', async () => {
    api = await startApiUnderTest();
    await api.accounts();
    const { json: { frameId } } = await api.push('door', freshMoment(), picture(1));
    await settleAll();
    for (const path of await pictures()) await rm(path);
    const image = await api.get(`/v1/frames/${frameId}/image`);
    expect([image.status, image.json.code]).toEqual([404, 'image_gone']);
    const { json } = await api.call({ method: 'POST', url: '/v1/ops/replay', payload: { frameIds: [frameId] } });
    expect(json).toEqual({ replayed: 0, frameIds: [], refused: [{ frameId, code: 'image_gone' }] });
    expect((await api.get(`/v1/frames/${frameId}`)).json).toMatchObject({ state: 'no_match', runs: 1 });
  });

  it('does not stand in the way of others when a whole state is replayed', async () => {
    api = await startApiUnderTest();
    await api.accounts();
    const frameIds = [];
    for (let n = 0; n < 4; n += 1) frameIds.push((await api.push('door', freshMoment(), picture(n))).json.frameId);
    await settleAll();
    const retention = createRetention(api.db.pool, async () => ({ files: 0, bytes: 0 }));
    await retention.noteSettled();
    await api.db.pool.query('DELETE FROM kept_pictures WHERE frame_id = ANY($1)', [frameIds.slice(0, 2)]);
    const replayed = await createReplay(api.db.pool, api.deps.frameStore)({ state: 'no_match', limit: 1 });
    expect(replayed).toEqual({ frameIds: [frameIds[2]], goneFrameIds: [] });
  });
});

describe('bytes that go while their frame is accepted', () => {
  it('cost the frame its receipt, and come again with it', async () => {
    let steal = true;
    api = await startApiUnderTest({
      deps: {
        // As a sweep would, had this process stood still since the put.
        async acceptFrames(frames) {
          const answers = await createLedger(api.db.pool).acceptFrames(frames);
          if (steal) for (const path of await pictures()) await rm(path);
          return answers;
        },
      },
    });
    await api.accounts();
    const at = freshMoment();
    const refused = await api.push('door', at, picture(1));
    expect([refused.status, refused.json.code, refused.headers['retry-after']]).toEqual([503, 'outcome_unknown', '1']);
    steal = false;
    const again = await api.push('door', at, picture(1));
    expect(again.status).toBe(200);
    expect(await pictures()).toHaveLength(1);
  });
});
