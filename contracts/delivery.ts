/** A delivery: one message to one contact about one incident, equipment notice or digest. Its key is the promise that it is sent once. */
import { NOTICE_TELLINGS } from './equipment-notice.ts';
import type { NoticeTelling } from './equipment-notice.ts';

/** By what a contact is told. A channel is not a provider: mail goes by SMTP or by SendGrid, as the settings say. */
export const CHANNELS = ['email', 'sms', 'call', 'webhook', 'pagerduty', 'nagios'] as const;
export type Channel = (typeof CHANNELS)[number];

/** Read by a program, which keeps the state of an incident: it is also told when somebody took charge and when it is over. */
export const PROGRAM_CHANNELS: readonly Channel[] = ['webhook', 'pagerduty', 'nagios'];

/** `delivered`: the provider took it. `failed`: refused for good, or given up: a dead letter. `withdrawn`: nobody needs it any more, because somebody took charge first. */
export const DELIVERY_STATES = ['waiting', 'sending', 'delivered', 'failed', 'withdrawn'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/**
 * Why a contact is told of an incident, and so what its message says.
 * `opened`: it began. `repeated`: nobody answered, once more. `escalated`: nobody answered, the next level. `rose`: it got worse. `reopened`: it was over and goes on.
 * `taken`, `over`: for programs: somebody took charge, it is resolved or closed.
 */
export const INCIDENT_TELLINGS = ['opened', 'repeated', 'escalated', 'rose', 'reopened', 'taken', 'over'] as const;
export type IncidentTelling = (typeof INCIDENT_TELLINGS)[number];

/** Those that ask somebody to look. */
export const CALLING_TELLINGS: readonly IncidentTelling[] = ['opened', 'repeated', 'escalated', 'rose', 'reopened'];

/**
 * What became of a message after the provider had taken it, as its callbacks say; the later words are the final ones.
 * A call: `ringing`, `answered`, then `completed`, `busy`, `no_answer` or `undelivered`.
 */
export const ARRIVALS = ['queued', 'sent', 'ringing', 'answered', 'arrived', 'completed', 'busy', 'no_answer', 'undelivered'] as const;
export type Arrival = (typeof ARRIVALS)[number];
export const FINAL_ARRIVALS: readonly Arrival[] = ['arrived', 'completed', 'busy', 'no_answer', 'undelivered'];

export interface DeliveryKeyParts {
  readonly incidentId: string;
  /** Escalation level, from 0. */
  readonly level: number;
  /** How often this contact was told of it on this level before. */
  readonly round: number;
  readonly channel: Channel;
  readonly contactId: string;
}

/** `<incidentId>:<level>:<round>:<channel>:<contact>`: handed to providers as the idempotency key. */
export const deliveryKeyOf = (parts: DeliveryKeyParts): string =>
  [parts.incidentId, parts.level, parts.round, parts.channel, parts.contactId].join(':');

/** The inverse; a contact id may itself hold a colon, so it takes all that is left. Undefined for a key of a notice, digest or test. */
export function deliveryPartsOf(key: string): DeliveryKeyParts | undefined {
  const [incidentId, level, round, channel, ...contact] = key.split(':');
  if (OTHER_KEYS.test(key) || !incidentId || !level || !round || contact.length === 0 || !CHANNELS.includes(channel as Channel)) return undefined;
  return { incidentId, level: Number(level), round: Number(round), channel: channel as Channel, contactId: contact.join(':') };
}

/** No incident's key begins like these. */
const OTHER_KEYS = /^(notice|digest|test)-/;

export interface NoticeDeliveryKeyParts {
  readonly noticeId: string;
  readonly telling: NoticeTelling;
  /** Escalation level, from 0. */
  readonly level?: number;
  /** How often this contact was told of it on this level before. */
  readonly round?: number;
  readonly channel: Channel;
  readonly contactId: string;
}

/** `notice-<noticeId>:<telling>:<channel>:<contact>`; beyond the first word `<telling>.<level>.<round>`. */
export const noticeDeliveryKeyOf = ({ noticeId, telling, level = 0, round = 0, channel, contactId }: NoticeDeliveryKeyParts): string =>
  [`notice-${noticeId}`, level + round === 0 ? telling : `${telling}.${level}.${round}`, channel, contactId].join(':');

/** What the message of this key tells of a notice; undefined for a key of another kind. */
export function tellingOf(key: string): NoticeTelling | undefined {
  const [about = '', telling = ''] = key.split(':');
  return about.startsWith('notice-') ? NOTICE_TELLINGS.find((known) => known === telling.split('.')[0]) : undefined;
}

/** The level on which the message of this key of a notice was told. */
export const noticeLevelOf = (key: string): number => Number(key.split(':')[1]?.split('.')[1] ?? 0);

/** `digest-<digestId>:<channel>:<contact>`. */
export const digestDeliveryKeyOf = ({ digestId, channel, contactId }: { readonly digestId: string; readonly channel: Channel; readonly contactId: string }): string =>
  [`digest-${digestId}`, channel, contactId].join(':');

/** `test-<uuid>:<channel>:<contact>`: of a message that only tries out a contact. */
export const testDeliveryKeyOf = ({ testId, channel, contactId }: { readonly testId: string; readonly channel: Channel; readonly contactId: string }): string =>
  [`test-${testId}`, channel, contactId].join(':');
