/** What an answer of a provider's API means for the message, as far as all of them agree (RFC 9110, 15; RFC 6585, 4). */
import type { FailureCode } from '../../contracts/failures.ts';
import { NoAnswer } from './post-json.ts';
import type { Answer } from './post-json.ts';
import { SendFailure } from './send-failure.ts';

/** A gateway that got no answer from behind it: what was sent may have come through all the same. */
const GATEWAY_STATUSES = new Set([502, 504]);
/** The request itself was read and is no good, so the next try would be refused as well. */
const REFUSED_STATUSES = new Set([400, 413, 415, 422]);
/** A provider that names a time far away has its clock or ours wrong; an alert is still worth a try before. */
const MAX_RETRY_AFTER_MS = 3_600_000;
/** Of an answer in the story of an incident. Longer is a page. */
const DETAIL_LIMIT = 500;

/** `refusal`: what this API says of a request that it read and refused. `detail` must be free of secrets. */
export function failureOfAnswer({ status, headers }: Answer, detail: string, refusal: FailureCode): SendFailure {
  const said = `${status}${detail === '' ? '' : ` ${detail}`}`.slice(0, DETAIL_LIMIT).toWellFormed();
  if (status === 401 || status === 403) return new SendFailure('provider_auth_failed', said);
  if (REFUSED_STATUSES.has(status)) return new SendFailure(refusal, said);
  // Everything else speaks of the provider or of the address we were given for it, not of this message: it waits.
  return new SendFailure('provider_unavailable', said, { mayHaveArrived: GATEWAY_STATUSES.has(status), retryAfterMs: retryAfterMsOf(headers) });
}

/** Of what `post` threw. A defect of ours goes on as it is. */
export const failureOfSilence = (error: unknown): unknown =>
  error instanceof NoAnswer ? new SendFailure('provider_unavailable', error.message, { mayHaveArrived: error.handedOver }) : error;

/** Seconds or a date (RFC 9110, 10.2.3); where that is missing, when the limit of the provider begins anew. Null when no time was named. */
export function retryAfterMsOf(headers: Answer['headers'], nowMs = Date.now()): number | null {
  const named = [headers['retry-after'], headers['x-ratelimit-reset'], headers['ratelimit-reset']].find((value) => typeof value === 'string' && value.trim() !== '');
  if (typeof named !== 'string') return null;
  const number = /^\s*\d+(\.\d+)?\s*$/.test(named) ? Number(named) : undefined;
  const ms = number === undefined ? Date.parse(named) - nowMs : number >= A_MOMENT_NOT_A_SPAN ? number * 1_000 - nowMs : number * 1_000;
  return Number.isFinite(ms) ? Math.min(Math.max(0, Math.ceil(ms)), MAX_RETRY_AFTER_MS) : null;
}

/** Some providers write the reset as seconds since 1970, others as seconds from now: nobody means thirty years from now. */
const A_MOMENT_NOT_A_SPAN = 1_000_000_000;
