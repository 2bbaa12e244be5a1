/** The figures of a run of alerts. Pure. */
import type { PlannedFault } from '../fault-plan.ts';
import type { Books } from './books.ts';

export interface Circumstances {
  readonly mail: string;
  readonly lostCallbacks: number;
  readonly seconds: number;
}

export function summariseAlerts(books: Books, plan: readonly PlannedFault[], { mail, lostCallbacks, seconds }: Circumstances): (readonly [string, string])[] {
  const { incidents, events, deliveries, copies, responses, answered, held, programs } = books;
  const uncertain = deliveries.filter((delivery) => delivery.uncertain > 0);
  const times = new Map<string, number>();
  for (const { key } of copies) if (key !== null) times.set(key, (times.get(key) ?? 0) + 1);
  const doubled = deliveries.filter(({ key }) => (times.get(key) ?? 0) > 1);
  return [
    ['time', `${seconds} s`],
    ['mail server', mail],
    ['incidents', `${incidents.length}: ${counted(events.map(({ event }) => event).filter((event) => ['opened', 'reopened', 'rose', 'exhausted', 'closed', 'held'].includes(event)))}`],
    ['answers', `${answered.length} taken: ${counted(responses.map(({ way }) => way))}`],
    ['messages', counted(deliveries.map(({ state }) => state))],
    ['messages by channel', counted(deliveries.map(({ channel }) => channel))],
    ['what they tell', counted(deliveries.map(({ telling }) => telling))],
    ['uncertain tries', `${uncertain.reduce((sum, delivery) => sum + delivery.uncertain, 0)}: ${counted(uncertain.map(({ channel }) => channel)) || 'none'}`],
    ['second copies within the documented window', counted(doubled.filter(({ channel }) => channel !== 'webhook').map(({ channel }) => channel)) || 'none'],
    ['repeats that the receiver knows by their id', `${counted(doubled.filter(({ channel }) => channel === 'webhook').map(({ channel }) => channel)) || 'none'}`],
    ['heard by programs', Object.entries(programs).map(([channel, heard]) => `${heard.length} ${channel}`).join(', ')],
    ['held back', counted(held.map(({ cause }) => cause)) || 'nothing'],
    ['callbacks of Twilio that found nobody', String(lostCallbacks)],
    ['faults', counted(plan.map(({ fault: { kind, name } }) => `${name} ${kind}`))],
  ];
}

function counted(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort().map(([name, times]) => `${times} ${name}`).join(', ');
}
