/**
 * Addresses of contacts: what each channel can reach, in the one form in which it is kept. Pure.
 * Checked when a contact is saved, where the admin can still mend it; at night nobody could.
 */
import { parsePhoneNumberFromString } from 'libphonenumber-js';
import type { Channel } from '../../contracts/delivery.ts';
import { Failure } from '../../contracts/failures.ts';

interface Kind {
  /** Undefined for what the channel cannot reach. */
  readonly read: (text: string) => string | undefined;
  /** Ends the sentence "the address must be ...". */
  readonly like: string;
}

const KINDS: Readonly<Record<Channel, Kind>> = {
  email: { read: (text) => (isMailbox(text) ? text : undefined), like: 'one mail address such as anna@example.org' },
  sms: { read: phoneNumber, like: 'a telephone number with its country, such as +49 170 1234567' },
  call: { read: phoneNumber, like: 'a telephone number with its country, such as +49 30 1234567' },
  webhook: { read: webAddress, like: 'an http or https URL without user, password or fragment, such as https://example.org/alerts' },
  pagerduty: {
    read: (text) => (/^[A-Za-z0-9][\w.-]{0,62}$/.test(text) ? text : undefined),
    like: 'the name of a routing key in the settings: 1 to 63 letters, digits and . _ - that start with a letter or digit',
  },
  nagios: {
    read: (text) => (/^[\w .-]{1,63}\/[\w .-]{1,63}$/.test(text) ? text : undefined),
    like: 'host/service as Nagios names them, such as yard/cameras: 1 to 63 letters, digits, spaces and . _ - each',
  },
};

/** The address as it is kept, or throws `address_malformed`. What was given is not repeated: a URL may hold a password. */
export function requireAddress(channel: Channel, address: string): string {
  const { read, like } = KINDS[channel];
  const kept = read(address.trim());
  if (kept === undefined) throw new Failure('address_malformed', `the address must be ${like}`);
  return kept;
}

/** Strict about what could make two addresses of one, of which the admin saw one, or end a header; whether the mailbox exists is for the server to say. */
export const isMailbox = (text: string): boolean =>
  text.length <= 254 && /^[^\s\p{Cc}<>()[\]\\,;:"@]{1,64}@[^\s\p{Cc}<>()[\]\\,;:"@]+$/u.test(text);

/**
 * E.164. Only whether there can be such a number, by its country and length: which ranges are in use changes with the
 * year, and a number that the library is too old for must not be kept from its owner. Extensions have no E.164.
 */
function phoneNumber(text: string): string | undefined {
  if (!/^\+[\d\s().-]+$/.test(text)) return undefined;
  const number = parsePhoneNumberFromString(text);
  return number?.isPossible() ? number.number : undefined;
}

function webAddress(text: string): string | undefined {
  if (!/^https?:\/\/[^\s#]+$/i.test(text) || !URL.canParse(text)) return undefined;
  const { href, username, password } = new URL(text);
  return username === '' && password === '' ? href : undefined;
}
