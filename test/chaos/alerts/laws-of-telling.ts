/** The laws of who is told, and when nobody further is. */
import type { IncidentTelling } from '../../../contracts/delivery.ts';
import { deliveryPartsOf } from '../../../contracts/delivery.ts';
import type { Books, DeliveryBook, EventBook } from './books.ts';
import { CHAINS } from './households.ts';
import type { Household, PlannedContact, Visit } from './households.ts';
import { sayStep, wholeChain } from './whole-chain.ts';

/** With one of these a chain begins. */
const BEGINNINGS: readonly IncidentTelling[] = ['opened', 'rose', 'reopened'];
const ANSWERS: readonly string[] = ['acknowledged', 'resolved'];

export function firstLevelReached(books: Books): string[] {
  return books.households.flatMap((household) => household.visits.flatMap((visit) => {
    const incidents = books.incidents.filter(({ deviceId }) => deviceId === visit.deviceId);
    const [incident] = incidents;
    if (incident === undefined || incidents.length > 1) return [`${visit.deviceId} (${household.kind}): ${incidents.length} incidents`];
    return unreached(books, household, visit, incident.incidentId).map((breach) => `${visit.deviceId} (${household.kind}): ${breach}`);
  }));
}

function unreached(books: Books, { userId, contacts, chainId, messagesPerHour }: Household, { old }: Visit, incidentId: string): string[] {
  const chain = CHAINS[chainId]!;
  const [first] = wholeChain(chain, contacts, 'opened');
  const events = books.events.filter((event) => event.incidentId === incidentId);
  const told = events.find(({ event }) => event === 'told');
  const held = books.held.filter((row) => row.incidentId === incidentId);
  const heldFor = (cause: string, contactId: string | null): string[] => (held.some((row) => row.cause === cause && row.contactId === contactId && row.userId === userId) ? [] : [`not held back for ${contactId ?? 'its user'} (${cause})`]);
  if (old) return [...heldFor('old', null), ...(told === undefined ? [] : ['told although it was old'])];
  const asleep = contacts.filter((contact) => contact.asleep).flatMap(({ contactId }) => heldFor('quiet_hours', contactId));
  if (first === undefined) return [...asleep, ...(told === undefined ? [] : ['somebody was woken'])];
  if (told === undefined) return messagesPerHour === null ? ['nobody was told'] : heldFor('budget', null);
  const step = { telling: told.telling ?? 'opened', level: told.level ?? 0, contacts: told.contacts };
  return [
    ...asleep, ...(sayStep(step) === sayStep(first) ? [] : [`first told ${sayStep(step)}, due was ${sayStep(first)}`]),
    ...first.contacts.flatMap((contactId) => {
      const message = books.deliveries.find((delivery) => delivery.incidentId === incidentId && delivery.contactId === contactId && delivery.telling === 'opened');
      const why = message === undefined ? 'has no message' : notReached(message, contacts.find((contact) => contact.contactId === contactId), events);
      return why === null ? [] : [`${contactId} ${why}`];
    }),
  ];
}

/** Why a message is not at its end as it should be; null when it is. */
export function notReached({ state, code }: DeliveryBook, contact: PlannedContact | undefined, events: readonly EventBook[]): string | null {
  if (state === 'delivered') return null;
  if (state === 'failed') return contact?.refused === true && code === 'recipient_refused' ? null : `is a dead letter: ${code}`;
  if (state === 'withdrawn') return events.some(({ event }) => ANSWERS.includes(event)) ? null : 'was withdrawn, and nobody had answered';
  return `is left ${state}`;
}

/** By the order of the story, which is that of the commits; and by the clock, for answers whose HTTP answer had come back. */
export function answerStops({ incidents, events, answered, responses }: Books): string[] {
  const further = ({ event, telling }: EventBook): boolean => event === 'told' && !BEGINNINGS.includes(telling!);
  const begins = ({ event, telling }: EventBook): boolean => event === 'rose' || event === 'reopened' || (event === 'told' && BEGINNINGS.includes(telling!));
  const afterwards = (story: readonly EventBook[], what: string): string[] => {
    const next = story.findIndex(begins);
    return story.slice(0, next === -1 ? story.length : next).filter(further).map(({ telling, level, incidentId }) => `${incidentId}: ${telling} on level ${level} after ${what}`);
  };
  const storyOf = (incidentId: string): EventBook[] => events.filter((event) => event.incidentId === incidentId);
  return [
    ...incidents.flatMap(({ incidentId }) => {
      const story = storyOf(incidentId);
      return story.flatMap(({ event }, n) => (ANSWERS.includes(event) ? afterwards(story.slice(n + 1), `it was ${event}`) : []));
    }),
    ...answered.flatMap(({ incidentId, way, atMs }) => [
      ...afterwards(storyOf(incidentId).filter((event) => event.atMs > atMs), `the answer by ${way} was taken`),
      ...(responses.some((response) => response.incidentId === incidentId && response.way === way) ? [] : [`${incidentId}: the answer by ${way} was taken and is not kept`]),
    ]),
  ];
}

export function chainInOrder({ households, incidents, events, deliveries }: Books): string[] {
  return incidents.flatMap(({ incidentId, userId }) => {
    const household = households.find((known) => known.userId === userId);
    if (household === undefined) return [`${incidentId} is nobody's`];
    const story = events.filter((event) => event.incidentId === incidentId);
    const said = story.flatMap(({ event, telling }, n) => (event === 'told' && BEGINNINGS.includes(telling!) ? [n] : []));
    const rounds = said.map((from, n) => story.slice(from, said[n + 1]));
    const stray = story.slice(0, said[0]).filter(({ event }) => event === 'told').map(() => 'told before anything began');
    return [
      ...[...stray, ...rounds.flatMap((round, n) => roundBreaches(round, n === rounds.length - 1, household))].map((breach) => `${incidentId} (${household.kind}): ${breach}`),
      ...repeatedKeys(deliveries.filter((delivery) => delivery.incidentId === incidentId)),
    ];
  });
}

/** Whoever answers cuts a chain short, and so does what gets worse; nothing else. */
function roundBreaches(round: readonly EventBook[], last: boolean, { contacts, chainId }: Household): string[] {
  const [beginning] = round;
  const due = wholeChain(CHAINS[chainId]!, contacts, beginning?.telling ?? 'opened').map(sayStep);
  const told = round.filter(({ event }) => event === 'told').map(({ telling, level, contacts: to }) => sayStep({ telling: telling!, level: level!, contacts: to }));
  const wrong = told.findIndex((step, n) => step !== due[n]);
  if (wrong !== -1) return [`step ${wrong + 1} was "${told[wrong]}", due was "${due[wrong] ?? 'nothing'}"`];
  const cutShort = round.some(({ event }) => ANSWERS.includes(event)) || (!last && !round.some(({ event }) => event === 'closed'));
  if (cutShort) return [];
  return [
    ...due.slice(told.length).map((step) => `nobody answered, and "${step}" never came`),
    ...(round.some(({ event }) => event === 'exhausted') ? [] : ['the end of the chain is not noted']),
  ];
}

/** A key names a contact, a level and a round: written twice it would be the same thing said twice. */
function repeatedKeys(deliveries: readonly DeliveryBook[]): string[] {
  const seen = new Set<string>();
  return deliveries.flatMap(({ key, contactId }) => {
    const repeated = seen.has(key);
    seen.add(key);
    return [...(repeated ? [`${key} was written twice`] : []), ...(deliveryPartsOf(key)?.contactId === contactId ? [] : [`${key} is for ${contactId}`])];
  });
}
