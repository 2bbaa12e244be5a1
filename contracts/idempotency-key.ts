/** Idempotency keys: the name that a sender gives to one request, so that its repeats are known as repeats (draft-ietf-httpapi-idempotency-key-header). */
import { Failure } from './failures.ts';

export interface IdempotencyKey {
  /** The API key that it came with. Another one's keys are other keys, so that two camera services that both count from 1 do not meet. */
  readonly apiKeyId: string;
  readonly text: string;
}

/** Four UUIDs fit. A key is a name; what is longer is content, and would be kept with every frame. */
export const MAX_IDEMPOTENCY_KEY = 128;

/** Visible ASCII without quote and backslash: the same text whether it comes quoted, as the draft has it, or bare, as most senders do. */
const KEY = /^[!#-[\]-~]+$/;

/** Throws `request_malformed`. */
export function readIdempotencyKey(value: string): string {
  const text = /^"(.*)"$/.exec(value)?.[1] ?? value;
  if (text.length <= MAX_IDEMPOTENCY_KEY && KEY.test(text)) return text;
  throw new Failure('request_malformed', `an idempotency key is 1 to ${MAX_IDEMPOTENCY_KEY} visible ASCII characters without space, quote and backslash`);
}

/** The key of one frame of a parcel that has one key as a whole. The space keeps it apart from every key that a sender can choose. */
export const keyInParcel = (key: string, index: number): string => `${key} ${index}`;
