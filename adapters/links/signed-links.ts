/**
 * Links in messages: each leads to the page of one incident for one contact, without a key, for some days.
 * The token holds all that is needed to know it again, so nothing is stored. It has 48 characters, because it must fit a
 * text message: incident (16 bytes), end in minutes since 1970 (4), mark of the contact (4), and a signature of those (12).
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { Failure } from '../../contracts/failures.ts';
import { derivedKey } from './derived-key.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const SIGNED_BYTES = 24;
/** 96 bits: whoever tries a million links a second for a year has one chance in 10^15. */
const SIGNATURE_BYTES = 12;
const TOKEN = /^[A-Za-z0-9_-]{48}$/;

export interface LinkSettings {
  readonly secret: string;
  /** Undefined: links can be read and none can be made. */
  readonly publicUrl: string | undefined;
  /** How long a link works, at least. */
  readonly days: number;
  /** Milliseconds since 1970. */
  now(): number;
}

export interface OpenedLink {
  readonly incidentId: string;
  /** `contactMark` of whom it was sent to. */
  readonly contactMark: string;
}

export interface Links {
  /** The same for a whole day (UTC), so that a message says the same at every try; null without a public URL. */
  readonly linkTo: ((incidentId: string, contactId: string) => string) | null;
  /** Throws `link_invalid`, `link_expired`. */
  read(token: string): OpenedLink;
}

export function createLinks({ secret, publicUrl, days, now }: LinkSettings): Links {
  const key = derivedKey(secret, 'incident link');
  const signatureOf = (signed: Buffer): Buffer => createHmac('sha256', key).update(signed).digest().subarray(0, SIGNATURE_BYTES);

  function tokenOf(incidentId: string, contactId: string): string {
    const signed = Buffer.alloc(SIGNED_BYTES);
    signed.write(incidentId.replaceAll('-', ''), 0, 'hex');
    signed.writeUInt32BE(Math.ceil((now() + days * DAY_MS) / DAY_MS) * (DAY_MS / MINUTE_MS), 16);
    signed.write(contactMark(contactId), 20, 'hex');
    return Buffer.concat([signed, signatureOf(signed)]).toString('base64url');
  }

  return {
    linkTo: publicUrl === undefined ? null : (incidentId, contactId) => `${publicUrl}/i/${tokenOf(incidentId, contactId)}`,
    read(token) {
      if (!TOKEN.test(token)) throw new Failure('link_invalid', 'the link is cut short or has characters that no link of ours has');
      const bytes = Buffer.from(token, 'base64url');
      const signed = bytes.subarray(0, SIGNED_BYTES);
      // Before anything in it is believed.
      if (!timingSafeEqual(signatureOf(signed), bytes.subarray(SIGNED_BYTES))) throw new Failure('link_invalid', 'the signature of the link does not fit');
      if (now() >= signed.readUInt32BE(16) * MINUTE_MS) throw new Failure('link_expired', 'the link has ended');
      return { incidentId: uuidOf(signed), contactMark: signed.toString('hex', 20, SIGNED_BYTES) };
    },
  };
}

/** Tells the few contacts of one incident apart; the contact itself is found among them. */
export const contactMark = (contactId: string): string => createHash('sha256').update(contactId).digest('hex').slice(0, 8);

const uuidOf = (bytes: Buffer): string => bytes.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
