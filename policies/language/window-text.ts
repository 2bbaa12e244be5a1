/** Windows as people write them. */
import type { Window } from '../model.ts';
import { DAY_NAMES } from './read-window.ts';

/** A text, or a list where there are several. */
export function windowsValue(windows: readonly Window[]): string | readonly string[] {
  const texts = windows.map(windowText);
  return texts.length === 1 ? texts[0] ?? '' : texts;
}

export function windowText({ days, from, to }: Window): string {
  const hours = from === 0 && to === 24 * 60 ? '' : `${clockText(from)}-${clockText(to)}`;
  const named = days.length === DAY_NAMES.length ? '' : daysText(days);
  return [named, hours].filter((part) => part !== '').join(' ') || 'daily';
}

/** `22:30`; the end of the day is `24:00`. */
export const clockText = (minutes: number): string => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** `Mon-Fri`, `Sat, Sun`, `Fri-Mon`: three days and more in a row are a range, also over the end of the week. */
function daysText(days: readonly number[]): string {
  const runs: number[][] = [];
  for (const day of days) {
    const run = runs.at(-1);
    if (run?.at(-1) === day - 1) run.push(day);
    else runs.push([day]);
  }
  const [first] = runs;
  const last = runs.at(-1);
  if (runs.length > 1 && first?.[0] === 1 && last?.at(-1) === 7) runs.splice(0, runs.length, ...runs.slice(1, -1), [...last, ...first]);
  return runs.flatMap((run) => (run.length > 2 ? [`${nameOf(run[0])}-${nameOf(run.at(-1))}`] : run.map(nameOf))).join(', ');
}

const nameOf = (day = 1): string => DAY_NAMES[day - 1] ?? '';
