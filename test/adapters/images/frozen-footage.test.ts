/** Real footage in which little moves is told from one picture that comes again and again, however it is encoded. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clipFrames } from '../../../adapters/ffmpeg/clip-frames.ts';
import { sharp } from '../../../adapters/images/sharp.ts';
import { parseInstant, plusMs } from '../../../contracts/time.ts';
import { follow } from '../../../policies/picture-rhythm.ts';
import type { PictureRhythm } from '../../../policies/picture-rhythm.ts';
import { assetForTest } from '../../support/assets.ts';
import { USUAL_LIMITS, readerOf } from '../../support/plain-camera.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { patch } from './pictures.ts';

const ffmpeg = await assetForTest('ffmpeg');
const frames = await assetForTest('labelled-frames');
const CLIPS = await Promise.all((['vtest.avi', 'one-by-one-person-detection.mp4', 'brightness-change.avi'] as const).map(async (name) => [name, await assetForTest(name)] as const));
const reader = readerOf();
const NOON = parseInstant('2026-11-21T12:00:00Z');

interface Stretch {
  /** Most frames that were taken for one picture. */
  readonly longest: number;
  /** Which frames were frozen. */
  readonly frozen: number[];
}

/** Follows pictures that come `everySeconds`, as validate does for a plain camera. */
async function followed(pictures: AsyncIterable<Buffer> | Iterable<Buffer>, everySeconds: number): Promise<Stretch> {
  let rhythm: PictureRhythm | null = null;
  let longest = 0;
  let index = 0;
  const frozen: number[] = [];
  for await (const bytes of pictures) {
    const { signature } = await reader.standardise(bytes);
    const step = follow(rhythm, { signature, capturedAt: plusMs(NOON, index * everySeconds * 1000) }, USUAL_LIMITS.camera.frozenSeconds * 1000);
    rhythm = step.rhythm;
    longest = Math.max(longest, rhythm.frames);
    if (step.frozen) frozen.push(index);
    index += 1;
  }
  return { longest, frozen };
}

describe.skipIf(!ffmpeg)('live footage', () => {
  it.each(CLIPS.filter(([, path]) => path !== undefined))('%s, frame by frame, never shows one picture often enough to be judged', { timeout: 240_000 }, async (_, clip) => {
    // So far apart in capture time that any five alike would be refused.
    const { longest, frozen } = await followed(clipFrames({ executable: ffmpeg!, clip: clip!, fps: 10, limit: 700 }), 300);
    expect(longest).toBeLessThan(5);
    expect(frozen).toEqual([]);
  });
});

interface Pixels {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

async function pixelsOf(bytes: Uint8Array): Promise<Pixels> {
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** Under a clock whose digits move with every frame. */
async function encode({ data, width, height }: Pixels, index: number, quality: number): Promise<Buffer> {
  const clock = await patch(16 + (index % 10) * 24, 8, 160, 20, index % 2 ? '#fff' : '#000');
  return sharp(data, { raw: { width, height, channels: 3 } }).composite([clock]).jpeg({ quality }).toBuffer();
}

const FRAMES = 12;
const EVERY_SECONDS = 100;
/** The eighth is the first that comes after more than 600 s. */
const FROZEN = [7, 8, 9, 10, 11];

describe.skipIf(!frames).each(['vtest_0240.jpg', 'onebyone_0000.jpg', 'pbc_0002.jpg'])('one frame of real footage (%s), sent again and again', (name) => {
  const picture = async (): Promise<Pixels> => pixelsOf(await readFile(join(frames!, name)));

  it.each([[[60]], [[80]], [[95]], [[75, 90]], [[70, 80, 88, 95]]])('with its clock going on and in the qualities %j, is frozen', async (qualities) => {
    const still = await picture();
    const sent = await Promise.all(Array.from({ length: FRAMES }, (_, index) => encode(still, index, qualities[index % qualities.length]!)));
    expect(await followed(sent, EVERY_SECONDS)).toEqual({ longest: FRAMES, frozen: FROZEN });
  });

  // 0.3 levels is less than any sensor has; a good one by day has one to two.
  it.each([[0.3, [60]], [0.3, [80]], [0.3, [95]], [0.5, [75, 90]], [1, [70, 80, 88, 95]]])('is not when a live sensor adds a noise of %d levels, in the qualities %j', async (sigma, qualities) => {
    const still = await picture();
    const random = seededRandom(5);
    const sent = await Promise.all(Array.from({ length: FRAMES }, (_, index) => encode({ ...still, data: noisy(still.data, sigma, random) }, index, qualities[index % qualities.length]!)));
    const { longest, frozen } = await followed(sent, EVERY_SECONDS);
    expect(frozen).toEqual([]);
    expect(longest).toBeLessThanOrEqual(qualities.length);
  });
});

it.skipIf(!frames)('both hold for a camera of more pixels than are kept', async () => {
  const bytes = await sharp(await readFile(join(frames!, 'vtest_0240.jpg'))).resize(2560, 1920).png().toBuffer();
  const still = await pixelsOf(bytes);
  const random = seededRandom(6);
  const hung = await Promise.all(Array.from({ length: 8 }, (_, index) => encode(still, index, 85)));
  expect(await followed(hung, EVERY_SECONDS)).toEqual({ longest: 8, frozen: [7] });
  const live = await Promise.all(Array.from({ length: 8 }, (_, index) => encode({ ...still, data: noisy(still.data, 1, random) }, index, 85)));
  expect((await followed(live, EVERY_SECONDS)).longest).toBe(1);
});

/** The same for the three channels of a pixel, as of a sensor by night; nearly of a normal distribution. */
function noisy(data: Buffer, sigma: number, random: () => number): Buffer {
  const noise = Buffer.from(data);
  for (let at = 0; at < noise.length; at += 3) {
    const by = (random() + random() + random() - 1.5) * 2 * sigma;
    for (let channel = at; channel < at + 3; channel += 1) noise[channel] = Math.max(0, Math.min(255, Math.round(noise[channel]! + by)));
  }
  return noise;
}
