import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percentile, spreadOf } from '../../bench/pipeline/measure/percentiles.ts';

describe('a percentile', () => {
  it('is the smallest value that so many do not exceed', () => {
    const hundred = Array.from({ length: 100 }, (_, n) => 100 - n);
    expect([0.5, 0.99, 1].map((share) => percentile(hundred, share))).toEqual([50, 99, 100]);
    expect(percentile([3, 1, 2], 0.5)).toBe(2);
  });

  it('of few values is one of them and never a mean of two', () => {
    expect(percentile([10, 20], 0.5)).toBe(10);
    expect(percentile([10, 20], 0.99)).toBe(20);
    expect(percentile([7], 0.99)).toBe(7);
  });

  it('of nothing is not there, rather than 0', () => {
    expect(spreadOf([])).toEqual({ count: 0, p50: null, p99: null, max: null });
  });

  it('sorts by size, not by spelling', () => {
    expect(spreadOf([9, 100, 11])).toEqual({ count: 3, p50: 11, p99: 100, max: 100 });
  });

  it('has at least its share of the values at or below it, and fewer below', () => {
    fc.assert(fc.property(fc.array(fc.integer(), { minLength: 1 }), fc.double({ min: 0.01, max: 1, noNaN: true }), (values, share) => {
      const found = percentile(values, share)!;
      expect(values.filter((value) => value <= found).length).toBeGreaterThanOrEqual(share * values.length - 1e-9);
      expect(values.filter((value) => value < found).length).toBeLessThan(share * values.length + 1e-9);
    }));
  });
});
