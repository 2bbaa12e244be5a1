/** Whether a contact sleeps, on the clock of its own zone. Pure; safe on the nights on which clocks change. */
import type { QuietHours, QuietWindow } from '../contracts/quiet-hours.ts';
import { compareSeverity } from '../contracts/severity.ts';
import type { Severity } from '../contracts/severity.ts';
import { localClock } from './local-clock.ts';

const DAY_MINUTES = 24 * 60;
const MINUTE_MS = 60_000;
/** Windows repeat each week, so one that has not ended after eight days never ends. */
const LONGEST_MINUTES = 8 * DAY_MINUTES;

/**
 * When the quiet time ends in which `atMs` lies (ms since 1970, to the minute); null when the contact may be told: it has no quiet hours, none are now, or
 * `severity` breaks through. Windows that follow each other are one quiet time. A contact that never wakes is told all the same: silence for ever is what
 * switching it off is for.
 */
export function quietUntil(quiet: QuietHours | null, severity: Severity, atMs: number): number | null {
  if (quiet === null || compareSeverity(severity, quiet.breakThrough) >= 0) return null;
  if (!isQuiet(quiet, atMs)) return null;
  // Minute by minute on the clock on the wall, as only that knows of hours that come twice or not at all. A night is 600 steps of a microsecond.
  const startMs = Math.floor(atMs / MINUTE_MS) * MINUTE_MS;
  for (let minutes = 1; minutes <= LONGEST_MINUTES; minutes += 1) {
    const thenMs = startMs + minutes * MINUTE_MS;
    if (!isQuiet(quiet, thenMs)) return thenMs;
  }
  return null;
}

function isQuiet({ timeZone, windows }: QuietHours, atMs: number): boolean {
  const { weekday, minute } = localClock(atMs, timeZone);
  const yesterday = weekday === 1 ? 7 : weekday - 1;
  return windows.some((window) => covers(window, weekday, minute) || (overnight(window) && covers(window, yesterday, minute + DAY_MINUTES)));
}

/** One that ends when it begins lasts a whole day. */
const overnight = ({ from, to }: QuietWindow): boolean => to <= from;

const covers = (window: QuietWindow, weekday: number, minute: number): boolean =>
  window.days.includes(weekday) && minute >= window.from && minute < (overnight(window) ? window.to + DAY_MINUTES : window.to);
