/** What the answer of an endpoint means for the message, in one place. Pure. */
import { STATUS_CODES } from 'node:http';
import { SendFailure } from '../send-failure.ts';

export interface Answer {
  readonly status: number;
  /** The beginning of its body, as it came. */
  readonly text: string;
  readonly retryAfter: string | undefined;
  readonly location: string | undefined;
}

/** As much as says why; the rest of an error page is style. */
const WORDS_LIMIT = 300;
/** Nobody means a longer one. */
const LONGEST_RETRY_AFTER_MS = 24 * 3_600_000;

/**
 * The endpoint has read the message and will not have it: method, length or form of the body, which are the same at every
 * try. All other answers may change without us: 400, 401 and 403 once the secret is put right on the other side (receivers answer any of
 * them to a signature that does not fit), 404 once the endpoint is deployed again, 408, 409, 425, 429 and 5xx by themselves.
 */
const REFUSALS = new Set([405, 406, 411, 413, 414, 415, 422, 431]);

/** `204 No Content`, `500 Internal Server Error: out of paper`. */
export function answerWords({ status, text }: Pick<Answer, 'status' | 'text'>): string {
  const words = readable(text);
  return [`${status} ${STATUS_CODES[status] ?? ''}`.trimEnd(), ...(words === '' ? [] : [words])].join(': ');
}

/** Undefined for 2xx, which is the only success. */
export function failureOf(answer: Answer, nowMs: number): SendFailure | undefined {
  const { status } = answer;
  const words = answerWords(answer);
  if (status >= 200 && status < 300) return undefined;
  if (status >= 300 && status < 400) {
    const elsewhere = answer.location === undefined ? '' : ` (to ${readable(answer.location)})`;
    return new SendFailure('message_refused', `${words}${elsewhere}; redirects are not followed: enter the address that it leads to`);
  }
  if (status === 410) return new SendFailure('endpoint_gone', words);
  if (REFUSALS.has(status)) return new SendFailure('message_refused', words);
  return new SendFailure('provider_unavailable', words, { retryAfterMs: retryAfterMs(answer.retryAfter, nowMs) });
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3), a day at most; null for anything else. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | null {
  if (header === undefined) return null;
  // Date.parse alone would read a year into almost anything.
  const atMs = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(header) ? Date.parse(header) : Number.NaN;
  const waitMs = /^\d{1,15}$/.test(header) ? Number(header) * 1_000 : atMs - nowMs;
  return Number.isNaN(waitMs) ? null : Math.min(Math.max(0, waitMs), LONGEST_RETRY_AFTER_MS);
}

/** Foreign text on its way into logs and pages: one line without control characters, none that turns a sentence around. */
function readable(text: string): string {
  const clean = text.replace(/[\p{Cc}\p{Cs}\u2028\u2029\u202A-\u202E\u2066-\u2069]+/gu, ' ').replace(/\s+/g, ' ').trim();
  return clean.length <= WORDS_LIMIT ? clean : `${clean.slice(0, WORDS_LIMIT - 1).trimEnd()}…`;
}
