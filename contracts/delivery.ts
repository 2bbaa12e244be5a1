/** A delivery: one message to one contact about one incident. Its key is the promise that it is sent once. */

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
  if (!incidentId || !level || !round || contact.length === 0 || !CHANNELS.includes(channel as Channel)) return undefined;
  return { incidentId, level: Number(level), round: Number(round), channel: channel as Channel, contactId: contact.join(':') };
}
