/** When to send again, and how long to wait before. */
import { Refused, Unreachable } from './errors.ts';

export interface RetryTiming {
  /** The first wait is at most this long, the next twice as long, and so on. A hiccup of the network lasts about this long. */
  readonly firstMs: number;
  /** No wait is longer: when the API is back after an hour, frames should flow again within half a minute. */
  readonly longestMs: number;
}

export const RETRY_TIMING: RetryTiming = { firstMs: 250, longestMs: 30_000 };

/** A proxy that says "come back tomorrow" must not silence a camera for a day. */
const LONGEST_RETRY_AFTER_MS = 5 * 60_000;
/** All cameras of a site are told the same second; spread over this much they do not come back as one. */
const SPREAD_MS = 1_000;

/**
 * Everything that may pass: nobody answered, too slow (408), too many (429), any 5xx, and redirects, which are what captive
 * portals and misconfigured proxies answer for a while. Damage on the way (`digest_mismatch`) is mended by sending again.
 */
export function maySendAgain(error: unknown): boolean {
  if (error instanceof Unreachable) return true;
  if (!(error instanceof Refused)) return false;
  const { status, code } = error;
  return status < 400 || status === 408 || status === 429 || status >= 500 || code === 'digest_mismatch';
}

/** Milliseconds. `attempt` counts from 0; `retryAfter` is the header as it came. */
export function waitBeforeMs(attempt: number, retryAfter: string | undefined, timing: RetryTiming, random: () => number = Math.random): number {
  const asked = retryAfterMs(retryAfter, Date.now());
  if (asked !== undefined) return Math.min(asked, LONGEST_RETRY_AFTER_MS) + random() * SPREAD_MS;
  // Full jitter (M. Brooker, "Exponential Backoff And Jitter", 2015): of all variants it empties a queue soonest with the fewest tries.
  return random() * Math.min(timing.longestMs, timing.firstMs * 2 ** Math.min(attempt, 30));
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3); undefined for anything else. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  // Date.parse alone would read a year into almost anything.
  const atMs = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}
