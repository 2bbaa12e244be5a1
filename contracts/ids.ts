/** Which ids may stand for users, devices, contacts, rules and frames. */
import { Failure } from './failures.ts';
import { encodePart } from './tag.ts';

const SAFE_ID = /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$/;

/** Two ids of this length, a moment and the longest zone name still make a tag within its limit. `-`, `:` and `@` count three. */
export const MAX_ENCODED_ID_BYTES = 80;

export const isSafeId = (text: string): boolean => SAFE_ID.test(text) && encodePart(text).length <= MAX_ENCODED_ID_BYTES;

/** Returns the id, or throws `id_unsafe`; `what` names it for the caller, such as `deviceId`. */
export function requireSafeId(text: string, what: string): string {
  if (isSafeId(text)) return text;
  const reason = SAFE_ID.test(text)
    ? `is longer than ${MAX_ENCODED_ID_BYTES} characters when "-", ":" and "@" count three each`
    : 'must be 1 to 64 letters, digits and . _ : @ - and start with a letter or digit';
  throw new Failure('id_unsafe', `${what} ${JSON.stringify(text.slice(0, 80))} ${reason}`);
}
