/** What a message says beside the sentence that all kinds of notices share: how far a clock is off, and which other cameras are silent too. Pure. */
import type { NoticeTelling } from '../contracts/equipment-notice.ts';
import type { Instant } from '../contracts/time.ts';
import { NAME_LIMIT, oneLine } from './one-line.ts';
import type { NoticeFacts } from './ports/notice-facts.ts';

/** Names that a sentence has room for; the rows below it have more. */
const NAMED = 3;
/** Rows of cameras in one message; whoever has more reads the number, and the list. */
const LISTED = 20;

type Fact = readonly [name: string, text: string];

const UNITS = [['year', 31_557_600], ['day', 86_400], ['hour', 3_600], ['minute', 60], ['second', 1]] as const;

/** `4 minutes ahead`, `56 years behind`: in the largest unit that there are two of, because people mend clocks by the look of it. */
export function clockIsOff(offSeconds: number): string {
  const amount = Math.abs(offSeconds);
  const [unit, seconds] = UNITS.find(([, each]) => amount >= 2 * each) ?? UNITS[4];
  const count = Math.round(amount / seconds);
  return `${count} ${unit}${count === 1 ? '' : 's'} ${offSeconds < 0 ? 'behind' : 'ahead'}`;
}

/** Of several cameras that are told of together; null of one alone. `trouble` completes "Camera Back door ...". */
export function sentenceOfSeveral(facts: NoticeFacts, telling: NoticeTelling, trouble: string, clock: (at: Instant) => string): string | null {
  const cameras = camerasOf(facts, telling);
  if (cameras.length < 2) return null;
  const names = cameras.slice(0, NAMED).map(({ deviceName }) => nameOf(deviceName)).join(', ');
  const all = `${names}${cameras.length > NAMED ? ` and ${cameras.length - NAMED} more` : ''}`;
  if (telling === 'well') return `${cameras.length} cameras are well again: ${all}`;
  return `${cameras.length} cameras ${trouble.replace(/^has /, 'have ')} since ${clock(facts.since)}: ${all}`;
}

/** A row for each camera with the moment from which nothing came, and those that are silent still. */
export function rowsOfSeveral(facts: NoticeFacts, telling: NoticeTelling, at: (instant: Instant) => string): Fact[] {
  const cameras = camerasOf(facts, telling);
  const silent = telling === 'well' ? facts.silence?.stillSilent ?? [] : [];
  return [
    ...(cameras.length < 2 ? [] : cameras.slice(0, LISTED).map(({ deviceName, since }): Fact => [nameOf(deviceName), `silent since ${at(since)}`])),
    ...(cameras.length > LISTED ? [['And', `${cameras.length - LISTED} more`] as const] : []),
    ...(silent.length === 0 ? [] : [['Still silent', oneLine(silent.map(nameOf).join(', '), 5 * NAME_LIMIT)] as const]),
  ];
}

const camerasOf = ({ silence }: NoticeFacts, telling: NoticeTelling) => (telling === 'well' ? silence?.well : silence?.opened) ?? [];

const nameOf = (name: string): string => oneLine(name, NAME_LIMIT);
