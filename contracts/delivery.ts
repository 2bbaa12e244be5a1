/** A delivery: one message to one contact about one incident or equipment notice. Its key is the promise that it is sent once. */
import { NOTICE_TELLINGS } from './equipment-notice.ts';
import type { NoticeTelling } from './equipment-notice.ts';

export const CHANNELS = ['email'] as const;
export type Channel = (typeof CHANNELS)[number];

export const DELIVERY_STATES = ['waiting', 'sending', 'delivered', 'failed'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export interface DeliveryKeyParts {
  readonly incidentId: string;
  /** Escalation level, from 0. */
  readonly level: number;
  /** Repeat within a level, from 0. */
  readonly round: number;
  readonly channel: Channel;
  readonly contactId: string;
}

/** `<incidentId>:<level>:<round>:<channel>:<contact>`: handed to providers as the idempotency key. */
export const deliveryKeyOf = (parts: DeliveryKeyParts): string =>
  [parts.incidentId, parts.level, parts.round, parts.channel, parts.contactId].join(':');

/** The inverse; a contact id may itself hold a colon, so it takes all that is left. */
export function deliveryPartsOf(key: string): DeliveryKeyParts | undefined {
  const [incidentId, level, round, channel, ...contact] = key.split(':');
  if (tellingOf(key) || !incidentId || !level || !round || contact.length === 0 || !CHANNELS.includes(channel as Channel)) return undefined;
  return { incidentId, level: Number(level), round: Number(round), channel: channel as Channel, contactId: contact.join(':') };
}

export interface NoticeDeliveryKeyParts {
  readonly noticeId: string;
  readonly telling: NoticeTelling;
  readonly channel: Channel;
  readonly contactId: string;
}

/** `notice-<noticeId>:<telling>:<channel>:<contact>`: no incident's key begins like it. */
export const noticeDeliveryKeyOf = ({ noticeId, telling, channel, contactId }: NoticeDeliveryKeyParts): string =>
  [`notice-${noticeId}`, telling, channel, contactId].join(':');

/** What the message of this key tells; undefined for a key of another kind. */
export function tellingOf(key: string): NoticeTelling | undefined {
  const [about = '', telling] = key.split(':');
  return about.startsWith('notice-') ? NOTICE_TELLINGS.find((known) => known === telling) : undefined;
}
