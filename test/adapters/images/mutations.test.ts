/** Damage of every kind, from a fixed seed: whatever the bytes are, the answer is a picture or a named refusal. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createImageReader } from '../../../adapters/images/image-reader.ts';
import { sharp } from '../../../adapters/images/sharp.ts';
import { FAILURES, Failure } from '../../../contracts/failures.ts';
import { assetForTest } from '../../support/assets.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { scene } from './pictures.ts';

const frames = await assetForTest('labelled-frames');
const reader = createImageReader();

const whole = (random: () => number, below: number) => Math.floor(random() * below);

type Mutation = (bytes: Buffer, random: () => number) => Buffer;

const MUTATIONS: readonly Mutation[] = [
  function flipsOneBit(bytes, random) {
    const at = whole(random, bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << whole(random, 8));
    return bytes;
  },
  function overwritesSomeBytes(bytes, random) {
    for (let i = whole(random, 20); i >= 0; i -= 1) bytes[whole(random, bytes.length)] = whole(random, 256);
    return bytes;
  },
  function damagesTheHeader(bytes, random) {
    for (let i = whole(random, 4); i >= 0; i -= 1) bytes[whole(random, Math.min(700, bytes.length))] = whole(random, 256);
    return bytes;
  },
  function cutsTheEnd(bytes, random) {
    return bytes.subarray(0, whole(random, bytes.length));
  },
  function dropsAPiece(bytes, random) {
    const from = whole(random, bytes.length);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + whole(random, 2000))]);
  },
  function insertsNoise(bytes, random) {
    const at = whole(random, bytes.length);
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(Array.from({ length: whole(random, 300) }, () => whole(random, 256))), bytes.subarray(at)]);
  },
  function repeatsAPiece(bytes, random) {
    const from = whole(random, bytes.length);
    const to = from + whole(random, bytes.length - from);
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  },
  function blanksAPiece(bytes, random) {
    const from = whole(random, bytes.length);
    return bytes.fill(random() < 0.5 ? 0 : 0xff, from, Math.min(bytes.length, from + whole(random, 3000)));
  },
];

async function answerTo(bytes: Buffer): Promise<string> {
  try {
    const { jpeg, standardisedWidth, standardisedHeight } = await reader.standardise(bytes);
    const { info } = await sharp(jpeg, { failOn: 'warning' }).raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: standardisedWidth, height: standardisedHeight, channels: 3 });
    return 'accepted';
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    expect(FAILURES[error.code].kind, error.message).toBe('refused');
    return error.code;
  }
}

/** Mutated one to three times each; answered four at a time, as many as libuv has threads. */
async function answersTo(original: Buffer, rounds: number, seed: number): Promise<Map<string, number>> {
  const random = seededRandom(seed);
  const counts = new Map<string, number>();
  for (let round = 0; round < rounds; round += 4) {
    const mutants = Array.from({ length: 4 }, () => {
      let bytes = Buffer.from(original);
      for (let times = whole(random, 3); times >= 0 && bytes.length > 0; times -= 1) bytes = (MUTATIONS[whole(random, MUTATIONS.length)] as Mutation)(bytes, random) as Buffer<ArrayBuffer>;
      return bytes;
    });
    for (const answer of await Promise.all(mutants.map(answerTo))) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  }
  return counts;
}

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
    const answers = await answersTo(await make().toBuffer(), rounds, 7);
    // Several kinds of answers, or the mutations would not reach what they are meant to reach.
    expect(answers.size).toBeGreaterThanOrEqual(3);
  });

  it.skipIf(!frames)('a frame of a real camera', { timeout: 240_000 }, async () => {
    const answers = await answersTo(await readFile(join(frames ?? '', 'vtest_0240.jpg')), 2000, 11);
    expect(answers.get('accepted')).toBeGreaterThan(0);
    expect(answers.get('image_corrupt')).toBeGreaterThan(0);
    expect(answers.get('image_truncated')).toBeGreaterThan(0);
  });
});
