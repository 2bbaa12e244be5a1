/** What a user is told of what was held back, in words that fit any channel. Pure. */
import type { HoldCause } from '../contracts/digest.ts';
import { elapsedMs, knownTimeZone, localTime } from '../contracts/time.ts';
import type { Instant } from '../contracts/time.ts';
import { NAME_LIMIT, oneLine } from './one-line.ts';
import type { AlertPicture, DigestEntry, DigestMessage } from './ports/channel.ts';
import type { DigestFacts, HeldFacts } from './ports/digest-facts.ts';
import { seenWords, severityWords } from './seen-words.ts';

/** What somebody looks through over a coffee. */
export const ENTRIES_TOLD = 40;

/** Completes `3 things ...`, where all of them were held back for one cause. */
const CAUSE_WORDS: Readonly<Record<HoldCause, string>> = {
  quiet_hours: 'in your quiet hours', snoozed: 'while snoozed', budget: 'beyond the messages of the hour', old: 'that came late',
};

/** Everything but the addressee. `pictures`: of the first entries, in their order. */
export function digestText(facts: DigestFacts, pictures: readonly AlertPicture[], linkTo: (incidentId: string) => string | null): Omit<DigestMessage, 'to' | 'contactId'> {
  const { digestId, things, createdAt } = facts;
  const entries = facts.entries.map((held, index): DigestEntry => ({
    sentence: entrySentence(held, createdAt), cause: held.cause, severity: held.severity, matches: held.matches,
    picture: pictures[index] ?? NO_PICTURE, link: held.incidentId === null ? null : linkTo(held.incidentId),
  }));
  return { about: 'digest', digestId, sentence: digestSentence(facts), entries, left: Math.max(0, things - entries.length) };
}

const NO_PICTURE: AlertPicture = { missing: 'only the first ones come with their pictures' };

/** `3 things in your quiet hours, camera Back door and 1 more`. */
function digestSentence({ things, devices, causes, entries }: DigestFacts): string {
  const [cause] = causes;
  const why = causes.length === 1 && cause !== undefined ? CAUSE_WORDS[cause] : 'held back';
  const [first] = entries;
  const where = first === undefined ? '' : `, camera ${oneLine(first.deviceName, NAME_LIMIT)}${devices > 1 ? ` and ${devices - 1} more` : ''}`;
  return `${counted(things, 'thing')} ${why}${where}`;
}

/** `Person in Yard, 02:14 to 02:31, camera Back door, 152 matches`. */
function entrySentence(held: HeldFacts, createdAt: Instant): string {
  const labels = held.evidence.length > 0 ? held.evidence.map(({ label }) => label) : held.labels;
  return [
    `${severityWords(held.severity)}${seenWords({ ...held, labels })}`, span(held, createdAt), `camera ${oneLine(held.deviceName, NAME_LIMIT)}`, counted(held.matches, 'match', 'matches'),
  ].join(', ');
}

const counted = (count: number, one: string, several = `${one}s`): string => `${count} ${count === 1 ? one : several}`;

const DAY_MS = 86_400_000;

/** By the clock at the camera; with the day where it is not plain which one is meant. */
function span({ firstAt, lastAt, timeZone }: HeldFacts, createdAt: Instant): string {
  const [first, last] = [firstAt, lastAt].map((at) => momentOf(at, timeZone)) as [Moment, Moment];
  const isRecent = elapsedMs(firstAt, createdAt) < DAY_MS;
  const from = isRecent ? first.clock : `${first.day} ${first.clock}`;
  const to = isRecent || first.day === last.day ? last.clock : `${last.day} ${last.clock}`;
  return first.day === last.day && first.clock === last.clock ? from : `${from} to ${to}`;
}

interface Moment {
  /** `21 Nov`. */
  readonly day: string;
  /** `02:14`. */
  readonly clock: string;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function momentOf(at: Instant, timeZone: string): Moment {
  const local = localTime(at, knownTimeZone(timeZone));
  return { day: `${Number(local.slice(8, 10))} ${MONTHS[Number(local.slice(5, 7)) - 1]}`, clock: local.slice(11, 16) };
}
