/**
 * What an answer of Twilio that is no yes means for the message, in one place.
 * The codes are those of https://www.twilio.com/docs/api/errors. Twilio splits them now and then: what is not named here is
 * judged by the HTTP status, and nothing else depends on a code.
 */
import type { FailureCode } from '../../../contracts/failures.ts';
import { SendFailure, withoutSecrets } from '../send-failure.ts';

/** About the number that is told: no number, not ours to call, not able to take text messages, or it has asked for silence. */
const RECIPIENT_CODES = new Set([
  13224, 13227, // calls: no such number, or no permission for its country
  21202, 21203, 21214, 21215, 21216, 21217, 21219, // calls: premium, abroad, out of reach, country or number not allowed, no such number, not verified
  21211, 21265, 21266, 21268, 21408, 21608, 21610, 21612, 21614, 21635, // texts: no number, short code, our own, premium, country, not verified, stopped, no route, no mobile, landline
  572005, 573005, // trial accounts: the number has not verified itself
]);
/** Twilio has more of ours than it may hold just now, and takes none of this one: 20429 requests, 21611 texts in the queue of our number, 10004 calls at once. */
const BUSY_CODES = new Set([20429, 21611, 10004]);
/** The account is closed, suspended or out of money; 20003: the token is wrong. */
const ACCOUNT_CODES = new Set([10001, 20003, 20005, 20403, 90010]);

/** A proxy in between gave up: Twilio itself may have taken the message. */
const UNKNOWN_OUTCOME = new Set([502, 504]);

/** Longer no alert waits for a provider that names a time. */
const LONGEST_WAIT_MS = 3_600_000;
const DETAIL_LIMIT = 300;

export interface TwilioAnswer {
  readonly status: number;
  readonly body: string;
  /** The header of that name. */
  readonly retryAfter: string | undefined;
}

export function twilioFailureOf({ status, body, retryAfter }: TwilioAnswer, secrets: readonly string[]): SendFailure {
  const { code, message } = errorIn(body);
  const detail = withoutSecrets([`${status}${code === undefined ? '' : ` ${code}`}`, message].join(': ').replace(/\s+/g, ' ').slice(0, DETAIL_LIMIT), secrets);
  return new SendFailure(meaningOf(status, code), detail, { mayHaveArrived: UNKNOWN_OUTCOME.has(status), retryAfterMs: waitIn(retryAfter) });
}

/** A code says more than the status that it comes with. What was redirected or cut off as too slow was not processed. */
function meaningOf(status: number, code: number | undefined): FailureCode {
  if (status < 400 || status === 408 || status === 429 || status >= 500) return 'provider_unavailable';
  if (code !== undefined && BUSY_CODES.has(code)) return 'provider_unavailable';
  if (code !== undefined && RECIPIENT_CODES.has(code)) return 'recipient_refused';
  if (status === 401 || status === 403 || (code !== undefined && ACCOUNT_CODES.has(code))) return 'provider_auth_failed';
  return 'message_refused';
}

/** Twilio's own errors are JSON; a proxy answers with a page that nobody wants to read in a log. */
function errorIn(body: string): { code: number | undefined; message: string } {
  try {
    const error = (JSON.parse(body) ?? {}) as { code?: unknown; message?: unknown; detail?: unknown };
    const said = [error.message, error.detail].find((text): text is string => typeof text === 'string');
    return { code: typeof error.code === 'number' ? error.code : undefined, message: said ?? 'no reason given' };
  } catch {
    return { code: undefined, message: 'not an answer of Twilio' };
  }
}

/** Seconds or a date (RFC 9110, 10.2.3). */
function waitIn(retryAfter: string | undefined): number | null {
  if (retryAfter === undefined) return null;
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1_000 : Date.parse(retryAfter) - Date.now();
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), LONGEST_WAIT_MS);
}
