/** One plain sentence for each thing that happened to an incident. Pure. */
import type { AttemptOutcome, MatchRole, Story, StoryFact, StorySubject } from '../adapters/postgres/incident-story.ts';
import { PROGRAM_CHANNELS } from '../contracts/delivery.ts';
import type { Arrival, Channel } from '../contracts/delivery.ts';
import type { HoldCause } from '../contracts/digest.ts';
import type { IncidentEvent } from '../contracts/incident.ts';
import type { ResponseKind, ResponseWay } from '../contracts/response.ts';
import { knownTimeZone, localTime } from '../contracts/time.ts';
import type { Instant } from '../contracts/time.ts';

type Fact<Kind extends StoryFact['kind']> = Extract<StoryFact, { kind: Kind }>;

/** `Person and dog`; the rule where nothing that was seen has a name. */
export const seenIn = ({ labels, ruleName }: Pick<StorySubject, 'labels' | 'ruleName'>, ruleId: string): string =>
  (labels.length === 0 ? ruleName ?? `Rule ${ruleId}` : capital(listOf(labels)));

export function sentenceOf(fact: StoryFact, story: Story, { ruleId, matches }: { readonly ruleId: string; readonly matches: number }): string {
  const clock = (at: Instant): string => localTime(at, knownTimeZone(story.timeZone)).slice(0, 19);
  switch (fact.kind) {
    case 'event': return eventSentence(fact, story, ruleId);
    case 'match': return `${capital(listOf(fact.which.map((role) => ROLES[role])))} of ${count(matches, 'match', 'matches')}: ${found(fact)}${fact.severity}, seen at ${clock(fact.capturedAt).slice(11)}.`;
    case 'message': return `${NOUNS[fact.channel]} to ${who(fact)} written${SAYING[fact.telling] ?? (fact.round > 0 ? `, number ${fact.round + 1} of this level` : '')}${fact.state === 'withdrawn' ? '; withdrawn before it went out' : ''}.`;
    case 'attempt': return attemptSentence(fact);
    case 'arrival': return `${NOUNS[fact.channel]} to ${who(fact)}: ${ARRIVED[fact.arrival]}${fact.providerCode === null ? '' : ` (code ${fact.providerCode} of the provider)`}.`;
    case 'resent': return `${NOUNS[fact.channel]} to ${who(fact)} set waiting again by hand.`;
    case 'response': return responseSentence(fact, clock);
    case 'held_back': return `Kept from ${fact.contactId ?? 'the user'} with ${count(fact.matches, 'match', 'matches')}: ${CAUSES[fact.cause]}; ${fact.digestId === null ? `a digest tells it at ${clock(fact.dueAt)}` : 'told by a digest since'}.`;
    case 'digest': return `A digest tells what was held back${fact.messages.length === 0 ? '' : `: ${fact.messages.map((message) => `${NOUNS[message.channel].toLowerCase()} to ${who(message)}, ${message.state}`).join('; ')}`}.`;
  }
}

const NOUNS: Readonly<Record<Channel, string>> = {
  email: 'Mail', sms: 'Text message', call: 'Call', webhook: 'Webhook call', pagerduty: 'PagerDuty event', nagios: 'Nagios result',
};
/** Programs only; what others are told stands in the line before. */
const SAYING: Readonly<Record<string, string>> = { taken: ': somebody took charge', over: ': it is over' };
const ROLES: Readonly<Record<MatchRole, string>> = { first: 'first', worst: 'worst', latest: 'latest' };
const CAUSES: Readonly<Record<HoldCause, string>> = {
  quiet_hours: 'quiet hours', snoozed: 'snoozed', budget: 'the messages of this hour are used up', old: 'judged long after it was seen',
};
const ARRIVED: Readonly<Record<Arrival, string>> = {
  queued: 'queued by its provider', sent: 'sent on by its provider', ringing: 'it rings', answered: 'picked up', arrived: 'arrived', completed: 'heard to its end',
  busy: 'the line was busy', no_answer: 'nobody picked up', undelivered: 'did not arrive',
};
const OUTCOMES: Readonly<Record<AttemptOutcome, string>> = {
  delivered: 'taken', refused: 'not taken, and not tried again', unavailable: 'not taken, tried again later', uncertain: 'not known, it may have been taken',
};
const WAYS: Readonly<Record<ResponseWay, string>> = { api: 'over the API', link: 'by the link in a message', sms: 'by text message', call: 'by a key during a call' };
const ANSWERS: Readonly<Record<ResponseKind, string>> = {
  acknowledge: 'takes charge', resolve: 'says that it is dealt with', real: 'says that it is real', false_alarm: 'calls it a false alarm', known: 'knows what it is',
};

function eventSentence({ event, detail }: Fact<'event'>, story: Story, ruleId: string): string {
  const text = (name: string): string => (typeof detail[name] === 'string' || typeof detail[name] === 'number' ? String(detail[name]) : '');
  const contacts = Array.isArray(detail['contacts']) ? detail['contacts'].map(String) : [];
  const sentences: Readonly<Record<IncidentEvent, () => string>> = {
    opened: () => `${seenIn(story, ruleId)} on camera ${story.deviceName}, by rule ${ruleId}${story.ruleName === null ? '' : ` (${story.ruleName})`}${text('severity') === '' ? '' : `, ${text('severity')}`}.`,
    told: () => `${TOLD[text('telling')] ?? 'Told'}: level ${text('level')}${contacts.length === 0 ? '' : `, ${listOf(contacts)}`}.`,
    held: () => `${contacts.length === 0 ? 'Nobody is' : `${listOf(contacts)} ${contacts.length === 1 ? 'is' : 'are'} not`} told: ${CAUSES[text('cause') as HoldCause] ?? 'held back'}.`,
    rose: () => `It got worse: ${text('from') === '' ? '' : `${text('from')}, now `}${text('to')}.`,
    acknowledged: () => 'Somebody took charge: nobody else is told.',
    resolved: () => 'Dealt with: further matches are silent.',
    exhausted: () => 'The chain is at its end: nobody answered to the last level.',
    withdrawn: () => `Messages that had not gone out were withdrawn${contacts.length === 0 ? '' : `: ${listOf(contacts)}`}.`,
    closed: () => 'Over: it has been quiet.',
    reopened: () => `It goes on: opened again${text('severity') === '' ? '' : `, ${text('severity')}`}.`,
    released: () => 'What was held back may be told again.',
  };
  return sentences[event]();
}

const TOLD: Readonly<Record<string, string>> = {
  opened: 'Told', repeated: 'Nobody answered, told again', escalated: 'Nobody answered, the next are told', rose: 'Told that it got worse', reopened: 'Told that it goes on',
};

function attemptSentence(fact: Fact<'attempt'>): string {
  const took = fact.ms === null ? '' : ` (${fact.ms} ms)`;
  const answer = fact.answer === null || fact.answer === '' ? '' : `, ${JSON.stringify(fact.answer)}`;
  return `${NOUNS[fact.channel]} to ${who(fact)}, try ${fact.attempt}${took}: ${fact.outcome === null ? 'under way' : OUTCOMES[fact.outcome]}${answer}.`;
}

function responseSentence({ response, way, contactId, said, knownUntil }: Fact<'response'>, clock: (at: Instant) => string): string {
  const answer = response === null ? 'says what means nothing to us' : ANSWERS[response];
  const quoted = said === null ? '' : `: ${JSON.stringify(said)}`;
  return `${contactId ?? 'Somebody'} ${answer}${knownUntil === null ? '' : `, muted until ${clock(knownUntil)}`}, ${WAYS[way]}${quoted}.`;
}

/** `person, 87 %`; cut, not rounded, as in messages. */
const found = ({ labels, probability }: Fact<'match'>): string =>
  [...(labels.length === 0 ? [] : [listOf(labels)]), ...(probability === null ? [] : [`${Math.floor(probability * 100 + 1e-9)} %`]), ''].join(', ');

/** The address of a program is long, and may hold a secret. */
const who = ({ contactId, channel, address }: { readonly contactId: string; readonly channel: Channel; readonly address: string }): string =>
  (PROGRAM_CHANNELS.includes(channel) ? contactId : `${contactId} (${address})`);
const count = (amount: number, one: string, many: string): string => `${amount} ${amount === 1 ? one : many}`;
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const listOf = (words: readonly string[]): string => (words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`);
