/** A plant with two dispatchers keeps its store within the budgets of age, through real frames and the death of one of the two. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { instantFromDate, plusMs } from '../../contracts/time.ts';
import { ONE_BOX, workerPlan } from '../../workers/plant.ts';
import { courtyardFrames } from '../support/footage.ts';
import { DAY_MS, HOUR_MS, passTime } from '../support/frame-lives.ts';
import { createClient } from '../../client/client.ts';
import { putAccount, removeHome, startTestPlant, until } from '../support/plant.ts';
import type { TestPlant } from '../support/plant.ts';

const pictures = await courtyardFrames(4);
const FRAMES = 4;

describe.skipIf(!pictures)('retention of a plant', () => {
  let plant: TestPlant;
  beforeAll(async () => {
    plant = await startTestPlant({ workers: [...ONE_BOX, workerPlan('second', ['dispatch'])] });
    await putAccount(plant, 'ann', ['gate'], { 200: 'RuleID: 200 | Unsafe Class: Zebra | ALL with probability>50%' });
  }, 180_000);
  afterAll(async () => {
    await plant?.stop();
    await removeHome(plant.home);
  }, 180_000);

  const stored = async (): Promise<number> =>
    (await readdir(join(plant.home, 'frames'), { recursive: true })).filter((name) => /^..\/[0-9a-f]{64}$/.test(name)).length;

  it('removes raw pictures, then pictures, when they are of age, also after a dispatcher died', async () => {
    const client = createClient({ baseUrl: plant.plant.baseUrl, key: plant.plant.adminKey });
    const start = instantFromDate(new Date(Date.now() - 600_000));
    const frameIds = [];
    for (const [n, bytes] of pictures!.entries()) {
      frameIds.push((await client.pushFrame({ deviceId: 'gate', capturedAt: plusMs(start, n * 1_000), bytes, mediaType: 'image/jpeg' })).frameId);
    }
    await until('all frames to settle', async () => (await client.frames()).frames.every(({ state }) => state === 'no_match'));
    const all = await stored();
    expect(all).toBeGreaterThanOrEqual(FRAMES);

    await passTime(plant.pool, plant.home, 25 * HOUR_MS);
    // Where validate keeps the bytes as they came, there is nothing but pictures.
    const { rows: [own] } = await plant.pool.query('SELECT count(*) AS raw FROM frames WHERE sha256 <> standard_sha256');
    await until('the raw pictures to go', async () => await stored() === all - own.raw);
    expect((await client.frameImage(frameIds[0]!)).mediaType).toBe('image/jpeg');
    if (own.raw === FRAMES) expect(await client.replay({ frameIds })).toMatchObject({ replayed: 0, refused: frameIds.map((frameId) => ({ frameId, code: 'image_gone' })) });

    process.kill(plant.plant.children.get('second')!.pid!, 'SIGKILL');
    await passTime(plant.pool, plant.home, 100 * DAY_MS);
    await until('the pictures to go', async () => await stored() === 0);
    await expect(client.frameImage(frameIds[0]!)).rejects.toMatchObject({ code: 'image_gone' });
    expect(await client.accounting()).toMatchObject({ totals: { accepted: FRAMES, no_match: FRAMES, unaccounted: 0 } });
    await client.close();

    for (const name of ['flow', 'second', 'api']) {
      expect(await readFile(join(plant.home, 'log', `${name}.log`), 'utf8')).not.toMatch(/"work":"retention"|frame store in this home|NEARLY FULL/);
    }
  }, 300_000);
});
