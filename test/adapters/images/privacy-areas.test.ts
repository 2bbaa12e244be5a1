/** Privacy areas in whole pictures: whatever comes in, and however it lies in its file, what is kept does not show them. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeHere } from '../../../adapters/images/model-input.ts';
import { openPictureReader } from '../../../adapters/images/picture-reader.ts';
import type { PictureReader } from '../../../adapters/images/picture-reader.ts';
import { sharp } from '../../../adapters/images/sharp.ts';
import type { Polygon } from '../../../contracts/device.ts';
import { assetForTest } from '../../support/assets.ts';
import { PLAIN_CAMERA, USUAL_LIMITS, readerOf } from '../../support/plain-camera.ts';
import { flat, patch, scene } from './pictures.ts';

const frames = await assetForTest('labelled-frames');
const courtyard = (): Promise<Buffer> => readFile(join(frames ?? '', 'vtest_0240.jpg'));

/** A quarter of the view, left of the middle: in shares of width and height. */
const QUARTER: Polygon = [[0.25, 0.25], [0.5, 0.25], [0.5, 0.75], [0.25, 0.75]];
/** Blocks of chroma are 16 pixels wide: so far a JPEG mixes what lies on both sides of an edge. */
const BLOCK = 16;

interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const levelsIn = (jpeg: Uint8Array, region: Region): Promise<Buffer> => sharp(jpeg).extract(region).raw().toBuffer();

/** Inside of `QUARTER`, clear of its edge. */
const insideOf = (width: number, height: number): Region => ({
  left: Math.ceil(width * 0.25) + BLOCK, top: Math.ceil(height * 0.25) + BLOCK, width: Math.floor(width * 0.25) - 2 * BLOCK, height: Math.floor(height * 0.5) - 2 * BLOCK,
});

async function expectPainted(jpeg: Uint8Array, width: number, height: number): Promise<void> {
  const levels = await levelsIn(jpeg, insideOf(width, height));
  expect(levels.length).toBeGreaterThan(1000);
  for (const level of levels) if (level < 14 || level > 18) throw new Error(`a level of ${level} shows through`);
}

/** Mean difference of two pictures of one size, in levels, in a region. */
async function difference(a: Uint8Array, b: Uint8Array, region: Region): Promise<number> {
  const [left, right] = [await levelsIn(a, region), await levelsIn(b, region)];
  return left.reduce((sum, level, index) => sum + Math.abs(level - right[index]!), 0) / left.length;
}

const painting = readerOf({ privacyAreas: [QUARTER] });

describe.skipIf(!frames)('a frame of a camera with a privacy area', () => {
  it('is flat inside of it and as it was outside', async () => {
    const bytes = await courtyard();
    const { jpeg, pixels, width, height, warnings } = await painting.standardise(bytes);
    expect({ width, height, warnings }).toEqual({ width: 768, height: 576, warnings: [] });
    await expectPainted(jpeg, 768, 576);
    for (const region of [
      { left: 0, top: 0, width: 768, height: 144 - BLOCK }, { left: 0, top: 432 + BLOCK, width: 768, height: 144 - BLOCK },
      { left: 0, top: 0, width: 192 - BLOCK, height: 576 }, { left: 384 + BLOCK, top: 0, width: 384 - BLOCK, height: 576 },
    ]) expect(await difference(jpeg, bytes, region)).toBeLessThan(3);
    // Not what came: that would have been kept byte for byte.
    expect((await readerOf().standardise(bytes)).jpeg.equals(bytes)).toBe(true);
    expect(jpeg.equals(bytes)).toBe(false);
    // And nobody may be handed pixels that are not those of the stored frame.
    expect(pixels).toBeNull();
  });

  it('is painted where it is seen, however it lies in its file', async () => {
    const upright = await courtyard();
    for (const [orientation, turn] of [[3, 180], [6, 270], [8, 90]] as const) {
      const lying = await sharp(upright).rotate(turn).withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer();
      const { jpeg, width, height } = await painting.standardise(lying);
      expect({ orientation, width, height }).toEqual({ orientation, width: 768, height: 576 });
      await expectPainted(jpeg, 768, 576);
      expect(await difference(jpeg, upright, { left: 384 + BLOCK, top: 0, width: 384 - BLOCK, height: 576 })).toBeLessThan(4);
    }
  });

  it('is painted also when its end is missing', async () => {
    const { jpeg, warnings } = await painting.standardise((await courtyard()).subarray(0, -2));
    expect(warnings).toHaveLength(1);
    await expectPainted(jpeg, 768, 576);
  });
});

it.each([
  ['a picture larger than the bound', () => scene(3000, 1500).jpeg().toBuffer(), 1920, 960],
  ['a PNG', () => scene(640, 480).png().toBuffer(), 640, 480],
  ['a PNG with transparency', () => scene(640, 480).ensureAlpha(0.7).png().toBuffer(), 640, 480],
  ['a WebP', () => scene(640, 480).webp().toBuffer(), 640, 480],
  ['a progressive JPEG', () => scene(640, 480).jpeg({ progressive: true }).toBuffer(), 640, 480],
  ['a grey JPEG', () => scene(640, 480).greyscale().jpeg().toBuffer(), 640, 480],
])('%s is painted at its size', async (_, make, width, height) => {
  await expectPainted((await painting.standardise(await make())).jpeg, width, height);
});

describe('whether a picture shows anything', () => {
  const half: Polygon = [[0, 0], [0.5, 0], [0.5, 1], [0, 1]];
  const reader = readerOf({ privacyAreas: [half] });

  it('is asked of what the camera saw: paint gives a dead sensor no contrast', async () => {
    for (const colour of ['#000', '#fff', '#5a6b7c']) {
      const dead = await flat(640, 480, colour).jpeg().toBuffer();
      await expect(reader.standardise(dead)).rejects.toThrow(expect.objectContaining({ code: 'image_void' }));
    }
  });

  it('is not decided by what is painted over: a camera at a plain wall is as good as before', async () => {
    const wall = await flat(640, 480, '#8a8a86').composite([await patch(40, 100, 200, 300, '#223')]).jpeg().toBuffer();
    const { jpeg } = await reader.standardise(wall);
    const [visible = 0] = await levelsIn(jpeg, { left: 480, top: 240, width: 1, height: 1 });
    expect(visible).toBeGreaterThan(120);
  });
});

describe('in the thread of a worker', () => {
  const SIZE = { width: 320, height: 240 };
  let reader: PictureReader;
  beforeAll(async () => { reader = await openPictureReader({ keeps: true, limits: USUAL_LIMITS }); });
  afterAll(() => reader.close());

  it('the detector is given painted pixels, also once the process knows what it wants', async () => {
    const pictureOf = (jpeg: Buffer) => ({ sha256: createHash('sha256').update(jpeg).digest('hex'), jpeg: async () => jpeg });
    const demands = { ...PLAIN_CAMERA, privacyAreas: [QUARTER] };
    for (let seed = 1; seed <= 3; seed += 1) {
      const bytes = await scene(400, 300, seed).jpeg().toBuffer();
      // The same bytes of a device without areas are kept in memory under their own name.
      const { jpeg: open } = await reader.standardise(bytes, PLAIN_CAMERA);
      const { jpeg } = await reader.standardise(bytes, demands);
      const input = Buffer.from(await reader.decodeForModel(pictureOf(jpeg), SIZE));
      expect(input.equals(Buffer.from(await decodeHere(pictureOf(jpeg), SIZE)))).toBe(true);
      const middleOfArea = (120 * SIZE.width + 120) * 3;
      expect(Math.max(...input.subarray(middleOfArea, middleOfArea + 3))).toBeLessThan(20);
      const openInput = Buffer.from(await reader.decodeForModel(pictureOf(open), SIZE));
      expect(Math.max(...openInput.subarray(middleOfArea, middleOfArea + 3))).toBeGreaterThan(60);
    }
  });
});
