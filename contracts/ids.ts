/** Which ids may stand for users, devices, contacts, rules and frames. */
import { CANARY_ID } from './canary.ts';
import { Failure } from './failures.ts';
import { encodePart } from './tag.ts';

const SAFE_ID = /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$/;

/** Two ids of this length, a moment and the longest zone name still make a tag within its limit. `-`, `:` and `@` count three. */
export const MAX_ENCODED_ID_BYTES = 80;

export const isSafeId = (text: string): boolean => SAFE_ID.test(text) && encodePart(text).length <= MAX_ENCODED_ID_BYTES;

/** The id, unless it is one that the plant keeps for itself: what is put under it would be judged, hidden and removed as the canary is. Throws `id_unsafe`. */
export function requireFreeId(text: string, what: string): string {
  if (text !== CANARY_ID) return text;
  throw new Failure('id_unsafe', `${what} ${CANARY_ID} is the canary's own and cannot be put`);
}

/** Returns the id, or throws `id_unsafe`, also for one that is taken by the plant itself; `what` names it for the caller, such as `deviceId`. */
export function requireSafeId(text: string, what: string): string {
  if (isSafeId(text)) return requireFreeId(text, what);
  const reason = SAFE_ID.test(text)
    ? `is longer than ${MAX_ENCODED_ID_BYTES} characters when "-", ":" and "@" count three each`
    : 'must be 1 to 64 letters, digits and . _ : @ - and start with a letter or digit';
  throw new Failure('id_unsafe', `${what} ${JSON.stringify(text.slice(0, 80))} ${reason}`);
}
