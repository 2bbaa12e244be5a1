/** An incident as a person reads it: what it is now, and its story line by line on the clock of its camera. */
import type { Incident } from '../api/shapes/incidents.ts';
import type { IncidentStory } from '../api/shapes/story.ts';
import { knownTimeZone, localTime } from '../contracts/time.ts';
import type { Instant } from '../contracts/time.ts';
import { facts, printable } from './table.ts';

/** `columns`: how wide the terminal is; undefined where lines may be as long as they like. */
export function describeIncident(incident: IncidentStory, columns?: number): string[] {
  const zone = knownTimeZone(incident.timeZone);
  const clock = (at: Instant): string => localTime(at, zone);
  const { acknowledgedAt, acknowledgedBy, resolvedAt, closedAt, label, held, messages, openedAt, lastMatchAt } = incident;
  return [
    ...facts([
      ['incident', incident.incidentId],
      ['state', `${incident.state}${incident.label === null ? '' : `, labelled ${label?.replace('_', ' ')}`}${incident.reopened > 0 ? `, reopened ${times(incident.reopened)}` : ''}`],
      ['severity', `${incident.severity}${incident.toldSeverity === null || incident.toldSeverity === incident.severity ? '' : `, told as ${incident.toldSeverity}`}`],
      ['user', incident.userId],
      ['camera', `${incident.deviceName} (${incident.deviceId})`],
      ['rule', `${incident.ruleId} version ${incident.ruleVersion}${incident.ruleName === null ? '' : `, ${incident.ruleName}`}`],
      ['seen', `${incident.matches} ${incident.matches === 1 ? 'match' : 'matches'}, ${clock(openedAt)}${openedAt === lastMatchAt ? '' : ` to ${clock(lastMatchAt).slice(...(sameDay(clock(openedAt), clock(lastMatchAt)) ? [11] : [0]))}`}`],
      ...(held === null ? [] : [['held', `nobody was told: ${held.replace('_', ' ')}`]]),
      ['chain', `${incident.chain ?? 'the default'}${incident.level === null ? ', nobody told yet' : `, level ${incident.level} told last`}${incident.exhausted ? ', no further level' : ''}`],
      ['messages', messagesIn(messages)],
      ...(acknowledgedAt === null ? [] : [['taken', `${clock(acknowledgedAt)}, by ${acknowledgedBy}`]]),
      ...(resolvedAt === null ? [] : [['resolved', clock(resolvedAt)]]),
      ...(closedAt === null ? [] : [['closed', clock(closedAt)]]),
    ]),
    '',
    ...storyLines(incident, zone, columns),
  ];
}

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);
const sameDay = (one: string, other: string): boolean => one.slice(0, 10) === other.slice(0, 10);

/** `5: 3 delivered, 1 delivered (arrived), 1 failed; 0.0158 USD`. */
export function messagesIn(messages: Incident['messages']): string {
  if (messages.length === 0) return 'none';
  const states = tally(messages.map(({ state, arrival }) => (arrival === null ? state : `${state} (${arrival.replace('_', ' ')})`)));
  const costs = new Map<string, number>();
  for (const { cost } of messages) if (cost !== null) costs.set(cost.currency, (costs.get(cost.currency) ?? 0) + Math.round(Number(cost.amount) * 1e6));
  return [`${messages.length}: ${states}`, ...[...costs].map(([currency, micros]) => `${micros / 1e6} ${currency}`)].join('; ');
}

function tally(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ');
}

const GAP = '  ';
const TIME = '00:00:00';
/** What was left out lies after so many entries (the API says so). */
const HEAD = 100;
/** Narrower text than this is worse to read than a line that the terminal breaks. */
const MIN_TEXT = 30;

function storyLines({ story, storyLeft }: IncidentStory, zone: string, columns: number | undefined): string[] {
  const kindWidth = Math.max(0, ...story.map(({ kind }) => kind.length));
  const indent = TIME.length + kindWidth + 2 * GAP.length;
  const lines: string[] = [];
  let day = '';
  story.forEach(({ at, kind, text }, index) => {
    const clock = localTime(at, zone);
    if (!sameDay(clock, day)) lines.push(`${clock.slice(0, 10)} (${clock.slice(20)})`);
    day = clock;
    const [first = '', ...more] = wrapped(printable(text), columns === undefined ? Infinity : Math.max(MIN_TEXT, columns - indent));
    lines.push([clock.slice(11, 19), wordOf(kind).padEnd(kindWidth), first].join(GAP), ...more.map((line) => ' '.repeat(indent) + line));
    if (storyLeft > 0 && index === HEAD - 1) lines.push(`... ${storyLeft} more, left out here ...`);
  });
  return lines;
}

const wordOf = (kind: string): string => kind.replace('_', ' ');

/** Broken between words; a word that is longer than the line stands alone. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
