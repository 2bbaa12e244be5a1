import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createReplay } from '../../adapters/postgres/replay.ts';
import { sharp } from '../../adapters/images/sharp.ts';
import type { Polygon } from '../../contracts/device.ts';
import { plusMs } from '../../contracts/time.ts';
import { scene } from '../adapters/images/pictures.ts';
import { NOON, rowOf, seedUser } from '../support/plant-data.ts';
import { validateUnderTest } from './validate-under-test.ts';
import type { ValidateUnderTest } from './validate-under-test.ts';

let plant: ValidateUnderTest;
beforeAll(async () => { plant = await validateUnderTest(); });
afterAll(() => plant.close());

let test = 0;
let user = '';
let device = '';
beforeEach(async () => {
  test += 1;
  [user, device] = [`user-${test}`, `cam-${test}`];
  await seedUser(plant.db.pool, user, [device]);
});

const describeDevice = (deviceClass: string, areas: readonly Polygon[] = []) =>
  plant.db.pool.query('UPDATE devices SET class = $2, privacy_areas = $3 WHERE device_id = $1', [device, deviceClass, JSON.stringify(areas)]);

const LEFT: Polygon = [[0, 0], [0.5, 0], [0.5, 1], [0, 1]];
const RIGHT: Polygon = [[0.5, 0], [1, 0], [1, 1], [0.5, 1]];

interface Kept {
  readonly raw: string;
  readonly standard: string | null;
}
const kept = (frameId: string): Promise<Kept> =>
  rowOf<Kept>(plant.db.pool, "SELECT encode(sha256, 'hex') AS raw, encode(standard_sha256, 'hex') AS standard FROM frames WHERE frame_id = $1", [frameId]);

/** Levels of red in the middle of the left and of the right half of the standardised frame. */
async function halves(frameId: string): Promise<{ left: number; right: number }> {
  const { standard } = await kept(frameId);
  const { data, info } = await sharp(await plant.store.get(standard!)).raw().toBuffer({ resolveWithObject: true });
  const at = (share: number): number => data[(Math.floor(info.height / 2) * info.width + Math.floor(info.width * share)) * 3]!;
  return { left: at(0.25), right: at(0.75) };
}
const PAINTED = 20;

describe('validate', () => {
  it('keeps what came as the standardised frame where nothing has to be painted', async () => {
    const frameId = await plant.accept(user, device, NOON, await scene(320, 240).jpeg().toBuffer());
    const batch = await plant.claimed();
    expect(await plant.validate(batch)).toEqual({ exceptions: [], owners: [{ position: 0, userId: user, timeZone: 'Europe/Berlin' }] });
    const { raw, standard } = await kept(frameId);
    expect(standard).toBe(raw);
    await plant.settle(batch, { exceptions: [], owners: [] });
  });

  it('paints the privacy areas of each device, and of no other in its batch', async () => {
    await seedUser(plant.db.pool, `${user}-b`, [`${device}-b`]);
    await describeDevice('camera', [LEFT]);
    const bytes = await scene(320, 240).jpeg().toBuffer();
    const covered = await plant.accept(user, device, NOON, bytes);
    const open = await plant.accept(`${user}-b`, `${device}-b`, NOON, bytes);
    const batch = await plant.claimed();
    const result = await plant.validate(batch);
    expect(result.exceptions).toEqual([]);
    const { left, right } = await halves(covered);
    expect(left).toBeLessThan(PAINTED);
    expect(right).toBeGreaterThan(PAINTED);
    expect((await halves(open)).left).toBeGreaterThan(PAINTED);
    expect((await kept(open)).standard).toBe((await kept(covered)).raw);
    await plant.settle(batch, result);
  });

  it('paints in a replay the areas that the device has by then, from the bytes as received', async () => {
    await describeDevice('camera', [LEFT]);
    const frameId = await plant.accept(user, device, NOON, await scene(320, 240).jpeg().toBuffer());
    const batch = await plant.claimed();
    await plant.settle(batch, await plant.validate(batch));
    await describeDevice('camera', [RIGHT]);
    await createReplay(plant.db.pool, plant.store)({ frameIds: [frameId] });
    const again = await plant.claimed();
    await plant.settle(again, await plant.validate(again));
    const { left, right } = await halves(frameId);
    expect([left > PAINTED, right < PAINTED]).toEqual([true, true]);
  });

  it('holds each frame to the limits of the class of its device', async () => {
    const small = await scene(40, 30).jpeg().toBuffer();
    for (const [position, deviceClass] of ['thermal', 'camera'].entries()) {
      await describeDevice(deviceClass);
      await plant.accept(user, device, plusMs(NOON, position * 1000), small);
      const batch = await plant.claimed();
      const result = await plant.validate(batch);
      expect(result.exceptions.map(({ code }) => code)).toEqual(deviceClass === 'thermal' ? [] : ['image_too_small']);
      await plant.settle(batch, result);
    }
  });
});
