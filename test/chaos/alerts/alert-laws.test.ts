/** Each law is shown a book in which it is broken, and says so; of the book before, in which all is well, no law complains. */
import { describe, expect, it } from 'vitest';
import { deliveryKeyOf, digestDeliveryKeyOf } from '../../../contracts/delivery.ts';
import type { Channel } from '../../../contracts/delivery.ts';
import { ALERT_LAWS } from './alert-laws.ts';
import type { Books, Copy, DeliveryBook, EventBook } from './books.ts';
import type { Household, PlannedContact } from './households.ts';
import { SECRETS, leaksIn } from './secrets.ts';

const HOUR = '2026-11-21 02:00:00+00';
const [ALONE, ANSWERED, SLEEPING, BUDGET, HELD] = ['1', '2', '3', '4', '5'].map((n) => `0199a0c4-0000-7000-8000-00000000000${n}`) as [string, string, string, string, string];

const contact = (contactId: string, channel: Channel, more: Partial<PlannedContact> = {}): PlannedContact => ({ contactId, channel, address: `to ${contactId}`, asleep: false, refused: false, ...more });
const home = (userId: string, contacts: readonly PlannedContact[], devices: readonly string[], messagesPerHour: number | null = null): Household =>
  ({ userId, kind: 'test', contacts, chainId: 'once', messagesPerHour, visits: devices.map((deviceId) => ({ deviceId, answer: null, again: null, old: false })) });

const message = (incidentId: string, channel: Channel, contactId: string, telling: string, level: number, round = 0): DeliveryBook => ({
  key: deliveryKeyOf({ incidentId, level, round, channel, contactId }), incidentId, digestId: null, contactId, channel, telling, state: 'delivered', code: null, tries: 1, uncertain: 0, hour: HOUR,
});
const digest = (digestId: string, contactId: string): DeliveryBook => ({ ...message(ALONE, 'email', contactId, 'digest', 0), key: digestDeliveryKeyOf({ digestId, channel: 'email', contactId }), incidentId: null, digestId });

/** The clock goes on by a second with each. */
let clock = 0;
const event = (incidentId: string, name: EventBook['event'], more: Partial<EventBook> = {}): EventBook => ({ incidentId, event: name, atMs: clock += 1_000, telling: null, level: null, contacts: [], ...more });
const told = (incidentId: string, telling: EventBook['telling'], level: number, ...contacts: string[]): EventBook => event(incidentId, 'told', { telling, level, contacts });

function wellKept(): Books {
  clock = 0;
  const deliveries = [
    message(ALONE, 'email', 'a-mail', 'opened', 0), message(ALONE, 'sms', 'a-sms', 'escalated', 1), message(ALONE, 'call', 'a-call', 'escalated', 2), message(ALONE, 'call', 'a-call', 'repeated', 2, 1),
    message(ANSWERED, 'webhook', 'b-hook', 'opened', 0), message(ANSWERED, 'pagerduty', 'b-duty', 'opened', 0), message(ANSWERED, 'webhook', 'b-hook', 'taken', 0, 1), message(ANSWERED, 'pagerduty', 'b-duty', 'taken', 0, 1),
    message(ANSWERED, 'webhook', 'b-hook', 'over', 0, 2), message(ANSWERED, 'pagerduty', 'b-duty', 'over', 0, 2),
    message(BUDGET, 'email', 'd-mail', 'opened', 0), digest('d1', 'c-mail'), digest('d2', 'd-mail'),
  ];
  const heard = (contactId: string | null, id: string | null, what: string) => ({ contactId, incidentId: ANSWERED, id, what, body: what });
  return {
    deliveries,
    households: [
      home('a', [contact('a-mail', 'email'), contact('a-sms', 'sms'), contact('a-call', 'call')], ['a-cam']), home('b', [contact('b-hook', 'webhook'), contact('b-duty', 'pagerduty')], ['b-cam']),
      home('c', [contact('c-mail', 'email', { asleep: true })], ['c-cam']), home('d', [contact('d-mail', 'email')], ['d-cam-1', 'd-cam-2'], 1),
    ],
    incidents: ([[ALONE, 'a', 'a-cam'], [ANSWERED, 'b', 'b-cam'], [SLEEPING, 'c', 'c-cam'], [BUDGET, 'd', 'd-cam-1'], [HELD, 'd', 'd-cam-2']] as const)
      .map(([incidentId, userId, deviceId]) => ({ incidentId, userId, deviceId, state: 'closed', due: false })),
    events: [
      event(ALONE, 'opened'), told(ALONE, 'opened', 0, 'a-mail'), told(ALONE, 'escalated', 1, 'a-sms'), told(ALONE, 'escalated', 2, 'a-call'), told(ALONE, 'repeated', 2, 'a-call'), event(ALONE, 'exhausted'), event(ALONE, 'closed'),
      event(ANSWERED, 'opened'), told(ANSWERED, 'opened', 0, 'b-hook', 'b-duty'), event(ANSWERED, 'acknowledged'), event(ANSWERED, 'closed'),
      event(SLEEPING, 'opened'), event(SLEEPING, 'held', { contacts: ['c-mail'] }), event(SLEEPING, 'closed'),
      event(BUDGET, 'opened'), told(BUDGET, 'opened', 0, 'd-mail'), event(BUDGET, 'exhausted'), event(BUDGET, 'closed'),
      event(HELD, 'opened'), event(HELD, 'held'), event(HELD, 'closed'),
    ],
    responses: [{ incidentId: ANSWERED, way: 'api' }], answered: [{ incidentId: ANSWERED, way: 'api', atMs: 10_500 }],
    held: [{ userId: 'c', contactId: 'c-mail', cause: 'quiet_hours', incidentId: SLEEPING, digestId: 'd1' }, { userId: 'd', contactId: null, cause: 'budget', incidentId: HELD, digestId: 'd2' }],
    budgets: [{ userId: 'd', hour: HOUR, told: 1 }],
    copies: deliveries.filter(({ channel }) => channel !== 'pagerduty').map(({ key, channel, contactId }): Copy => ({ channel, key, to: `to ${contactId}`, said: key })),
    programs: {
      webhook: [heard('b-hook', 'm1', 'opened'), heard('b-hook', 'm2', 'taken'), heard('b-hook', 'm3', 'over')],
      pagerduty: [heard(null, null, 'trigger'), heard(null, null, 'acknowledge'), heard(null, null, 'resolve')], nagios: [],
    },
    pagerdutyShows: [{ incidentId: ANSWERED, state: 'resolved' }], running: [], leaks: [],
  };
}

const brokenIn = (books: Books): string[] => ALERT_LAWS.filter(({ breaches }) => breaches(books).length > 0).map(({ law }) => law);
const numbered = (start: string): string => ALERT_LAWS.find(({ law }) => law.startsWith(start))!.law;
const changed = (key: string, change: Partial<DeliveryBook>) => (books: Books): Partial<Books> => ({ deliveries: books.deliveries.map((delivery) => (delivery.key.includes(key) ? { ...delivery, ...change } : delivery)) });
const withoutEvent = (find: (event: EventBook) => boolean) => ({ events }: Books): Partial<Books> => ({ events: events.filter((one) => !find(one)) });
/** After the last event of that incident but for its end. */
const withEvent = (added: EventBook) => ({ events }: Books): Partial<Books> => {
  const end = events.findIndex(({ incidentId, event: name }) => incidentId === added.incidentId && name === 'closed');
  return { events: events.toSpliced(end, 0, { ...added, atMs: events[end]!.atMs }) };
};

it('of books in which all is well no law complains', () => {
  expect(brokenIn(wellKept())).toEqual([]);
});

describe('a law sees that', () => {
  it.each<[what: string, law: string, broken: (books: Books) => Partial<Books>]>([
    ['a visit made no incident', 'every visit', ({ incidents }) => ({ incidents: incidents.filter(({ deviceId }) => deviceId !== 'a-cam') })],
    ['a visit made two incidents', 'every visit', ({ incidents }) => ({ incidents: [...incidents, { ...incidents[0]!, incidentId: 'another' }] })],
    ['a contact of the first level has no message', 'every visit', ({ deliveries }) => ({ deliveries: deliveries.filter(({ contactId }) => contactId !== 'a-mail') })],
    ['a message to the first level is a dead letter for no reason', 'every visit', changed('a-mail', { state: 'failed', code: 'given_up' })],
    ['a message was withdrawn although nobody had answered', 'every visit', changed('a-mail', { state: 'withdrawn' })],
    ['somebody who slept was woken', 'every visit', withEvent(told(SLEEPING, 'opened', 0, 'c-mail'))],
    ['nothing was held back from somebody who slept', 'every visit', ({ held }) => ({ held: held.slice(1) })],
    ['a later message is left waiting', 'whoever was to be told', changed('a-sms', { state: 'waiting' })],
    ['a delivered message is with nobody', 'whoever was to be told', ({ copies }) => ({ copies: copies.filter(({ to }) => to !== 'to a-sms') })],
    ['somebody was told what is not in the ledger', 'whoever was to be told', ({ copies }) => ({ copies: [...copies, { channel: 'email', key: null, to: 'to a-mail', said: '' }] })],
    ['a message went to somebody else', 'whoever was to be told', ({ copies }) => ({ copies: copies.map((copy) => (copy.to === 'to a-sms' ? { ...copy, to: 'to b-sms' } : copy)) })],
    ['a text came twice and nothing was uncertain', 'nobody was told', ({ copies }) => ({ copies: [...copies, copies.find(({ channel }) => channel === 'sms')!] })],
    ['two copies of a webhook differ', 'nobody was told', ({ copies }) => ({ copies: [...copies, { ...copies.find(({ channel }) => channel === 'webhook')!, said: 'something else' }] })],
    ['the next level was told after an answer', 'once somebody', withEvent(told(ANSWERED, 'escalated', 1, 'b-hook'))],
    ['an answer was taken and is not kept', 'once somebody', () => ({ responses: [] })],
    ['an answer that was taken changed nothing', 'once somebody', (books) => ({ ...withEvent(told(ANSWERED, 'escalated', 1, 'b-hook'))(books), answered: [{ ...books.answered[0]!, atMs: 9_500 }] })],
    ['a level was left out', 'what nobody', withoutEvent(({ level }) => level === 1)],
    ['a level was told twice', 'what nobody', withEvent(told(ALONE, 'escalated', 1, 'a-sms'))],
    ['a chain was never gone through to its end', 'what nobody', withoutEvent(({ incidentId, level, event: name }) => incidentId === ALONE && (level === 2 || name === 'exhausted'))],
    ['a key was written twice', 'what nobody', ({ deliveries }) => ({ deliveries: [...deliveries, deliveries[0]!] })],
    ['an incident is left open', 'every incident', ({ incidents }) => ({ incidents: incidents.map((incident, n) => (n === 0 ? { ...incident, state: 'open' } : incident)) })],
    ['a closed incident has something due', 'every incident', ({ incidents }) => ({ incidents: incidents.map((incident, n) => (n === 0 ? { ...incident, due: true } : incident)) })],
    ['a story does not end', 'the story', withoutEvent(({ incidentId, event: name }) => incidentId === ANSWERED && name === 'closed')],
    ['a story goes back in time', 'the story', ({ events }) => ({ events: events.map((one) => (one.event === 'exhausted' ? { ...one, atMs: 0 } : one)) })],
    ['a story leaves a message out', 'the story', withoutEvent(({ telling, level }) => telling === 'repeated' && level === 2)],
    ['a program heard of the end before the beginning', 'programs were told', ({ programs }) => ({ programs: { ...programs, webhook: programs.webhook.toReversed() } })],
    ['a program missed a word', 'programs were told', ({ programs }) => ({ programs: { ...programs, pagerduty: programs.pagerduty.toSpliced(1, 1) } })],
    ['PagerDuty opened an incident anew', 'programs were told', ({ pagerdutyShows }) => ({ pagerdutyShows: [...pagerdutyShows, ...pagerdutyShows] })],
    ['a program was never told that it is over', 'the last word', ({ programs }) => ({ programs: { ...programs, webhook: programs.webhook.slice(0, 2) } })],
    ['a program that was told by a try that was withdrawn heard no more', 'the last word', (books) => ({
      deliveries: books.deliveries.filter(({ contactId, telling }) => contactId !== 'b-hook' || telling === 'opened').map((one) => (one.contactId === 'b-hook' ? { ...one, state: 'withdrawn' } : one)),
      programs: { ...books.programs, webhook: books.programs.webhook.slice(0, 1) },
    })],
    ['PagerDuty still shows an incident', 'the last word', () => ({ pagerdutyShows: [{ incidentId: ANSWERED, state: 'acknowledged' }] })],
    ['a user was told of more than the budget', 'no user', ({ households }) => ({ households: households.map((household) => (household.userId === 'a' ? { ...household, messagesPerHour: 0 } : household)) })],
    ['a budget was counted wrongly', 'no user', ({ budgets }) => ({ budgets: budgets.map((budget) => ({ ...budget, told: 0 })) })],
    ['what was held back was never told', 'what was held', ({ held }) => ({ held: held.map((row) => ({ ...row, digestId: null })) })],
    ['a thing was held back twice', 'what was held', ({ held }) => ({ held: [...held, held[0]!] })],
    ['a digest did not arrive', 'what was held', changed('digest-d1', { state: 'waiting' })],
    ['a workflow runs on', 'no workflow', () => ({ running: [`incident-${ALONE}`] })],
    ['a secret was found', 'no secret', () => ({ leaks: ['token of Twilio in log messages-1.log'] })],
  ])('%s', (_what, law, broken) => {
    const books = wellKept();
    expect(brokenIn({ ...books, ...broken(books) })).toContain(numbered(law));
  });

  it('a second copy is allowed for each uncertain try, and no further one', () => {
    const books = wellKept();
    const uncertain = { ...books, ...changed('a-sms', { uncertain: 1 })(books) };
    const copy = books.copies.find(({ channel }) => channel === 'sms')!;
    expect(brokenIn({ ...uncertain, copies: [...books.copies, copy] })).toEqual([]);
    expect(brokenIn({ ...uncertain, copies: [...books.copies, copy, copy] })).toEqual([numbered('nobody was told')]);
  });

  it('a word that was withdrawn after a try may have been heard or not', () => {
    const books = wellKept();
    const withdrawn = { ...books, ...changed('0:0:webhook', { state: 'withdrawn' })(books) };
    const inOrder = ALERT_LAWS.find(({ law }) => law === numbered('programs were told'))!;
    expect(inOrder.breaches(withdrawn)).toEqual([]);
    expect(inOrder.breaches({ ...withdrawn, programs: { ...books.programs, webhook: books.programs.webhook.slice(1) } })).toEqual([]);
    expect(inOrder.breaches({ ...withdrawn, programs: { ...books.programs, webhook: books.programs.webhook.slice(2) } })).not.toEqual([]);
  });

  it('what gets worse after an answer may be told anew', () => {
    const books = wellKept();
    const again = [event(ANSWERED, 'rose'), told(ANSWERED, 'rose', 0, 'b-hook', 'b-duty'), event(ANSWERED, 'exhausted')];
    const worse = again.reduce<Books>((so, one) => ({ ...so, ...withEvent(one)(so) }), books);
    const { breaches } = ALERT_LAWS.find(({ law }) => law.startsWith('once somebody'))!;
    expect(breaches(worse)).toEqual([]);
  });
});

describe('the look for secrets', () => {
  const ids = [ALONE];
  it.each(Object.entries(SECRETS))('finds the %s', (name, secret) => {
    expect(leaksIn([{ where: 'log api.log', text: `{"incidentId":"${ALONE}","err":"refused ${secret}"}` }], ids, ['log'])).toContain(`${name} in log api.log`);
  });

  it('says when it looked at nothing', () => {
    expect(leaksIn([{ where: 'log api.log', text: '' }], ids, ['log'])).toEqual(['the look into log found not even an incident']);
    expect(leaksIn([{ where: 'log api.log', text: ALONE }], ids, ['log'])).toEqual([]);
  });
});
