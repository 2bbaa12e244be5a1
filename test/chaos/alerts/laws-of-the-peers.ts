/** The laws of what stands in the books of those who were told, held against the ledger. */
import { PROGRAM_CHANNELS } from '../../../contracts/delivery.ts';
import type { Channel } from '../../../contracts/delivery.ts';
import type { Books, Copy, DeliveryBook } from './books.ts';
import { notReached } from './laws-of-telling.ts';
import type { Heard } from './program-peers.ts';

/** Their copies are counted one by one. PagerDuty and Nagios keep a state, and are held to its order. */
const COUNTED: readonly Channel[] = ['email', 'sms', 'call', 'webhook'];
/** Whoever is told by these knows a repeat by its id, so a try that broke off is in no doubt and copies are no doubles. */
const KNOWS_REPEATS: readonly Channel[] = ['webhook'];

export function everyMessageArrived({ households, deliveries, copies, events }: Books): string[] {
  const contacts = new Map(households.flatMap((household) => household.contacts.map((contact) => [contact.contactId, contact])));
  const taken = copiesByKey(copies);
  return [
    ...copies.filter(({ key }) => key === null).map(({ channel, to }) => `a message by ${channel} to ${to} that the ledger does not know`),
    ...deliveries.flatMap((delivery) => {
      const { key, channel, contactId, incidentId, state } = delivery;
      const why = notReached(delivery, contacts.get(contactId), events.filter((event) => event.incidentId === incidentId));
      const lost = state === 'delivered' && COUNTED.includes(channel) && !taken.has(key);
      return [...(why === null ? [] : [`${key} ${why}`]), ...(lost ? [`${key} is delivered, and whoever was told has nothing`] : [])];
    }),
    ...copies.flatMap(({ key, to }) => {
      const due = contacts.get(deliveries.find((delivery) => delivery.key === key)?.contactId ?? '');
      return due === undefined || to === due.address || to === due.contactId ? [] : [`${key} went to ${to}, due to ${due.address}`];
    }),
  ];
}

export function nothingTwice({ deliveries, copies }: Books): string[] {
  const known = new Map(deliveries.map((delivery) => [delivery.key, delivery]));
  return [...copiesByKey(copies)].flatMap(([key, taken]) => {
    const { channel, uncertain } = known.get(key) ?? { channel: taken[0]!.channel, uncertain: 0 };
    const doubled = !KNOWS_REPEATS.includes(channel) && taken.length > 1 + uncertain;
    const said = new Set(taken.map((copy) => copy.said)).size;
    return [...(doubled ? [`${key}: told ${taken.length} times with ${uncertain} uncertain tries`] : []), ...(said === 1 ? [] : [`${key}: copies that do not say the same`])];
  });
}

function copiesByKey(copies: readonly Copy[]): Map<string, Copy[]> {
  const byKey = new Map<string, Copy[]>();
  for (const copy of copies) if (copy.key !== null) byKey.set(copy.key, [...(byKey.get(copy.key) ?? []), copy]);
  return byKey;
}

const SHOWN: Readonly<Record<string, string>> = { taken: 'acknowledge', over: 'resolve' };
/** What a program is shown of a message. */
const wordsFor = (channel: string, telling: string): string => (channel === 'webhook' ? telling : SHOWN[telling] ?? 'trigger');

/** Per contact and incident: what the program heard, repeats left out, is what was delivered to it, in the order in which it was written. */
export function programsToldInOrder({ deliveries, programs, pagerdutyShows, events }: Books): string[] {
  const order = toldOf(deliveries).flatMap(({ channel, contactId, incidentId, written }) => {
    const got = joined(withoutRepeats(heardBy(programs[channel], contactId, incidentId)).map(({ what }) => what));
    const due = ways(written).map((words) => joined(words.map(({ telling }) => wordsFor(channel, telling))));
    return due.includes(got) ? [] : [`${channel} ${contactId}, ${incidentId}: heard "${got}", written "${due.join('" or "')}"`];
  });
  // PagerDuty opens an incident anew when something is triggered after its end: more often than ours was open would wake somebody for nothing.
  const reopened = (incidentId: string): number => events.filter((event) => event.incidentId === incidentId && event.event === 'reopened').length;
  const shown = new Map<string, number>();
  for (const { incidentId } of pagerdutyShows) shown.set(incidentId, (shown.get(incidentId) ?? 0) + 1);
  return [...order, ...[...shown].filter(([incidentId, times]) => times > 1 + reopened(incidentId)).map(([incidentId, times]) => `PagerDuty opened ${incidentId} ${times} times`)];
}

export function programsEndWell({ deliveries, programs, pagerdutyShows }: Books): string[] {
  return [
    ...toldOf(deliveries).flatMap(({ channel, contactId, incidentId }) => {
      const last = heardBy(programs[channel], contactId, incidentId).at(-1)?.what;
      // One that was only tried need not have heard anything.
      return last === undefined || last === wordsFor(channel, 'over') ? [] : [`${channel} ${contactId}, ${incidentId}: the last word is ${last}`];
    }),
    ...pagerdutyShows.filter(({ state }) => state !== 'resolved').map(({ incidentId, state }) => `PagerDuty shows ${incidentId} as ${state}`),
  ];
}

const heardBy = (heard: readonly Heard[], contactId: string, incidentId: string): Heard[] =>
  heard.filter((word) => word.incidentId === incidentId && (word.contactId === null || word.contactId === contactId));

/** One that was withdrawn after a try may have been heard or not: every way in which it can have gone. */
function ways(written: readonly DeliveryBook[]): DeliveryBook[][] {
  return written.reduce<DeliveryBook[][]>((so, delivery) => [...so.map((words) => [...words, delivery]), ...(delivery.state === 'withdrawn' ? so : [])], [[]]);
}

type Program = keyof Books['programs'];
interface ToldProgram {
  readonly channel: Program;
  readonly contactId: string;
  readonly incidentId: string;
  readonly written: readonly DeliveryBook[];
}

/** Programs that took a word about an incident, or may have. */
function toldOf(deliveries: readonly DeliveryBook[]): ToldProgram[] {
  const told = new Map<string, ToldProgram>();
  for (const delivery of deliveries) {
    const { channel, contactId, incidentId, state, tries } = delivery;
    if (incidentId === null || !PROGRAM_CHANNELS.includes(channel) || !(state === 'delivered' || (state === 'withdrawn' && tries > 0))) continue;
    const key = `${contactId} ${incidentId}`;
    told.set(key, { channel: channel as Program, contactId, incidentId, written: [...(told.get(key)?.written ?? []), delivery] });
  }
  return [...told.values()];
}

/** By its id where there is one. A state that is set again is set already, so there a word that comes twice running is one. */
const withoutRepeats = (heard: readonly Heard[]): Heard[] => heard.filter(({ id, what }, n) => (id === null ? heard[n - 1]?.what !== what : heard.findIndex((word) => word.id === id) === n));
const joined = (words: readonly string[]): string => words.filter((word, n) => !STATES.includes(word) || words[n - 1] !== word).join(', ');
const STATES: readonly string[] = ['trigger', 'acknowledge', 'resolve'];
