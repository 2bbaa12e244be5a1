import { describe, expect, it } from 'vitest';
import { failureOfAnswer, failureOfSilence, retryAfterMsOf } from '../../../adapters/channels/answer-failure.ts';

const NOW = Date.parse('2026-11-21T02:14:00Z');

describe('how long a provider asks to wait', () => {
  it.each([
    [{ 'retry-after': '7' }, 7_000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': 'Sat, 21 Nov 2026 02:14:30 GMT' }, 30_000],
    [{ 'retry-after': 'Sat, 21 Nov 2026 02:13:30 GMT' }, 0],
    [{ 'x-ratelimit-reset': String(NOW / 1000 + 12) }, 12_000],
    [{ 'ratelimit-reset': '3' }, 3_000],
    [{ 'retry-after': '1', 'x-ratelimit-reset': '9' }, 1_000],
    [{ 'retry-after': 'soon' }, null],
    [{ 'retry-after': '' }, null],
    [{ 'retry-after': ['1', '2'] }, null],
    [{}, null],
  ])('%j is %s ms', (headers, ms) => {
    expect(retryAfterMsOf(headers, NOW)).toBe(ms);
  });

  it('is never taken to be longer than an hour, because clocks are wrong now and then', () => {
    expect(retryAfterMsOf({ 'retry-after': 'Fri, 31 Dec 2100 00:00:00 GMT' }, NOW)).toBe(3_600_000);
    expect(retryAfterMsOf({ 'retry-after': '99999999' }, NOW)).toBe(3_600_000);
  });
});

it('an answer of any length is told in a few lines', () => {
  expect(failureOfAnswer({ status: 500, headers: {}, body: '' }, '👎'.repeat(1_000), 'message_refused').detail.length).toBeLessThanOrEqual(500);
});

it('what is no silence of a provider stays what it is', () => {
  const defect = new TypeError('a defect');
  expect(failureOfSilence(defect)).toBe(defect);
});
