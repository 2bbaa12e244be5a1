/** The Message-ID of a delivery: SMTP has no idempotency key, and this is the one thing that every try of a message can share. */
import { createHash } from 'node:crypto';

/** An id cannot be folded and a line ends at 998 characters (RFC 5322, 2.1.1); what is far below that passes every server. */
const READABLE_LIMIT = 200;

/** `<key@domain>`, always the same for the same key and never for another one. The local part is a dot-atom (RFC 5322, 3.2.3) in which `=hh` stands for a byte. */
export function messageIdOf(deliveryKey: string, domain: string): string {
  const local = [...Buffer.from(deliveryKey)].map(escaped).join('');
  return `<${local.length <= READABLE_LIMIT ? local : createHash('sha256').update(deliveryKey).digest('hex')}@${domain}>`;
}

function escaped(byte: number): string {
  const character = String.fromCharCode(byte);
  return /[A-Za-z0-9-]/.test(character) ? character : `=${byte.toString(16).padStart(2, '0')}`;
}
