/** How fast a camera sends, by its last two intervals. */
import type { SceneMemory } from './scene-memory.ts';
import type { SceneSettings } from './scene-settings.ts';

export interface Pace {
  /** Between the last two frames; 0 while there was one only. */
  readonly intervalMs: number;
  /** The shorter of the last two intervals: one gap, an outage, is no pace. */
  readonly usualMs: number;
  /** Too slow to see movement. */
  readonly isSlow: boolean;
}

export const FIRST_FRAME: Pace = Object.freeze({ intervalMs: 0, usualMs: 0, isSlow: false });

export function paceAfter(before: SceneMemory, atMs: number, settings: SceneSettings): Pace {
  const sinceMs = atMs - before.lastAtMs;
  // The same frame again tells nothing of the pace.
  const intervalMs = sinceMs > 0 ? sinceMs : before.intervalMs;
  const usualMs = before.intervalMs > 0 ? Math.min(intervalMs, before.intervalMs) : intervalMs;
  return { intervalMs, usualMs, isSlow: usualMs > settings.slowIntervalMs };
}
