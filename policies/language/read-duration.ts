/** How long: `10 s`, `500 ms`, `2 min`, `1.5 h`. */
import { MAX_DURATION_MS } from './limits.ts';
import { quoted } from './problems.ts';
import type { ProblemList } from './problems.ts';
import { startOf } from './span.ts';
import type { Span } from './span.ts';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };

const UNITS: ReadonlyMap<string, number> = new Map(Object.entries({
  ...UNIT_MS,
  millisecond: 1, milliseconds: 1, sec: 1000, second: 1000, seconds: 1000, mins: 60_000, minute: 60_000, minutes: 60_000, hr: 3_600_000, hour: 3_600_000, hours: 3_600_000,
}));

const DURATION = /^\s*(\d+(?:\.\d+)?)\s*(\p{L}*)\s*$/u;

/** Whole milliseconds; undefined when something is wrong, which then stands in `problems`. */
export function readDuration(part: Span, problems: ProblemList): number | undefined {
  const [, digits, unit = ''] = DURATION.exec(part.text) ?? [];
  const refuse = (message: string): undefined => problems.add('duration_malformed', startOf(part), message) as undefined;
  if (digits === undefined) return refuse(`${quoted(part.text)} is no length of time; write 10 s, 500 ms, 2 min or 1 h.`);
  const unitMs = UNITS.get(unit.toLowerCase());
  if (unitMs === undefined) {
    const mend = unit === '' ? `did you mean ${digits.slice(0, 20)} s?` : unit.toLowerCase() === 'm' ? 'did you mean min?' : 'write ms, s, min or h.';
    return refuse(`${unit === '' ? 'A length of time needs a unit' : `${quoted(unit)} is no unit of time here`}; ${mend}`);
  }
  const exactMs = Number(digits) * unitMs;
  const ms = Math.round(exactMs);
  // 1.1 min is 66000.00000000001 ms in floating point, and is meant to be 66 000.
  if (Math.abs(exactMs - ms) > 1e-6) return refuse('No length of time is finer than a millisecond; write fewer decimals.');
  return ms > MAX_DURATION_MS ? refuse('A length of time is at most a week, 168 h; whatever stays longer belongs to the place.') : ms;
}

/** In the largest unit of which it is a whole number. */
export function durationText(ms: number): string {
  const [unit, unitMs] = Object.entries(UNIT_MS).findLast(([, size]) => ms % size === 0 && ms >= size) ?? ['s', 1000];
  return `${ms / unitMs} ${unit}`;
}
