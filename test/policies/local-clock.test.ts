import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localClock } from '../../policies/local-clock.ts';
import { wallClock } from './reference/wall-clock.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** A night of each kind: forward, back, by half an hour, for Ramadan, at midnight, by laws that are gone; and zones off the full hour. */
const CHANGES: readonly (readonly [timeZone: string, around: string])[] = [
  ['Europe/Berlin', '2026-03-29T01:00:00Z'],
  ['Europe/Berlin', '2026-10-25T01:00:00Z'],
  ['America/New_York', '2026-03-08T07:00:00Z'],
  ['America/New_York', '2026-11-01T06:00:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
  ['Africa/Casablanca', '2026-02-15T02:00:00Z'],
  ['Africa/Casablanca', '2026-03-22T02:00:00Z'],
  ['America/Sao_Paulo', '2018-11-04T03:00:00Z'],
  ['America/Sao_Paulo', '2019-02-17T02:00:00Z'],
  ['Asia/Kathmandu', '1985-12-31T18:30:00Z'],
  ['Pacific/Apia', '2011-12-30T10:00:00Z'],
  // Forty-four minutes and thirty seconds, not on a quarter of an hour.
  ['Africa/Monrovia', '1972-01-07T00:44:30Z'],
];

describe('the clock on the wall', () => {
  it.each(CHANGES)('of %s is that of the time zone library in every minute of the days around %s', (timeZone, around) => {
    const middleMs = Date.parse(around);
    const differences: string[] = [];
    for (let atMs = middleMs - DAY_MS; atMs < middleMs + DAY_MS; atMs += MINUTE_MS) {
      const [ours, theirs] = [localClock(atMs, timeZone), wallClock(atMs, timeZone)];
      if (ours.weekday !== theirs.weekday || ours.minute !== theirs.minute) differences.push(new Date(atMs).toISOString());
    }
    expect(differences).toEqual([]);
  });

  it('is that of the time zone library at any moment, in whatever order moments come', () => {
    const zones = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Africa/Casablanca', 'America/Sao_Paulo', 'UTC', 'Pacific/Kiritimati', 'America/St_Johns');
    fc.assert(
      fc.property(zones, fc.integer({ min: Date.parse('1975-01-01T00:00:00Z'), max: Date.parse('2060-01-01T00:00:00Z') }), fc.nat({ max: 999 }), (timeZone, atMs, micros) => {
        expect(localClock(atMs + micros / 1000, timeZone)).toEqual(wallClock(atMs, timeZone));
      }),
      { numRuns: 5000 },
    );
  });

  it('of a zone that is none is not made up', () => {
    expect(() => localClock(0, 'Europe/Atlantis')).toThrow(/^time_zone_unknown/);
  });
});
