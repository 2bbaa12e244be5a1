import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { QuietHours, QuietWindow } from '../../contracts/quiet-hours.ts';
import { quietUntil } from '../../policies/quiet-time.ts';

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];
const clock = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
const window = (from: string, to: string, days = EVERY_DAY): QuietWindow => ({ days, from: clock(from), to: clock(to) });
const quiet = (windows: readonly QuietWindow[], timeZone = 'Europe/Berlin'): QuietHours => ({ timeZone, windows, breakThrough: 'critical' });
const ms = (moment: string): number => Date.parse(moment);
const until = (hours: QuietHours, moment: string): string | null => {
  const end = quietUntil(hours, 'high', ms(moment));
  return end === null ? null : new Date(end).toISOString();
};

describe('a contact that sleeps from ten to seven', () => {
  const nights = quiet([window('22:00', '07:00')]);

  it.each([
    ['in the evening, until the next morning', '2026-11-21T22:30:00Z', '2026-11-22T06:00:00.000Z'],
    ['after midnight, until the same morning', '2026-11-22T02:14:07Z', '2026-11-22T06:00:00.000Z'],
    ['from the first minute', '2026-11-21T21:00:00Z', '2026-11-22T06:00:00.000Z'],
    ['and is awake in the last', '2026-11-22T06:00:00Z', null],
    ['and is awake at noon', '2026-11-22T11:00:00Z', null],
  ])('is quiet %s', (_, moment, end) => {
    expect(until(nights, moment)).toBe(end);
  });

  it('sleeps an hour longer by our clock when clocks go back, and an hour less when they go forward', () => {
    expect(until(nights, '2026-10-24T21:00:00Z')).toBe('2026-10-25T06:00:00.000Z');
    expect(until(nights, '2026-03-28T22:00:00Z')).toBe('2026-03-29T05:00:00.000Z');
  });

  it('is told of what breaks through, and of nothing less', () => {
    expect(quietUntil(nights, 'critical', ms('2026-11-22T02:00:00Z'))).toBeNull();
    expect(quietUntil({ ...nights, breakThrough: 'medium' }, 'medium', ms('2026-11-22T02:00:00Z'))).toBeNull();
    expect(quietUntil({ ...nights, breakThrough: 'medium' }, 'low', ms('2026-11-22T02:00:00Z'))).not.toBeNull();
  });

  it('sleeps by its own clock, wherever the camera stands', () => {
    expect(until(quiet([window('22:00', '07:00')], 'America/New_York'), '2026-11-22T02:00:00Z')).toBeNull();
    expect(until(quiet([window('22:00', '07:00')], 'America/New_York'), '2026-11-22T04:00:00Z')).toBe('2026-11-22T12:00:00.000Z');
  });
});

describe('windows', () => {
  it('belong to the day on which they begin', () => {
    const saturdayNight = quiet([window('22:00', '09:00', [6])]);
    expect(until(saturdayNight, '2026-11-22T03:00:00Z')).toBe('2026-11-22T08:00:00.000Z');
    expect(until(saturdayNight, '2026-11-21T03:00:00Z')).toBeNull();
  });

  it('that follow each other are one quiet time', () => {
    expect(until(quiet([window('22:00', '00:00'), window('00:00', '06:00')]), '2026-11-21T22:00:00Z')).toBe('2026-11-22T05:00:00.000Z');
  });

  it('from a time to the same last a day', () => {
    expect(until(quiet([window('08:00', '08:00', [7])]), '2026-11-22T12:00:00Z')).toBe('2026-11-23T07:00:00.000Z');
  });

  it('that leave no time awake hold nothing back: silence for ever is no sleep', () => {
    expect(until(quiet([window('00:00', '00:00')]), '2026-11-22T12:00:00Z')).toBeNull();
  });
});

it('a quiet time always ends later, on a minute, and at its end the contact is awake', () => {
  const minute = fc.integer({ min: 0, max: 1439 });
  const anyWindow = fc.record({ days: fc.subarray(EVERY_DAY, { minLength: 1 }), from: minute, to: minute });
  const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Asia/Kathmandu');
  const anyMoment = fc.integer({ min: ms('2026-01-01T00:00:00Z'), max: ms('2027-01-01T00:00:00Z') });
  fc.assert(fc.property(fc.array(anyWindow, { minLength: 1, maxLength: 4 }), zone, anyMoment, (windows, timeZone, atMs) => {
    const hours = quiet(windows, timeZone);
    const end = quietUntil(hours, 'low', atMs);
    if (end === null) return;
    expect(end).toBeGreaterThan(atMs);
    expect(end % 60_000).toBe(0);
    expect(quietUntil(hours, 'low', end)).toBeNull();
  }), { numRuns: 150 });
});
