/** How the canary stands, for status, readiness and figures: as the watch of an API process saw it last. */
import { readCanary } from '../adapters/postgres/canary-watch.ts';
import type { Queryable } from '../adapters/postgres/pool.ts';
import type { CanaryState } from '../contracts/canary.ts';
import type { Instant } from '../contracts/time.ts';
import { watchCanary } from '../policies/canary-watch.ts';

export interface CanaryNow {
  readonly state: CanaryState;
  /** When the latest came through; null before the first. */
  readonly settledAt: Instant | null;
  /** Since then, or since one could have; null where none is sent. */
  readonly secondsSince: number | null;
}

export async function canaryNow(db: Queryable, canarySeconds: number): Promise<CanaryNow> {
  if (canarySeconds === 0) return { state: 'off', settledAt: null, secondsSince: null };
  const row = await readCanary(db);
  const { state, sinceMs } = watchCanary(row, canarySeconds * 1000);
  return { state, settledAt: row.settledAt, secondsSince: Math.round(sinceMs / 1000) };
}
