/** `during`: the clock at the device is in a weekly window. */
import { windowText } from '../language/window-text.ts';
import { localClock } from '../local-clock.ts';
import type { LocalClock } from '../local-clock.ts';
import { during } from '../model.ts';
import type { During, Window } from '../model.ts';
import { clauseWithoutNumber } from './children.ts';
import type { Asks, ConditionKind, FrameFacts } from './condition-kind.ts';

/** The longest text of a rule has room for no more; what a frame costs does not depend on it. */
const MAX_WINDOWS = 10_000;
const DAY_MINUTES = 24 * 60;

export const duringKind: ConditionKind<During> = {
  fields: ['windows'],

  read({ windows }, _readChild, refuse) {
    if (!Array.isArray(windows) || windows.length === 0 || windows.length > MAX_WINDOWS) return refuse(`windows must be a list of 1 to ${MAX_WINDOWS}`);
    const fault = 'a window has days (1 to 7, ascending), from (0 to 1439) and to (1 to 1440), in minutes after midnight, and nothing else';
    return during(windows.map((window) => (isWindow(window) ? window : refuse(fault))));
  },

  compile({ windows }, { path }) {
    const text = windows.map(windowText).join(' or ');
    const minutes = openMinutes(windows);
    const [open, closed] = [clauseWithoutNumber(path, text, true), clauseWithoutNumber(path, text, false)];
    return {
      asks: ASKS_NOTHING_SEEN,
      judge(facts, findings) {
        const clock = clockOf(facts);
        const holds = clock !== null && isOpen(minutes, clock);
        findings.say(holds ? open : closed);
        return holds;
      },
    };
  },
};

const ASKS_NOTHING_SEEN: Asks = Object.freeze({ names: [], holdsWithout: true, everyFrame: false, scene: false, remembers: false, hitKeys: [] });

/** Null where there is no frame, and so no time. */
export function clockOf(facts: FrameFacts): LocalClock | null {
  if (facts.clock === null && facts.timeZone !== null) facts.clock = localClock(facts.atMs, facts.timeZone);
  return facts.clock;
}

/** One bit for each minute of the week, Monday first. */
function openMinutes(windows: readonly Window[]): Uint8Array {
  const bits = new Uint8Array((7 * DAY_MINUTES) / 8);
  for (const { days, from, to } of windows) {
    // Past midnight the window is still that of the day on which it opened; Sunday's goes on into Monday.
    const length = to > from ? to - from : to + DAY_MINUTES - from;
    for (const day of days) {
      for (let n = 0; n < length; n += 1) {
        const minute = ((day - 1) * DAY_MINUTES + from + n) % (7 * DAY_MINUTES);
        bits[minute >> 3] = (bits[minute >> 3] as number) | (1 << (minute & 7));
      }
    }
  }
  return bits;
}

/** By the clock alone: what it skips never opens, what it shows twice is open twice. */
function isOpen(minutes: Uint8Array, { weekday, minute }: LocalClock): boolean {
  const place = (weekday - 1) * DAY_MINUTES + minute;
  return ((minutes[place >> 3] as number) & (1 << (place & 7))) !== 0;
}

function isWindow(value: unknown): value is Window {
  if (typeof value !== 'object' || value === null || Object.keys(value).some((field) => !['days', 'from', 'to'].includes(field))) return false;
  const { days, from, to } = value as Record<string, unknown>;
  const isWithin = (number: unknown, least: number, most: number): boolean => Number.isInteger(number) && (number as number) >= least && (number as number) <= most;
  return Array.isArray(days) && days.length > 0 && days.every((day, n) => isWithin(day, n === 0 ? 1 : days[n - 1] + 1, 7)) && isWithin(from, 0, 1439) && isWithin(to, 1, 1440);
}
