/** When operations are told that no canary comes through, again, and that one does. Pure; all moments are of one clock. */
import { CANARY_PERIODS } from '../contracts/canary.ts';
import type { CanaryState } from '../contracts/canary.ts';
import { elapsedMs } from '../contracts/time.ts';
import type { Instant } from '../contracts/time.ts';

export interface CanaryKnown {
  readonly now: Instant;
  /** When the latest came through; null before the first. */
  readonly settledAt: Instant | null;
  /** Since when frames can be accepted at all: a plant that was down has nothing to come through. */
  readonly openSince: Instant;
  /** When the alarm under way began; null without one. */
  readonly alarmAt: Instant | null;
  /** When operations were last told of it. */
  readonly toldAt: Instant | null;
}

export interface CanaryLook {
  readonly state: Exclude<CanaryState, 'off'>;
  /** Since the latest came through, or since it could have; milliseconds. */
  readonly sinceMs: number;
  readonly step: 'none' | 'alarm' | 'remind' | 'recovered';
}

/** Once an hour: whoever was told and does nothing is on the way, or asleep. */
export const REMIND_MS = 3_600_000;

export function watchCanary({ now, settledAt, openSince, alarmAt, toldAt }: CanaryKnown, periodMs: number): CanaryLook {
  const sinceMs = Math.max(0, elapsedMs(settledAt !== null && settledAt > openSince ? settledAt : openSince, now));
  if (alarmAt === null) {
    const late = sinceMs > CANARY_PERIODS * periodMs;
    return { state: late ? 'late' : 'ok', sinceMs, step: late ? 'alarm' : 'none' };
  }
  if (settledAt !== null && settledAt > alarmAt) return { state: 'ok', sinceMs, step: 'recovered' };
  return { state: 'late', sinceMs, step: toldAt === null || elapsedMs(toldAt, now) >= REMIND_MS ? 'remind' : 'none' };
}
