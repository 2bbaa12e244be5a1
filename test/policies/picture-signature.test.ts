import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MOST_VIEWS, UNITS_PER_LEVEL, seenAgain } from '../../policies/picture-signature.ts';
import type { PictureSignature } from '../../policies/picture-signature.ts';

const BLOCKS = 400;
/** Of means in levels; something is to be seen in all blocks but the last `flat` ones. The way of encoding is named by its step. */
const signature = (levels: readonly number[], { stepLevels = 0.5, flat = 0 } = {}): PictureSignature => ({
  encoding: stepLevels * 1000, stepLevels, blocks: Uint16Array.from(levels, (level, index) => Math.round(level * UNITS_PER_LEVEL) * 2 + (index < levels.length - flat ? 1 : 0)),
});
const isSame = (a: PictureSignature, b: PictureSignature): boolean => seenAgain([a], b) !== undefined;

/** Not rounded by any encoder. */
const SCENE = Array.from({ length: BLOCKS }, (_, index) => 40 + (index * 37) % 160 + ((index * 7919) % 1000) / 1000);
const moved = (count: number, by: number): number[] => SCENE.map((level, index) => (index % Math.ceil(BLOCKS / count) === 0 ? level + by : level));

describe('two pictures of one encoding', () => {
  it('are the same when nothing moved, or next to nothing', () => {
    expect(isSame(signature(SCENE), signature(SCENE))).toBe(true);
    // A clock in the middle of the picture.
    expect(isSame(signature(SCENE), signature(moved(4, 30)))).toBe(true);
  });

  it('are two when a few blocks more moved, however little', () => {
    expect(isSame(signature(SCENE), signature(moved(10, 2 / UNITS_PER_LEVEL)))).toBe(false);
  });

  it('are two when too little is to be seen to say more', () => {
    const night = signature(SCENE, { flat: BLOCKS - 20 });
    expect(isSame(night, night)).toBe(false);
  });

  it('are two when the noise of one lit window moved and all around it is black', () => {
    const lit = 60;
    const window = (by: number) => signature(Array.from({ length: BLOCKS }, (_, index) => (index < lit ? 90 + (index % 8 === 0 ? by : 0) : 0)), { flat: BLOCKS - lit });
    expect(isSame(window(0), window(0))).toBe(true);
    expect(isSame(window(0), window(0.5))).toBe(false);
  });
});

describe('a picture that comes in several encodings', () => {
  /** What an encoder makes of the means. */
  const encoded = (levels: readonly number[], stepLevels: number) => signature(levels.map((level) => Math.round(level / stepLevels) * stepLevels), { stepLevels });
  const noise = (size: number) => SCENE.map((level, index) => level + (((index * 104_729) % 1000) / 1000 - 0.5) * size);

  it('is the same as far as the roundings explain the difference, and no further', () => {
    expect(isSame(encoded(SCENE, 0.25), encoded(SCENE, 0.75))).toBe(true);
    expect(isSame(signature(SCENE, { stepLevels: 0 }), encoded(SCENE, 1.25))).toBe(true);
    expect(isSame(encoded(SCENE, 0.25), encoded(noise(2), 0.75))).toBe(false);
  });

  it('is remembered in each, and found to be live when one of them comes again', () => {
    const views = seenAgain([encoded(SCENE, 0.25)], encoded(SCENE, 0.75));
    expect(views).toHaveLength(2);
    expect(seenAgain(views!, encoded(SCENE, 0.75))).toBe(views);
    expect(seenAgain(views!, encoded(noise(0.5), 0.75))).toBeUndefined();
  });

  it('is taken for live when it comes in ever others', () => {
    let views: readonly PictureSignature[] | undefined = [encoded(SCENE, 0.2)];
    for (let way = 1; way < MOST_VIEWS; way += 1) views = seenAgain(views!, encoded(SCENE, 0.2 + way / 10));
    expect(views).toHaveLength(MOST_VIEWS);
    expect(seenAgain(views!, encoded(SCENE, 0.9))).toBeUndefined();
    expect(seenAgain(views!, encoded(SCENE, 0.2))).toBe(views);
  });
});

it('the order of two pictures does not matter, and those of two sizes are two', () => {
  const anySignature = fc.tuple(fc.uint16Array({ minLength: 30, maxLength: 60, max: 16_321 }), fc.constantFrom(0, 0.25, 1))
    .map(([blocks, stepLevels]): PictureSignature => ({ blocks, stepLevels, encoding: stepLevels }));
  fc.assert(fc.property(anySignature, anySignature, (a, b) => {
    expect(isSame(a, b)).toBe(isSame(b, a));
    if (a.blocks.length !== b.blocks.length) expect(isSame(a, b)).toBe(false);
  }));
});
