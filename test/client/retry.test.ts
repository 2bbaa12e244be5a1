import { describe, expect, it } from 'vitest';
import { Refused, Unreachable } from '../../client/errors.ts';
import { RETRY_TIMING, maySendAgain, retryAfterMs, waitBeforeMs } from '../../client/retry.ts';

const NOW = Date.parse('2026-03-01T02:14:00Z');

describe('sending again', () => {
  it.each([200, 302, 408, 429, 500, 502, 503, 504, 599])('may help after %i', (status) => expect(maySendAgain(new Refused(status, {}))).toBe(true));
  it.each([400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 451])('cannot help after %i', (status) => expect(maySendAgain(new Refused(status, {}))).toBe(false));
  it('may help when nobody answered, and when the body was damaged on its way', () => {
    expect(maySendAgain(new Unreachable('http://x', new Error('reset')))).toBe(true);
    expect(maySendAgain(new Refused(400, { code: 'digest_mismatch' }))).toBe(true);
  });
  it('cannot help when the caller is at fault', () => expect(maySendAgain(new TypeError('bug'))).toBe(false));
});

describe('Retry-After', () => {
  it.each([['0', 0], ['7', 7_000], ['Sun, 01 Mar 2026 02:14:30 GMT', 30_000], ['Sun, 01 Mar 2026 02:13:00 GMT', 0], ['soon', undefined], ['', undefined], ['-5', undefined], [undefined, undefined]])(
    '%j is %s ms', (header, ms) => expect(retryAfterMs(header, NOW)).toBe(ms));

  it('is kept to, spread over a second, so that not all cameras come back at once', () => {
    expect(waitBeforeMs(0, '10', RETRY_TIMING, () => 0)).toBe(10_000);
    expect(waitBeforeMs(0, '10', RETRY_TIMING, () => 1)).toBe(11_000);
  });

  it('of a day is not believed', () => expect(waitBeforeMs(0, '86400', RETRY_TIMING, () => 0)).toBe(300_000));
});

describe('without it', () => {
  it('waits grow to a bound, and each is anywhere between nothing and that', () => {
    const longest = Array.from({ length: 12 }, (_, attempt) => waitBeforeMs(attempt, undefined, RETRY_TIMING, () => 1));
    expect(longest).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000, 30_000]);
    expect(waitBeforeMs(5, undefined, RETRY_TIMING, () => 0)).toBe(0);
    expect(waitBeforeMs(1_000_000, undefined, RETRY_TIMING, () => 1)).toBe(30_000);
  });
});
