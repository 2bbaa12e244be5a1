/** The laws of the ledger: how incidents end, what their story says, what is held back. */
import { PROGRAM_CHANNELS, deliveryPartsOf } from '../../../contracts/delivery.ts';
import type { Books, DeliveryBook, EventBook } from './books.ts';

export const endedWell = ({ incidents }: Books): string[] =>
  incidents.flatMap(({ incidentId, state, due }) => (state === 'closed' && !due ? [] : [`${incidentId} is left ${state}${due ? ' with something due' : ''}`]));

export const nothingRuns = ({ running }: Books): string[] => running.map((workflowId) => `${workflowId} runs`);

export function storyComplete({ incidents, events, deliveries }: Books): string[] {
  return incidents.flatMap(({ incidentId }) => {
    const story = events.filter((event) => event.incidentId === incidentId);
    const messages = deliveries.filter((delivery) => delivery.incidentId === incidentId && !['taken', 'over'].includes(delivery.telling));
    return [...outOfOrder(story), ...untold(story, messages)].map((breach) => `${incidentId}: ${breach}`);
  });
}

function outOfOrder(story: readonly EventBook[]): string[] {
  const names = story.map(({ event }) => event);
  const breaches: string[] = [];
  if (names[0] !== 'opened' || names.filter((name) => name === 'opened').length !== 1) breaches.push(`begins with ${names[0]} and was opened ${names.filter((name) => name === 'opened').length} times`);
  if (names.at(-1) !== 'closed') breaches.push(`ends with ${names.at(-1)}`);
  if (story.some(({ atMs }, n) => n > 0 && atMs < story[n - 1]!.atMs)) breaches.push('goes back in time');
  let open = false;
  for (const name of names) {
    if (name === 'closed' && !open) breaches.push('was closed twice');
    if (name === 'told' && !open) breaches.push('was told while it was closed');
    if (name === 'opened' || name === 'reopened') open = true;
    if (name === 'closed') open = false;
  }
  return breaches;
}

/** Each message stands in the story, and each word of the story has its message. */
function untold(story: readonly EventBook[], messages: readonly DeliveryBook[]): string[] {
  const inStory = story.filter(({ event }) => event === 'told').flatMap(({ telling, level, contacts }) => contacts.map((contactId) => `${telling} ${level} ${contactId}`));
  const written = messages.map(({ key, telling, contactId }) => `${telling} ${deliveryPartsOf(key)?.level} ${contactId}`);
  return [
    ...without(written, inStory).map((message) => `a message that it does not tell of: ${message}`),
    ...without(inStory, written).map((word) => `tells of a message that is not there: ${word}`),
  ];
}

/** Counted: two of a kind need two. */
function without(these: readonly string[], those: readonly string[]): string[] {
  const left = [...those];
  return these.filter((one) => {
    const at = left.indexOf(one);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}

/** Counted in the messages themselves, not by the counter alone. */
export function budgetKept({ households, incidents, deliveries, budgets }: Books): string[] {
  return households.flatMap(({ userId, messagesPerHour: limit }) => {
    if (limit === null) return [];
    const own = new Set(incidents.filter((incident) => incident.userId === userId).map(({ incidentId }) => incidentId));
    const hours = new Map<string, number>();
    for (const { incidentId, telling, hour } of deliveries) {
      if (incidentId !== null && own.has(incidentId) && telling === 'opened') hours.set(hour, (hours.get(hour) ?? 0) + 1);
    }
    return [
      ...[...hours].filter(([, told]) => told > limit).map(([hour, told]) => `${userId}: ${told} messages in the hour of ${hour}, ${limit} allowed`),
      ...budgets.filter((budget) => budget.userId === userId && budget.told !== (hours.get(budget.hour) ?? 0)).map(({ hour, told }) => `${userId}: ${told} counted and ${hours.get(hour) ?? 0} written in the hour of ${hour}`),
    ];
  });
}

/** What digests are told by. */
const READ: readonly string[] = ['email', 'sms'];

export function heldBackTold({ households, held, deliveries, events }: Books): string[] {
  const things = held.map(({ incidentId, contactId, cause }) => `${incidentId} ${contactId ?? 'its user'} ${cause}`);
  const noted = new Set(events.filter(({ event }) => event === 'held').map(({ incidentId }) => incidentId));
  const kept = new Set(held.map(({ incidentId }) => incidentId));
  return [
    ...things.filter((thing, n) => things.indexOf(thing) !== n).map((thing) => `${thing}: held back twice`),
    ...[...noted].filter((incidentId) => !kept.has(incidentId)).map((incidentId) => `${incidentId}: its story says that it was held back, and nothing was`),
    ...held.flatMap(({ incidentId, userId, contactId, digestId }) => {
      if (digestId === null) return [`${incidentId}: held back from ${contactId ?? userId} and never told`];
      const own = households.find((household) => household.userId === userId)?.contacts ?? [];
      const readers = contactId === null ? own.filter(({ channel }) => channel === 'email') : own.filter((contact) => contact.contactId === contactId);
      return readers.filter(({ channel }) => READ.includes(channel) && !PROGRAM_CHANNELS.includes(channel)).flatMap((reader) => {
        const messages = deliveries.filter((delivery) => delivery.digestId === digestId && delivery.contactId === reader.contactId);
        return messages.length === 1 && messages[0]?.state === 'delivered' ? [] : [`digest ${digestId}: ${messages.length} messages to ${reader.contactId}, ${messages.map(({ state }) => state).join(', ')}`];
      });
    }),
  ];
}
