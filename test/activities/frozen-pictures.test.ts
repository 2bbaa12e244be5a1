/** Frozen pictures at the level of the activity: real bytes, and the rhythm of each device in its row. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ValidatePorts, ValidationLedger } from '../../activities/validate.ts';
import { sharp } from '../../adapters/images/sharp.ts';
import { createBatches } from '../../adapters/postgres/batches.ts';
import type { ClaimedBatch } from '../../adapters/postgres/batches.ts';
import { removeDevice } from '../../adapters/postgres/devices.ts';
import { readRhythms } from '../../adapters/postgres/picture-rhythms.ts';
import { createReplay } from '../../adapters/postgres/replay.ts';
import { Failure } from '../../contracts/failures.ts';
import { plusMs } from '../../contracts/time.ts';
import type { Instant } from '../../contracts/time.ts';
import { patch, scene } from '../adapters/images/pictures.ts';
import { NOON, rowOf, seedUser } from '../support/plant-data.ts';
import { seededRandom } from '../support/seeded-random.ts';
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

const at = (seconds: number): Instant => plusMs(NOON, seconds * 1000);
/** Seconds; half of the limit of a camera. */
const STEP = 300;

/** One scene under a clock that goes on; another scene for another number. */
const shown = async (number: number, clock: number): Promise<Buffer> =>
  scene(320, 240, number).composite([await patch(8 + (clock % 30) * 8, 4, 40, 14, '#fff')]).jpeg({ quality: 85 }).toBuffer();

const accept = async (seconds: number, number: number, from = { user, device }): Promise<string> =>
  plant.accept(from.user, from.device, at(seconds), await shown(number, Math.floor(seconds / STEP)));

/** Frames of these scenes, `STEP` seconds apart, in one batch. */
async function batchOf(firstSecond: number, scenes: readonly number[]): Promise<ClaimedBatch> {
  for (const [index, number] of scenes.entries()) await accept(firstSecond + index * STEP, number);
  return plant.claimed();
}

/** Positions that are refused as frozen; any other exception fails the test. */
async function frozen(batch: ClaimedBatch, ports: Partial<ValidatePorts> = {}): Promise<number[]> {
  const { exceptions } = await plant.validate(batch, ports);
  expect(exceptions).toEqual(exceptions.map(({ position }) => ({ position, outcome: 'refused', code: 'image_frozen' })));
  return exceptions.map(({ position }) => position);
}

/** Validates and settles. */
async function through(batch: ClaimedBatch): Promise<number[]> {
  const positions = await frozen(batch);
  await plant.settle(batch, { owners: [], exceptions: positions.map((position) => ({ position, outcome: 'refused', code: 'image_frozen' })) });
  return positions;
}

const rhythm = async (of = device) => (await readRhythms(plant.db.pool, [of])).get(of);
/** The fifth frame is the first that comes after enough others and too late. */
const HUNG = [1, 1, 1, 1, 1, 1];

describe('a camera that hangs', () => {
  it('is refused from the frame on with which its picture has stayed too long, with since when and in how many frames', async () => {
    expect(await through(await batchOf(0, HUNG))).toEqual([4, 5]);
    const { rows } = await plant.db.pool.query('SELECT reason, detail FROM invalid_frames WHERE device_id = $1 ORDER BY captured_at', [device]);
    expect(rows).toEqual([[5, 1200], [6, 1500]].map(([frames, seconds]) => ({
      reason: 'image_frozen', detail: `the same picture in ${frames} frames since ${at(0)}, for ${seconds} s; the limit of the device is 600 s`,
    })));
    const ends = await plant.db.pool.query('SELECT state, reason, standard_sha256 IS NOT NULL AS standardised FROM frames WHERE device_id = $1 ORDER BY captured_at', [device]);
    expect(ends.rows).toEqual(HUNG.map((_, index) => (index < 4
      ? { state: 'no_match', reason: null, standardised: true } : { state: 'rejected', reason: 'image_frozen', standardised: false })));
  });

  it('is refused over several batches, and fine at once when its picture changes', async () => {
    for (let batch = 0; batch < 4; batch += 1) expect(await through(await batchOf(batch * STEP, [1]))).toEqual([]);
    expect(await through(await batchOf(4 * STEP, [1, 1, 2, 1]))).toEqual([0, 1]);
    expect(await rhythm()).toMatchObject({ frames: 1, since: at(7 * STEP) });
  });

  it('is refused also when it sends the very same bytes', async () => {
    const bytes = await shown(1, 0);
    for (let index = 0; index < 6; index += 1) await plant.accept(user, device, at(index * STEP), bytes);
    expect(await through(await plant.claimed())).toEqual([4, 5]);
  });

  it('is given the time of its class', async () => {
    await plant.db.pool.query("UPDATE devices SET class = 'thermal' WHERE device_id = $1", [device]);
    expect(await through(await batchOf(0, HUNG))).toEqual([]);
    expect(await through(await batchOf(3600, [1, 1]))).toEqual([1]);
  });

  it('has its neighbours in the batch judged by rhythms of their own', async () => {
    const other = { user: `${user}-b`, device: `${device}-b` };
    await seedUser(plant.db.pool, other.user, [other.device]);
    for (let index = 0; index < 6; index += 1) {
      await accept(index * STEP, 1);
      await accept(index * STEP, 10 + index, other);
    }
    const batch = await plant.claimed();
    const held = await plant.ports.ledger.load(batch.batchId, batch.frames.map((_, position) => position), 'validate');
    const refused = await through(batch);
    expect(refused.map((position) => [held[position]?.deviceId, held[position]?.capturedAt])).toEqual([[device, at(4 * STEP)], [device, at(5 * STEP)]]);
    expect([await rhythm(), await rhythm(other.device)]).toMatchObject([{ frames: 6, since: at(0) }, { frames: 1, since: at(5 * STEP) }]);
  });

  it('does not hide a frame that is no picture, and goes on behind it', async () => {
    for (let index = 0; index < 3; index += 1) await accept(index * STEP, 1);
    await plant.accept(user, device, at(3 * STEP), Buffer.from('<html>log in</html>'));
    for (let index = 4; index < 6; index += 1) await accept(index * STEP, 1);
    const batch = await plant.claimed();
    const result = await plant.validate(batch);
    expect(result.exceptions.map(({ position, code }) => [position, code])).toEqual([[3, 'format_unsupported'], [5, 'image_frozen']]);
    await plant.settle(batch, result);
  });
});

describe('a camera that looks at a scene in which nothing moves', () => {
  it('is never refused: its noise changes every picture', async () => {
    const random = seededRandom(3);
    const { data, info } = await scene(320, 240, 1).raw().toBuffer({ resolveWithObject: true });
    for (let index = 0; index < 12; index += 1) {
      // A sigma of one level, which is little for a sensor.
      const noisy = Buffer.from(data.map((level) => level + Math.round((random() + random() + random() - 1.5) * 2)));
      await plant.accept(user, device, at(index * STEP), await sharp(noisy, { raw: { width: info.width, height: info.height, channels: 3 } }).jpeg({ quality: 85 }).toBuffer());
    }
    expect(await through(await plant.claimed())).toEqual([]);
    expect(await rhythm()).toMatchObject({ frames: 1, lastCapturedAt: at(11 * STEP) });
  });
});

describe('the rhythm of a device', () => {
  it('moves once, however often a try is repeated', async () => {
    const batch = await batchOf(0, HUNG);
    expect(await frozen(batch)).toEqual([4, 5]);
    const moved = await rhythm();
    for (let n = 0; n < 3; n += 1) expect(await frozen(batch)).toEqual([4, 5]);
    expect(await rhythm()).toEqual(moved);
    await plant.settle(batch, { exceptions: [], owners: [] });
  });

  it('is kept or lost together with the outcomes', async () => {
    const batch = await batchOf(0, HUNG);
    const { ledger } = plant.ports;
    const away: ValidationLedger = { ...ledger, saveValidations: () => Promise.reject(new Failure('database_unavailable', 'away')) };
    await expect(frozen(batch, { ledger: away })).rejects.toMatchObject({ type: 'database_unavailable' });
    expect(await rhythm()).toBeUndefined();
    expect(await through(batch)).toEqual([4, 5]);
  });

  it('that has moved since it was read is read again, and nothing is written before', async () => {
    expect(await through(await batchOf(0, [1, 1]))).toEqual([]);
    const batch = await batchOf(2 * STEP, [1, 1, 1, 1]);
    const { ledger } = plant.ports;
    const overtaken: ValidationLedger = {
      ...ledger,
      async rhythms(deviceIds) {
        const read = await ledger.rhythms(deviceIds);
        await plant.db.pool.query("UPDATE picture_rhythms SET last_captured_at = last_captured_at + interval '1 second' WHERE device_id = $1", [device]);
        return read;
      },
    };
    await expect(frozen(batch, { ledger: overtaken })).rejects.toMatchObject({ type: 'lane_conflict', nonRetryable: false });
    expect(await rowOf(plant.db.pool, 'SELECT count(*) AS results FROM stage_results WHERE batch_id = $1', [batch.batchId])).toEqual({ results: 0 });
    expect(await through(batch)).toEqual([2, 3]);
  });

  it('does not move again for the frames of a batch that was lost, which are not judged by it again either', async () => {
    const lost = await batchOf(0, HUNG);
    expect(await frozen(lost)).toEqual([4, 5]);
    const moved = await rhythm();
    await createBatches(plant.db.pool).giveBack(lost.batchId, 'lost');
    expect(await through(await plant.claimed())).toEqual([]);
    expect(await rhythm()).toEqual(moved);
    expect(await through(await batchOf(6 * STEP, [1]))).toEqual([0]);
  });

  it('is not moved by a frame that comes late, and does not judge it', async () => {
    await through(await batchOf(0, HUNG));
    const moved = await rhythm();
    expect(await through(await batchOf(STEP + 1, [1, 2, 1]))).toEqual([]);
    expect(await rhythm()).toEqual(moved);
  });

  it('is not moved by a replay, and does not judge it', async () => {
    const batch = await batchOf(0, HUNG);
    await through(batch);
    const moved = await rhythm();
    await createReplay(plant.db.pool, plant.store)({ frameIds: batch.frames.map(({ frameId }) => frameId) });
    const again = await plant.claimed();
    expect(again.frames).toHaveLength(HUNG.length);
    expect(await through(again)).toEqual([]);
    expect(await rhythm()).toEqual(moved);
  });

  it('is forgotten with its device', async () => {
    await through(await batchOf(0, [1]));
    expect(await rhythm()).toBeDefined();
    await removeDevice(plant.db.pool, device, 'test');
    expect(await rhythm()).toBeUndefined();
  });
});
