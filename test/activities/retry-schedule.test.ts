import { describe, expect, it } from 'vitest';
import { nextTryInMs, retryDelayMs } from '../../activities/retry-schedule.ts';
import { CHANNELS } from '../../contracts/delivery.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** All waits of a channel, at most `most` of them. */
function waits(channel: string, most = 1_000): number[] {
  const found: number[] = [];
  for (let tries = 1; tries <= most; tries += 1) {
    const delayMs = retryDelayMs(channel, tries);
    if (delayMs === null) break;
    found.push(delayMs);
  }
  return found;
}
const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
const failed = { deliveryKey: 'i:0:0:webhook:ops', retryAfterMs: null };

describe('the schedule of tries', () => {
  it.each(['email', 'pagerduty', 'nagios'])('of %s never ends', (channel) => {
    expect(waits(channel, 7)).toEqual([5 * SECOND, 15 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, 15 * MINUTE, 15 * MINUTE]);
    expect(retryDelayMs(channel, 1_000_000)).toBe(15 * MINUTE);
  });

  it('of a webhook is that of Standard Webhooks: ten tries in three days', () => {
    expect(waits('webhook')).toEqual([5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR]);
  });

  it('of a text message ends after six hours', () => {
    expect(waits('sms').slice(0, 6)).toEqual([5 * SECOND, 15 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, 15 * MINUTE]);
    expect(sum(waits('sms')) / HOUR).toBeCloseTo(6, 0);
  });

  it('of a call ends after half an hour', () => {
    expect(waits('call').slice(0, 6)).toEqual([5 * SECOND, 15 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 2 * MINUTE]);
    expect(sum(waits('call'))).toBeLessThanOrEqual(30 * MINUTE);
    expect(sum(waits('call'))).toBeGreaterThan(28 * MINUTE);
  });

  it.each(['pigeon', 'constructor'])('of a channel that this build does not know (%s) is that of mail: a later build may know it', (channel) => {
    expect(retryDelayMs(channel, 100)).toBe(15 * MINUTE);
  });
});

describe('the next try', () => {
  it.each(CHANNELS.filter((channel) => channel !== 'webhook'))('over %s comes when the schedule says', (channel) => {
    expect(nextTryInMs({ ...failed, channel, tries: 3 })).toBe(retryDelayMs(channel, 3));
  });

  it.each([
    ['email', 10 * MINUTE, 10 * MINUTE, 'as late as the provider asks'],
    ['email', SECOND, 5 * SECOND, 'no sooner than the schedule says'],
    ['email', 24 * HOUR, HOUR, 'within an hour'],
    ['sms', HOUR, 15 * MINUTE, 'within a quarter of an hour, or a text message would come a day late'],
    ['call', HOUR, 2 * MINUTE, 'within two minutes, or a call would come hours late'],
  ])('over %s, asked to wait for %d ms, comes in %d ms: %s', (channel, retryAfterMs, inMs) => {
    expect(nextTryInMs({ ...failed, channel, tries: 1, retryAfterMs })).toBe(inMs);
  });

  it.each([['webhook', 10], ['sms', 29], ['call', 19]])('over %s there is none after try %d, whatever the provider asks for', (channel, tries) => {
    expect(nextTryInMs({ ...failed, channel, tries: tries - 1 })).not.toBeNull();
    expect(nextTryInMs({ ...failed, channel, tries, retryAfterMs: SECOND })).toBeNull();
  });

  it('of webhooks that failed together is spread over 40 % of the wait, evenly', () => {
    const waitsOfAll = Array.from({ length: 1_000 }, (_, n) => nextTryInMs({ ...failed, deliveryKey: `0199a0c4-1111-7000-8000-${n}:0:0:webhook:ops`, channel: 'webhook', tries: 2 }) ?? 0);
    const tenths = Array.from({ length: 10 }, (_, tenth) => waitsOfAll.filter((ms) => Math.min(9, Math.floor((ms / (5 * MINUTE) - 0.8) / 0.04)) === tenth).length);
    expect(sum(tenths)).toBe(1_000);
    expect(Math.min(...tenths)).toBeGreaterThan(60);
    expect(Math.max(...tenths)).toBeLessThan(140);
  });

  it('of a webhook that is asked to wait is not sooner for being spread', () => {
    for (let n = 0; n < 100; n += 1) expect(nextTryInMs({ deliveryKey: `key-${n}`, channel: 'webhook', tries: 1, retryAfterMs: MINUTE })).toBe(MINUTE);
  });

  it('is the same however often it is asked, and another one at each try', () => {
    const at = (tries: number): number | null => nextTryInMs({ ...failed, channel: 'webhook', tries });
    expect(at(2)).toBe(at(2));
    expect((at(3) ?? 0) / (30 * MINUTE)).not.toBeCloseTo((at(2) ?? 0) / (5 * MINUTE), 5);
  });
});
