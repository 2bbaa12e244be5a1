/** How an incident stands, and what was answered, in words for whoever opened its link. Pure. */
import type { AlertText } from '../activities/alert-message.ts';
import type { AnsweredIncident, KeptAnswer } from '../adapters/postgres/incident-answers.ts';
import { LABELS } from '../contracts/response.ts';
import type { Label, ResponseKind } from '../contracts/response.ts';
import { localTime } from '../contracts/time.ts';
import type { Instant } from '../contracts/time.ts';

export interface Standing {
  /** In a word or two. */
  readonly state: string;
  /** Who said what, in order. */
  readonly lines: readonly string[];
}

/** Whoever presses again and again shall not push the picture off the page. */
const LINES = 8;

const VERDICTS: Readonly<Record<Label, string>> = { real: 'Real', false_alarm: 'False alarm', known: 'Known' };

/** `reader`: the contact whose link it is. `shown`: when the picture was taken, by the clock at the camera; that day needs no name. */
export function standingOf({ state, acknowledgedAt, closedAt, answers }: AnsweredIncident, reader: string | null, shown: Pick<AlertText, 'localTime' | 'timeZone'>): Standing {
  const at = (moment: Instant): string => {
    const there = localTime(moment, shown.timeZone);
    return there.slice(there.slice(0, 10) === shown.localTime.slice(0, 10) ? 11 : 0, 16);
  };
  const verdict = answers.map(({ kind }) => LABELS.find((label) => label === kind)).findLast((label) => label !== undefined);
  const said = answers.map((answer) => lineOf(answer, reader, at)).slice(-LINES);
  const unsaid = answers.length === 0 && acknowledgedAt !== null ? [`Somebody took charge at ${at(acknowledgedAt)}.`] : [];
  const over = state === 'closed' && closedAt !== null ? [`It has been quiet: closed at ${at(closedAt)}.`] : [];
  const words = verdict === undefined ? '' : VERDICTS[verdict];
  return {
    state: {
      // An answer made it something else, so it was reopened, or got worse, since.
      open: answers.length === 0 ? 'Open: nobody has taken charge yet' : 'Open again: nobody has taken charge since',
      acknowledged: 'Somebody is looking after it',
      resolved: verdict === undefined || verdict === 'real' ? 'Dealt with' : words,
      closed: words === '' ? 'Over' : `Over: ${words.toLowerCase()}`,
    }[state],
    lines: [...said, ...unsaid, ...over],
  };
}

function lineOf({ kind, at: moment, contactId, name, knownUntil }: KeptAnswer, reader: string | null, at: (moment: Instant) => string): string {
  const who = contactId !== null && contactId === reader ? 'You' : name ?? 'Somebody';
  const said: Readonly<Record<ResponseKind, string>> = {
    acknowledge: `took charge at ${at(moment)}.`,
    resolve: `said at ${at(moment)} that it is dealt with.`,
    real: `said at ${at(moment)} that it is real.`,
    false_alarm: `said at ${at(moment)} that it is a false alarm.`,
    known: `said at ${at(moment)} that this is known${knownUntil === null ? '.' : `: nobody is told of it until ${at(knownUntil)}.`}`,
  };
  return `${who} ${said[kind]}`;
}
