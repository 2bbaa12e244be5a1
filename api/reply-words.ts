/** What the words of a text message mean. Pure. */
import { REPLIES } from '../contracts/response.ts';
import type { ResponseKind } from '../contracts/response.ts';

/** https://help.twilio.com/articles/223134027: Twilio acts on these and answers them itself, before we hear of them. */
const OF_THE_PROVIDER = new Set(['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT', 'START', 'YES', 'UNSTOP', 'HELP', 'INFO']);

export const isForProvider = (words: string): boolean => OF_THE_PROVIDER.has(words.trim().toUpperCase());

/** `1`, `1.`, `(2)`, `1️⃣`, `２`: a number alone, as telephones write it. Undefined for all else, so that nobody takes charge by "1 minute please". */
export function meaningOf(words: string): ResponseKind | undefined {
  // NFKC makes digits of their full-width and circled forms; what is drawn around a digit are characters of their own.
  const plain = words.normalize('NFKC').replace(/[\p{M}\p{Cf}]/gu, '').replace(/^[\s"'(#]+|[\s"'.,;:!)]+$/gu, '');
  return Object.hasOwn(REPLIES, plain) ? REPLIES[plain] : undefined;
}
