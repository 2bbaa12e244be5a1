/** Keys made from the signing secret: one for each purpose, so that what one of them signs means nothing to another. */
import { hkdfSync } from 'node:crypto';

const KEY_BYTES = 32;

/** RFC 5869, SHA-256. A purpose must never change: all that was signed for it would no longer fit. */
export const derivedKey = (secret: string, purpose: string, detail = ''): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, `watchpost ${purpose}`, detail, KEY_BYTES));
