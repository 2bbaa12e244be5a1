import { expect, it } from 'vitest';
import { CHANNELS } from '../../../contracts/delivery.ts';
import { CHAINS, KINDS, planHouseholds } from './households.ts';
import { wholeChain } from './whole-chain.ts';

const PLACES = { webhook: 'http://127.0.0.1:1/alerts', pagerduty: 'guards', nagios: ['yard/cameras'] };
const planned = (incidents: number, seed: number) => planHouseholds(incidents, seed, PLACES);

it('the seed decides everything', () => {
  expect(planned(40, 7)).toEqual(planned(40, 7));
  expect(planned(40, 8)).not.toEqual(planned(40, 7));
});

it('there are as many visits as asked for, of every kind and over every channel', () => {
  const households = planned(24, 1);
  expect(households.flatMap(({ visits }) => visits)).toHaveLength(24);
  expect(new Set(households.map(({ kind }) => kind))).toEqual(new Set(Object.keys(KINDS)));
  expect(new Set(households.flatMap(({ contacts }) => contacts.map(({ channel }) => channel)))).toEqual(new Set(CHANNELS));
});

it('no two people have one telephone or mailbox', () => {
  const addresses = planned(200, 1).flatMap(({ contacts }) => contacts.filter(({ channel }) => ['email', 'sms', 'call'].includes(channel)).map(({ address }) => address));
  expect(new Set(addresses).size).toBe(addresses.length);
});

it('without a Nagios nobody is told by one', () => {
  expect(planHouseholds(24, 1, { ...PLACES, nagios: [] }).flatMap(({ contacts }) => contacts).filter(({ channel }) => channel === 'nagios')).toEqual([]);
});

it('a whole chain tells all channels of a level at once, and telephones one after the other, twice each', () => {
  const { contacts } = planned(24, 1).find(({ kind }) => kind === 'text, then two telephones')!;
  const [text, first, second] = contacts.map(({ contactId }) => contactId) as [string, string, string];
  expect(wholeChain(CHAINS['once']!, contacts, 'opened')).toEqual([
    { telling: 'opened', level: 1, contacts: [text] }, { telling: 'escalated', level: 2, contacts: [first] },
    ...[first, second, second].map((contactId) => ({ telling: 'repeated', level: 2, contacts: [contactId] })),
  ]);
});

it('a level that repeats itself does so before the next one, and who sleeps is passed by', () => {
  const { contacts } = planned(24, 1).find(({ kind }) => kind === 'one asleep')!;
  expect(wholeChain(CHAINS['twice']!, contacts, 'rose')).toEqual([{ telling: 'rose', level: 0, contacts: [contacts[0]!.contactId] }, { telling: 'repeated', level: 0, contacts: [contacts[0]!.contactId] }]);
});
