/** Stretches of the clock on the wall: `22:00-06:00`, `Mon-Fri 08:00-18:00`, `Sat, Sun`, `weekdays`. */
import { nearestName } from '../nearest-name.ts';
import type { Window } from '../model.ts';
import { quoted } from './problems.ts';
import type { ProblemList } from './problems.ts';
import { splitAt, startOf } from './span.ts';
import type { Span } from './span.ts';

/** By ISO number, Monday first. */
export const DAY_NAMES = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
export const EVERY_DAY: readonly number[] = [1, 2, 3, 4, 5, 6, 7];
const MINUTES_OF_DAY = 24 * 60;

const DAYS: ReadonlyMap<string, readonly number[]> = new Map<string, readonly number[]>([
  ...['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].flatMap((name, at) => [[name, [at + 1]], [name.slice(0, 3), [at + 1]]] as [string, number[]][]),
  ['tues', [2]], ['weds', [3]], ['thur', [4]], ['thurs', [4]],
  ['weekdays', [1, 2, 3, 4, 5]], ['weekday', [1, 2, 3, 4, 5]], ['weekend', [6, 7]], ['weekends', [6, 7]], ['daily', EVERY_DAY], ['every day', EVERY_DAY],
]);

const HOURS = /(?:^|[\s,])(\d{1,2}):(\d{2})\s*(?:-|–|to)\s*(\d{1,2}):(\d{2})\s*$/i;
const MEND = 'write 22:00-06:00, Mon-Fri 08:00-18:00, or Sat, Sun';

/** Undefined when something is wrong, which then stands in `problems`. */
export function readWindow(part: Span, problems: ProblemList): Window | undefined {
  const hours = HOURS.exec(part.text);
  const dayPart = hours === null ? part.text : part.text.slice(0, hours.index);
  if (/\d/.test(dayPart)) {
    problems.add('window_malformed', startOf(part), `${quoted(part.text)} is no window; ${mendFor(part.text, hours !== null)}.`);
    return undefined;
  }
  const days = dayPart.trim() === '' && hours !== null ? EVERY_DAY : readDays({ text: dayPart, offset: part.offset }, problems);
  const [from, to] = hours === null ? [0, MINUTES_OF_DAY] : [minutesOf(hours[1], hours[2]), minutesOf(hours[3], hours[4])];
  if (from === undefined || to === undefined || from === MINUTES_OF_DAY) {
    problems.add('window_malformed', part.offset + (hours?.index ?? 0), 'The clock goes from 00:00 to 23:59, and a window may end at 24:00; write such as 22:00-06:00.');
    return undefined;
  }
  // Midnight at the end of a window is the end of its day.
  return days && { days, from, to: to === 0 ? MINUTES_OF_DAY : to };
}

function mendFor(text: string, hasHours: boolean): string {
  if (hasHours && /\d.*,/.test(text)) return 'several windows are a list, such as [08:00-12:00, 13:00-17:00]';
  const [, from, to] = /^\s*(\d{1,2})\s*-\s*(\d{1,2})\s*$/.exec(text) ?? [];
  return from === undefined || to === undefined ? MEND : `write ${from.padStart(2, '0')}:00-${to.padStart(2, '0')}:00`;
}

function minutesOf(hour = '', minute = ''): number | undefined {
  const minutes = Number(hour) * 60 + Number(minute);
  return Number(minute) > 59 || minutes > MINUTES_OF_DAY ? undefined : minutes;
}

function readDays(part: Span, problems: ProblemList): readonly number[] | undefined {
  const days = new Set<number>();
  let whole = true;
  for (const piece of splitAt(',', part)) {
    const found = daysOf(piece, problems);
    whole &&= found !== undefined;
    const repeated = found?.find((day) => days.has(day));
    if (repeated !== undefined) problems.add('value_repeated', startOf(piece), `${DAY_NAMES[repeated - 1]} stands here twice; once is enough.`);
    for (const day of found ?? []) days.add(day);
  }
  return whole ? EVERY_DAY.filter((day) => days.has(day)) : undefined;
}

/** Of `Mon`, `weekend`, or `Fri-Mon`. */
function daysOf(piece: Span, problems: ProblemList): readonly number[] | undefined {
  const known = DAYS.get(piece.text.trim().toLowerCase().replace(/\s+/g, ' '));
  if (known !== undefined) return known;
  const words = piece.text.toLowerCase().split(/-|–|\bto\b/).map((word) => word.trim());
  const [first, last] = words.map((word) => DAYS.get(word));
  if (words.length === 2 && first?.length === 1 && last?.length === 1) {
    const [from = 1, to = 1] = [first[0], last[0]];
    return Array.from({ length: ((to - from + 7) % 7) + 1 }, (_, step) => ((from - 1 + step) % 7) + 1);
  }
  const unknown = words.find((word) => DAYS.get(word)?.length !== 1) ?? '';
  const nearest = nearestName(unknown.slice(0, 20), [...DAYS.keys()]);
  problems.add('window_malformed', startOf(piece), `${unknown === '' ? 'A day is missing here' : `${quoted(unknown)} is no day`}; ${nearest === undefined ? `${MEND}.` : `did you mean ${nearest}?`}`);
  return undefined;
}
