import { expect, it } from 'vitest';
import { seededRandom } from './seeded-random.ts';

const draw = (seed: number, count: number): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random());
};

it('is the same for the same seed and another for another', () => {
  expect(draw(7, 100)).toEqual(draw(7, 100));
  expect(draw(7, 100)).not.toEqual(draw(8, 100));
});

it('lies between 0 and 1 and spreads evenly', () => {
  const numbers = draw(1, 10_000);
  const tenths = Array.from({ length: 10 }, (_, tenth) => numbers.filter((number) => Math.floor(number * 10) === tenth).length);
  expect(tenths.reduce((sum, count) => sum + count)).toBe(10_000);
  for (const count of tenths) expect(Math.abs(count - 1_000)).toBeLessThan(150);
});
