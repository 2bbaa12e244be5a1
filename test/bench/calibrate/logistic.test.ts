import { describe, expect, it } from 'vitest';
import { probabilityOf } from '../../../adapters/detector/calibration.ts';
import { fitGroups, fitLogistic } from '../../../bench/calibrate/logistic.ts';
import type { Pair } from '../../../bench/calibrate/pairs.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const AS_SAID = { slope: 1, intercept: 0 };

/** Scores of a model whose words are worth something else, by a curve that is known. */
function pairsOf(curve: { slope: number; intercept: number }, count: number, seed = 1): { score: number; right: boolean }[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const score = 0.1 + 0.85 * random();
    return { score, right: random() < probabilityOf(score, curve) };
  });
}

describe('the fit of a curve', () => {
  it.each([[{ slope: 2, intercept: 1.5 }], [{ slope: 0.6, intercept: -1 }], [{ slope: 1, intercept: 0 }]])('finds the one that made the pairs: %o', (curve) => {
    const fitted = fitLogistic(pairsOf(curve, 20_000), AS_SAID, 1);
    for (const score of [0.15, 0.3, 0.5, 0.7, 0.9]) expect(probabilityOf(score, fitted)).toBeCloseTo(probabilityOf(score, curve), 1);
    expect(fitted.slope).toBeCloseTo(curve.slope, 0);
  });

  it('keeps to what it leans on where there is next to nothing to learn from', () => {
    expect(fitLogistic([], { slope: 1.7, intercept: 0.3 }, 4)).toEqual({ slope: 1.7, intercept: 0.3 });
    const three = [0.5, 0.6, 0.7].map((score) => ({ score, right: true }));
    // All three were right, and yet nothing is certain.
    expect(probabilityOf(0.6, fitLogistic(three, AS_SAID, 4))).toBeLessThan(0.9);
  });

  it('never turns the order of scores round, whatever the pairs say', () => {
    const upsideDown = pairsOf({ slope: 2, intercept: 0 }, 500).map(({ score, right }) => ({ score: 1 - score, right }));
    expect(fitLogistic(upsideDown, AS_SAID, 1).slope).toBeGreaterThan(0);
  });

  it('is made for each group, and a small group is near that of all', () => {
    const people: Pair[] = pairsOf({ slope: 2, intercept: 2 }, 2_000).map((pair) => ({ ...pair, group: 'person', scene: 'a' }));
    const other: Pair[] = pairsOf({ slope: 1, intercept: -2 }, 2_000, 2).map((pair) => ({ ...pair, group: 'other', scene: 'b' }));
    const groups = fitGroups([...people, ...other]);
    expect(probabilityOf(0.5, groups.person)).toBeGreaterThan(0.8);
    expect(probabilityOf(0.5, groups.other)).toBeLessThan(0.2);
    expect(groups.animal).toEqual(groups.vehicle);
    expect(probabilityOf(0.5, groups.animal)).toBeGreaterThan(probabilityOf(0.5, groups.other));
  });
});
