/** Hours that the clock on the wall jumps over when summer time begins: a window that lies within one does not open on that day. */
import { isTimeZone } from '../../contracts/time.ts';
import { utcOffsetMs } from '../local-clock.ts';

/** A stretch of one day's clock that is left out, minutes after midnight. */
export interface SkippedStretch {
  /** ISO number of the day on which it happens. */
  readonly day: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Years whose clock changes stand for those of all others: the check has no clock, and a zone's hour of change outlives its dates.
 * Two, because a zone may change its law in one.
 */
const SAMPLE_YEARS = [2026, 2027];
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** Bounded by the number of zones: an unknown name is not kept. A search costs a thousand times what it finds. */
const known = new Map<string, readonly SkippedStretch[]>();

/** None for a zone that nobody knows. */
export function skippedStretches(timeZone: string): readonly SkippedStretch[] {
  let found = known.get(timeZone);
  if (found === undefined) {
    if (!isTimeZone(timeZone)) return [];
    found = SAMPLE_YEARS.flatMap((year) => searched(timeZone, year));
    known.set(timeZone, found);
  }
  return found;
}

function searched(timeZone: string, year: number): SkippedStretch[] {
  const offsetMinutes = (ms: number): number => utcOffsetMs(ms, timeZone) / MINUTE_MS;
  const found: SkippedStretch[] = [];
  // Half months: no zone changes its clock twice in one, but for Ramadan, whose second change would undo the first.
  for (let start = Date.UTC(year, 0, 1); start < Date.UTC(year + 1, 0, 1); start += 14 * DAY_MS) {
    const before = offsetMinutes(start);
    const gained = offsetMinutes(start + 14 * DAY_MS) - before;
    if (gained <= 0) continue;
    const changeMs = firstChange(start, start + 14 * DAY_MS, (ms) => offsetMinutes(ms) !== before);
    const wall = new Date(changeMs + before * MINUTE_MS);
    const from = wall.getUTCHours() * 60 + wall.getUTCMinutes();
    found.push({ day: wall.getUTCDay() || 7, from, to: from + gained });
  }
  return found;
}

/** The minute at which a thing that stays true becomes true. */
function firstChange(startMs: number, endMs: number, hasChanged: (ms: number) => boolean): number {
  let [unchanged, changed] = [startMs, endMs];
  while (changed - unchanged > MINUTE_MS) {
    const middle = unchanged + Math.floor((changed - unchanged) / 2 / MINUTE_MS) * MINUTE_MS;
    if (hasChanged(middle)) changed = middle;
    else unchanged = middle;
  }
  return changed;
}
