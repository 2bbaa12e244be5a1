import { describe, expect, it } from 'vitest';
import { growthOf } from '../../bench/memory/growth.ts';

describe('growth', () => {
  it('is that of the last third, whatever the start took', () => {
    expect(growthOf([10, 80, 100, 100, 110, 110])).toBeCloseTo(0.1);
    expect(growthOf([1, 2, 50, 50, 50, 50])).toBe(0);
  });

  it('of nothing, or next to nothing, is none', () => {
    expect([growthOf([]), growthOf([5]), growthOf([0, 0, 0])]).toEqual([0, 0, 0]);
  });
});
