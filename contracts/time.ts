/**
 * Moments and time zones as every part of the product writes them.
 *
 * A moment is kept as text and not as a `Date`, because a `Date` ends at milliseconds and two frames of one camera may
 * lie closer together than that. The text has one form only, so that equal moments are equal strings and earlier
 * moments sort first.
 */
import { Failure } from './failures.ts';

declare const instantBrand: unique symbol;

/** `2026-11-21T02:14:00.123456Z`: UTC, always six digits, years 0001 to 9999 (all of them fit a `timestamptz`). */
export type Instant = string & { readonly [instantBrand]: true };

/** RFC 3339, 5.6, in upper case. Seconds stop at 59 and the day is checked against its month further down. */
const RFC_3339 =
  /^(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d{1,9}))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/;
const CANONICAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
const EARLIEST_MS = Date.parse('0001-01-01T00:00:00Z');
const LATEST_MS = Date.parse('9999-12-31T23:59:59Z');
const EARLIEST_MICROS = BigInt(EARLIEST_MS) * 1000n;
const LATEST_MICROS = BigInt(LATEST_MS) * 1000n + 999_999n;

/**
 * Reads RFC 3339 with a zone; digits finer than a microsecond are cut off.
 * Throws `captured_at_malformed`, also for lower-case `t` and `z`, for days that a month does not have, and for leap
 * seconds, which no clock of ours can name.
 */
export function parseInstant(text: string): Instant {
  const match = RFC_3339.exec(text);
  if (match === null) throw malformed(text, reasonFor(text));
  const [, wallClock = '', fraction = '', sign, offsetHours, offsetMinutes] = match;
  const wallClockMs = realSecondMs(wallClock);
  if (wallClockMs === undefined) throw malformed(text, 'there is no such day');
  const offsetMs = (Number(offsetHours ?? 0) * 60 + Number(offsetMinutes ?? 0)) * 60_000;
  const secondMs = sign === '-' ? wallClockMs + offsetMs : wallClockMs - offsetMs;
  if (secondMs < EARLIEST_MS || secondMs > LATEST_MS) throw malformed(text, 'only the years 0001 to 9999 are known');
  return canonical(secondMs, fraction);
}

/** True for the one form that this module writes. */
export const isInstant = (text: string): text is Instant =>
  CANONICAL.test(text) && realSecondMs(text.slice(0, 19)) !== undefined && !text.startsWith('0000');

export const instantToEpochMicros = (instant: Instant): bigint =>
  BigInt(Date.parse(`${instant.slice(0, 19)}Z`)) * 1000n + BigInt(instant.slice(20, 26));

/** With the microseconds as its fraction, which today are exact to a quarter of one: right for comparing and counting, never for writing a moment back. */
export const instantToEpochMs = (instant: Instant): number => epochSeconds(instant) * 1000 + microsOfSecond(instant) / 1000;

/** Throws RangeError outside the years 0001 to 9999: no input reaches this, only a defect does. */
export function instantFromEpochMicros(micros: bigint): Instant {
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const secondMs = Number((micros - fraction) / 1000n);
  if (secondMs < EARLIEST_MS || secondMs > LATEST_MS) throw new RangeError(`${micros} microseconds lie outside the years 0001 to 9999`);
  return canonical(secondMs, String(fraction).padStart(6, '0'));
}

/** Loses what is finer than a millisecond. */
export const instantToDate = (instant: Instant): Date => new Date(`${instant.slice(0, 23)}Z`);

export const instantFromDate = (date: Date): Instant => instantFromEpochMicros(BigInt(date.getTime()) * 1000n);

/** Milliseconds from one moment to another, with fractions; negative when `to` is the earlier one. Exact to the microsecond up to 285 years. */
export const elapsedMs = (from: Instant, to: Instant): number =>
  ((epochSeconds(to) - epochSeconds(from)) * 1_000_000 + (microsOfSecond(to) - microsOfSecond(from))) / 1000;

/** Stops at either end of the years that there are: callers ask for windows around moments that other people gave. */
export function plusMs(instant: Instant, ms: number): Instant {
  const micros = instantToEpochMicros(instant) + BigInt(Math.round(ms * 1000));
  if (micros < EARLIEST_MICROS) return instantFromEpochMicros(EARLIEST_MICROS);
  return instantFromEpochMicros(micros > LATEST_MICROS ? LATEST_MICROS : micros);
}

/** The moment as people at the camera read it: `2026-11-21 03:14:00 CET`. Throws `time_zone_unknown`. */
export function localTime(instant: Instant, timeZone: string): string {
  const date = instantToDate(instant);
  const [wallClock, ...zoneNamers] = formattersOf(timeZone);
  const part = (of: Intl.DateTimeFormat | undefined, type: Intl.DateTimeFormatPartTypes) =>
    of?.formatToParts(date).find((candidate) => candidate.type === type)?.value ?? '';
  const padded = (type: Intl.DateTimeFormatPartTypes, digits: number) => part(wallClock, type).padStart(digits, '0');
  const zoneNames = [wallClock, ...zoneNamers].map((of) => part(of, 'timeZoneName'));
  const zoneName = zoneNames.find((name) => !/^GMT[+-]/.test(name)) ?? zoneNames[0];
  return `${padded('year', 4)}-${padded('month', 2)}-${padded('day', 2)} ${padded('hour', 2)}:${padded('minute', 2)}:${padded('second', 2)} ${zoneName}`;
}

/** Names that the time zone library knows from old systems and IANA does not; Postgres would refuse them later. */
const NOT_IANA = new Set(
  'ACT AET AGT ART AST BET BST CAT CNT CST CTT EAT ECT IET IST JST MIT NET NST PLT PNT PRT PST SST VST'.split(' '),
);

/** True for an IANA name in the case that IANA writes it: `Europe/Berlin`, not `europe/berlin`, not `+01:00`. */
export function isTimeZone(name: string): boolean {
  const resolved = resolvedZone(name);
  if (resolved === undefined || NOT_IANA.has(name) || name.startsWith('SystemV/')) return false;
  if (resolved.toLowerCase() === name.toLowerCase()) return resolved === name;
  // An alias, such as Asia/Kolkata for Asia/Calcutta: the library does not tell how IANA writes it, only that it is there.
  return name.split('/').every((part) => /^[A-Z]/.test(part));
}

/** For messages, which a zone that this Node does not know must not stop: UTC then. It is said beside the time, so nobody is misled. */
export const knownTimeZone = (name: string): string => (isTimeZone(name) ? name : 'UTC');

/** Returns the name, or throws `time_zone_unknown` with the right name when only the case is wrong. */
export function requireTimeZone(name: string): string {
  if (isTimeZone(name)) return name;
  const resolved = resolvedZone(name);
  const mend = resolved?.toLowerCase() === name.toLowerCase() ? `; did you mean ${resolved}?` : '';
  throw new Failure('time_zone_unknown', `${JSON.stringify(name.slice(0, 60))} is not an IANA time zone name${mend}`);
}

function canonical(secondMs: number, fraction: string): Instant {
  return `${new Date(secondMs).toISOString().slice(0, 19)}.${fraction.slice(0, 6).padEnd(6, '0')}Z` as Instant;
}

/** Undefined for a day or second that does not exist: `Date.parse` would carry the 30th of February into March. */
function realSecondMs(wallClock: string): number | undefined {
  const ms = Date.parse(`${wallClock}Z`);
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 19) !== wallClock ? undefined : ms;
}

/** Read digit by digit: every frame is compared with several moments, and `Date.parse` and BigInt cost ten times as much. */
function epochSeconds(instant: Instant): number {
  const day = daysSinceEpoch(twoDigits(instant, 0) * 100 + twoDigits(instant, 2), twoDigits(instant, 5), twoDigits(instant, 8));
  return day * 86_400 + twoDigits(instant, 11) * 3_600 + twoDigits(instant, 14) * 60 + twoDigits(instant, 17);
}

const microsOfSecond = (instant: Instant): number => twoDigits(instant, 20) * 10_000 + twoDigits(instant, 22) * 100 + twoDigits(instant, 24);

const twoDigits = (text: string, at: number): number => text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 528;

/** Of the Gregorian calendar. Years run from March, so that the leap day is the last one of its year. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const dayOfMarchYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return marchYear * 365 + Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400) + dayOfMarchYear - 719_468;
}

const malformed = (text: string, reason: string): Failure => new Failure('captured_at_malformed', `${JSON.stringify(text.slice(0, 60))}: ${reason}`);

function reasonFor(text: string): string {
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?$/.test(text)) return 'the zone is missing, add Z or an offset such as +01:00';
  if (/ \d\d:\d\d$/.test(text) && text.includes('T')) return 'a + in a query must be written as %2B';
  if (/:60(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)) return 'leap seconds are not taken, send the second before';
  return 'expected RFC 3339 with a zone, such as 2026-11-21T02:14:00Z';
}

function resolvedZone(name: string): string | undefined {
  if (!/^[A-Za-z]/.test(name)) return undefined;
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

/** No single locale knows all short zone names: American English says EST but not CET, British English the other way round. */
const ZONE_NAMING_LOCALES = ['en-US', 'en-GB', 'en-AU', 'en-IN', 'en-ZA'];
/** A formatter costs a thousand times what it formats. Bounded by the number of zones: an unknown name throws before it is kept. */
const formatters = new Map<string, readonly Intl.DateTimeFormat[]>();

function formattersOf(timeZone: string): readonly Intl.DateTimeFormat[] {
  let known = formatters.get(timeZone);
  if (known === undefined) {
    requireTimeZone(timeZone);
    known = ZONE_NAMING_LOCALES.map((locale) => new Intl.DateTimeFormat(locale, { timeZone, ...LOCAL_TIME }));
    formatters.set(timeZone, known);
  }
  return known;
}

const LOCAL_TIME = {
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
} as const satisfies Intl.DateTimeFormatOptions;
