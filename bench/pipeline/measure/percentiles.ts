/** What is said of many numbers: how many there were, and those that 50 and 99 in 100 do not exceed. */

export interface Spread {
  readonly count: number;
  /** Null, like the others, when there was nothing to measure. */
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/** The smallest of `values` that at least `share` of them do not exceed (nearest rank): always a value that really occurred. */
export function percentile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

export const spreadOf = (values: readonly number[]): Spread =>
  ({ count: values.length, p50: percentile(values, 0.5), p99: percentile(values, 0.99), max: percentile(values, 1) });
