/**
 * The clock on the wall at a device, from the capture time. Asking the time zone library costs several microseconds, so the
 * offset from UTC is kept for each quarter of an hour, between whose ends clocks change nowhere but in old history.
 */
import { requireTimeZone } from '../contracts/time.ts';

export interface LocalClock {
  /** Monday 1 to Sunday 7. */
  readonly weekday: number;
  /** Since midnight by that clock, 0..1439. On the night that repeats an hour, two moments have the same. */
  readonly minute: number;
}

const MINUTE_MS = 60_000;
const QUARTER_MS = 15 * MINUTE_MS;
const DAY_MINUTES = 24 * 60;
/** A day's quarters, so that late frames and frames of now do not drive each other out. */
const MAX_QUARTERS = 96;

interface TimeZone {
  readonly formatter: Intl.DateTimeFormat;
  /** Milliseconds east of UTC by quarter since 1970; NaN for one within which the clock changes. */
  readonly offsets: Map<number, number>;
}

/** Bounded by the number of zones: an unknown name throws before it is kept. */
const zones = new Map<string, TimeZone>();

/** Throws `time_zone_unknown`. */
export function localClock(atMs: number, timeZone: string): LocalClock {
  const localMinutes = Math.floor((atMs + offsetAt(atMs, timeZoneOf(timeZone))) / MINUTE_MS);
  const day = Math.floor(localMinutes / DAY_MINUTES);
  // The first day of 1970 was a Thursday.
  return { weekday: ((((day + 3) % 7) + 7) % 7) + 1, minute: localMinutes - day * DAY_MINUTES };
}

/** Milliseconds by which the clock on the wall is ahead of UTC, asked anew: for who looks at many moments once. Throws `time_zone_unknown`. */
export const utcOffsetMs = (atMs: number, timeZone: string): number => askedOffset(atMs, timeZoneOf(timeZone));

function offsetAt(atMs: number, zone: TimeZone): number {
  const quarter = Math.floor(atMs / QUARTER_MS);
  const known = zone.offsets.get(quarter) ?? learn(zone, quarter);
  return Number.isNaN(known) ? askedOffset(atMs, zone) : known;
}

function learn(zone: TimeZone, quarter: number): number {
  const [atStart, atEnd] = [askedOffset(quarter * QUARTER_MS, zone), askedOffset((quarter + 1) * QUARTER_MS - 1, zone)];
  const offset = atStart === atEnd ? atStart : Number.NaN;
  if (zone.offsets.size >= MAX_QUARTERS) zone.offsets.clear();
  zone.offsets.set(quarter, offset);
  return offset;
}

function askedOffset(atMs: number, { formatter }: TimeZone): number {
  const secondMs = Math.floor(atMs / 1000) * 1000;
  const fields: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of formatter.formatToParts(secondMs)) fields[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = fields;
  // Date.UTC takes the years 0 to 99 for those of the last century.
  const wallClock = new Date(0);
  wallClock.setUTCFullYear(year, month - 1, day);
  return wallClock.setUTCHours(hour, minute, second) - secondMs;
}

function timeZoneOf(name: string): TimeZone {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const formatter = new Intl.DateTimeFormat('en-US', {
    timeZone: requireTimeZone(name), calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23',
    year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
  });
  const fresh: TimeZone = { formatter, offsets: new Map() };
  zones.set(name, fresh);
  return fresh;
}
