/** Who there is, by what they are told, what happens to each and who answers: decided by the seed before anything runs. Pure. */
import type { Channel } from '../../../contracts/delivery.ts';
import { DEFAULT_CHAIN } from '../../../contracts/escalation.ts';
import type { Chain, Level } from '../../../contracts/escalation.ts';
import type { ResponseWay } from '../../../contracts/response.ts';
import { seededRandom } from '../../support/seeded-random.ts';

export interface PlannedContact {
  readonly contactId: string;
  readonly channel: Channel;
  readonly address: string;
  /** In quiet hours until all incidents are over. */
  readonly asleep: boolean;
  /** Its provider refuses it for good. */
  readonly refused: boolean;
}

export interface PlannedAnswer {
  readonly way: ResponseWay;
  readonly kind: 'acknowledge' | 'false_alarm';
  /** From being told to answering. */
  readonly afterMs: number;
  /** Of calls: at which ring of this telephone the key is pressed, from 0. */
  readonly ring: number;
}

/** One incident to be. */
export interface Visit {
  readonly deviceId: string;
  /** Null: nobody answers. */
  readonly answer: PlannedAnswer | null;
  /** `returns`: a further match when it is closed. `worsens`: one of another severity while people are asked. */
  readonly again: 'returns' | 'worsens' | null;
  /** Judged long after it was seen. */
  readonly old: boolean;
}

export interface Household {
  readonly userId: string;
  readonly kind: string;
  readonly contacts: readonly PlannedContact[];
  readonly chainId: string;
  readonly messagesPerHour: number | null;
  readonly visits: readonly Visit[];
}

/** Seconds, because nobody waits for minutes here: rows may say what the API would not take. */
const WAIT_SECONDS = 2;
const quick = (repeats: number): Chain => ({ levels: DEFAULT_CHAIN.levels.map((level): Level => ({ ...level, severities: ['low', 'medium', 'high', 'critical'], waitSeconds: WAIT_SECONDS, repeats: level.channels.includes('call') ? 0 : repeats })) });
export const CHAINS: Readonly<Record<string, Chain>> = { once: quick(0), twice: quick(1) };

type Contact = Channel | 'asleep' | 'refused mail' | 'refused number';
interface Kind {
  readonly contacts: readonly Contact[];
  readonly chain?: 'twice';
  readonly devices?: number;
  readonly messagesPerHour?: number;
  readonly old?: true;
}

export const KINDS: Readonly<Record<string, Kind>> = {
  'mail alone': { contacts: ['email'], chain: 'twice' },
  'mail, then a text': { contacts: ['email', 'sms'] },
  'text, then two telephones': { contacts: ['sms', 'call', 'call'] },
  webhook: { contacts: ['webhook', 'sms'], chain: 'twice' },
  pagerduty: { contacts: ['pagerduty', 'call'] },
  nagios: { contacts: ['nagios', 'email'] },
  'all of them': { contacts: ['email', 'email', 'webhook', 'pagerduty', 'nagios', 'sms', 'call'] },
  'a mailbox that is refused': { contacts: ['refused mail', 'sms'] },
  'a number that is refused': { contacts: ['refused number', 'call'] },
  'one asleep': { contacts: ['email', 'asleep'] },
  'all asleep': { contacts: ['asleep'] },
  'more than the budget': { contacts: ['email'], devices: 4, messagesPerHour: 2 },
  'seen long ago': { contacts: ['email'], old: true },
};

export interface Places {
  /** Where webhooks go; the contact is put behind it. */
  readonly webhook: string;
  /** Name of the routing key. */
  readonly pagerduty: string;
  /** Services of Nagios, `host/service`; none where there is no Nagios. */
  readonly nagios: readonly string[];
}

/** Of every kind one before any comes again, until there are so many incidents to be. */
export function planHouseholds(incidents: number, seed: number, places: Places): Household[] {
  const random = seededRandom(seed);
  const kinds = Object.entries(KINDS);
  const households: Household[] = [];
  for (let planned = 0; planned < incidents;) {
    const number = households.length;
    const [kind, row] = kinds[number % kinds.length]!;
    const household = furnish(`home-${number}`, number, kind, row, Math.min(row.devices ?? 1, incidents - planned), places, random);
    households.push(household);
    planned += household.visits.length;
  }
  return households;
}

function furnish(userId: string, number: number, kind: string, row: Kind, devices: number, places: Places, random: () => number): Household {
  const contacts = row.contacts.flatMap((contact, place): PlannedContact[] => {
    const known = contact === 'asleep' || contact === 'refused mail' ? 'email' : contact === 'refused number' ? 'sms' : contact;
    const contactId = `${userId}-${place}-${known}`;
    const addresses: Readonly<Record<Channel, string | undefined>> = {
      email: contact === 'refused mail' ? `nobody@${userId}.example.org` : `${contactId}@example.org`,
      sms: telephone(number, place), call: telephone(number, place), webhook: `${places.webhook}?of=${contactId}`, pagerduty: places.pagerduty,
      nagios: places.nagios[number % places.nagios.length],
    };
    const address = addresses[known];
    return address === undefined ? [] : [{ contactId, channel: known, address, asleep: contact === 'asleep', refused: contact.startsWith('refused') }];
  });
  const awake = contacts.filter(({ asleep, refused }) => !asleep && !refused);
  const quiet = row.old === true || devices > 1 || awake.length === 0;
  const visits = Array.from({ length: devices }, (_, n): Visit => ({
    deviceId: `${userId}-cam-${n}`, old: row.old ?? false,
    answer: quiet ? null : planAnswer(awake, random), again: quiet || awake.length < contacts.length ? null : ([null, null, 'returns', 'worsens'] as const)[Math.floor(random() * 4)]!,
  }));
  return { userId, kind, contacts, chainId: row.chain ?? 'once', messagesPerHour: row.messagesPerHour ?? null, visits };
}

/** Possible numbers, and no two alike. */
const telephone = (number: number, place: number): string => `+4930${String(1_000_000 + number * 10 + place)}`;

/** Half of them are answered, by whatever way there is. */
function planAnswer(awake: readonly PlannedContact[], random: () => number): PlannedAnswer | null {
  const has = (channel: Channel): boolean => awake.some((contact) => contact.channel === channel);
  const ways: ResponseWay[] = ['api', ...(has('email') ? ['link' as const] : []), ...(has('sms') ? ['sms' as const] : []), ...(has('call') ? ['call' as const] : [])];
  const [answers, way, kind, after, ring] = [random(), random(), random(), random(), random()] as const;
  if (answers < 0.5) return null;
  return { way: ways[Math.floor(way * ways.length)]!, kind: kind < 0.6 ? 'acknowledge' : 'false_alarm', afterMs: Math.floor(after * 3_000), ring: ring < 0.5 ? 0 : 1 };
}
