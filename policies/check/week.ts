/** Minutes of a week on the clock on the wall, as one bit each: where windows hold and where they meet. */
import type { Window } from '../model.ts';

/** Bit 0 is Monday 00:00. */
export type WeekMinutes = bigint;

const DAY = 1440;
const WEEK = 7 * DAY;

export const NEVER: WeekMinutes = 0n;
export const ALWAYS: WeekMinutes = (1n << BigInt(WEEK)) - 1n;

export const outsideOf = (minutes: WeekMinutes): WeekMinutes => ALWAYS ^ minutes;

export const openMinutes = (windows: readonly Window[]): WeekMinutes =>
  windows.reduce((open, { days, from, to }) => days.reduce((week, day) => week | stretch((day - 1) * DAY + from, lengthOf(from, to)), open), NEVER);

/** Closing at or before it opens, a window ends on the day after. */
const lengthOf = (from: number, to: number): number => (to > from ? to - from : to + DAY - from);

function stretch(start: number, length: number): WeekMinutes {
  const bits = ((1n << BigInt(length)) - 1n) << BigInt(start);
  // What runs over the end of Sunday is early on Monday.
  return (bits & ALWAYS) | (bits >> BigInt(WEEK));
}
