/** Damage of every kind, from a fixed seed: whatever the bytes are, the answer is a picture or a named refusal. `npm run fuzz` tries many more. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createImageReader } from '../../../adapters/images/image-reader.ts';
import { assetForTest } from '../../support/assets.ts';
import { USUAL_LIMITS } from '../../support/plain-camera.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { answersTo } from '../../fuzz/answers.ts';
import { scene } from './pictures.ts';

const frames = await assetForTest('labelled-frames');
const reader = createImageReader(USUAL_LIMITS);

describe('damaged bytes end in a picture or in a named refusal', () => {
  it.each([
    ['JPEG', 400, () => scene(200, 150).jpeg()],
    ['progressive JPEG', 400, () => scene(200, 150).jpeg({ progressive: true })],
    ['JPEG with metadata', 400, () => scene(200, 150).withExif({ IFD0: { Make: 'camera' } }).withIccProfile('srgb').jpeg({ optimiseCoding: true })],
    // Fewer: the conversion of colours takes ten times as long as all the rest.
    ['CMYK JPEG', 60, () => scene(100, 75).toColourspace('cmyk').jpeg()],
    ['PNG', 400, () => scene(100, 75).png()],
    ['interlaced 16-bit PNG', 400, () => scene(100, 75).toColourspace('rgb16').png({ progressive: true })],
    ['WebP', 400, () => scene(200, 150).webp()],
    ['lossless WebP', 400, () => scene(100, 75).webp({ lossless: true })],
  ])('%s, %i times', { timeout: 120_000 }, async (_, rounds, make) => {
    const answers = await answersTo(reader, await make().toBuffer(), rounds, seededRandom(7));
    // Several kinds of answers, or the mutations would not reach what they are meant to reach.
    expect(answers.size).toBeGreaterThanOrEqual(3);
  });

  it.skipIf(!frames)('a frame of a real camera', { timeout: 240_000 }, async () => {
    const answers = await answersTo(reader, await readFile(join(frames ?? '', 'vtest_0240.jpg')), 2000, seededRandom(11));
    expect(answers.get('accepted')).toBeGreaterThan(0);
    expect(answers.get('image_corrupt')).toBeGreaterThan(0);
    expect(answers.get('image_truncated')).toBeGreaterThan(0);
  });
});
