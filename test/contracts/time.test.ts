import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../contracts/failures.ts';
import {
  elapsedMs,
  instantFromDate,
  instantFromEpochMicros,
  instantToDate,
  instantToEpochMicros,
  instantToEpochMs,
  isInstant,
  isTimeZone,
  localTime,
  parseInstant,
  plusMs,
  requireTimeZone,
} from '../../contracts/time.ts';

const EARLIEST_MICROS = BigInt(Date.parse('0001-01-01T00:00:00Z')) * 1000n;
const LATEST_MICROS = BigInt(Date.parse('9999-12-31T23:59:59.999Z')) * 1000n + 999n;
const micros = fc.bigInt({ min: EARLIEST_MICROS, max: LATEST_MICROS });

const failureOf = (act: () => unknown): Failure | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
};

describe('reading a moment', () => {
  it.each([
    ['2026-11-21T02:14:00Z', '2026-11-21T02:14:00.000000Z'],
    ['2026-11-21T02:14:00.1Z', '2026-11-21T02:14:00.100000Z'],
    ['2026-11-21T02:14:00.123456Z', '2026-11-21T02:14:00.123456Z'],
    ['2026-11-21T02:14:00.123456999Z', '2026-11-21T02:14:00.123456Z'],
    ['2026-11-21T03:14:00+01:00', '2026-11-21T02:14:00.000000Z'],
    ['2026-11-20T20:44:00.000001-05:30', '2026-11-21T02:14:00.000001Z'],
    ['2026-11-21T02:14:00-00:00', '2026-11-21T02:14:00.000000Z'],
    ['2024-02-29T23:59:59Z', '2024-02-29T23:59:59.000000Z'],
    ['2026-12-31T23:30:00-01:00', '2027-01-01T00:30:00.000000Z'],
    ['0099-01-01T00:00:00Z', '0099-01-01T00:00:00.000000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000000Z'],
    ['9999-12-31T23:59:59.999999Z', '9999-12-31T23:59:59.999999Z'],
  ])('reads %s as %s', (text, instant) => {
    expect(parseInstant(text)).toBe(instant);
  });

  it.each([
    ['2026-11-21T02:14:00', 'zone is missing'],
    ['2026-11-21T02:14:00.5', 'zone is missing'],
    ['2026-11-21T02:14:00 01:00', '%2B'],
    ['2026-12-31T23:59:60Z', 'leap seconds'],
    ['2016-12-31T23:59:60.5+00:00', 'leap seconds'],
    ['2026-02-30T00:00:00Z', 'no such day'],
    ['2026-02-29T00:00:00Z', 'no such day'],
    ['2026-04-31T00:00:00Z', 'no such day'],
    ['2026-11-21t02:14:00z', 'RFC 3339'],
    ['2026-11-21T02:14:00z', 'RFC 3339'],
    ['2026-11-21 02:14:00Z', 'RFC 3339'],
    ['2026-11-21T24:00:00Z', 'RFC 3339'],
    ['2026-11-21T02:14Z', 'RFC 3339'],
    ['2026-13-01T00:00:00Z', 'RFC 3339'],
    ['2026-00-01T00:00:00Z', 'RFC 3339'],
    ['2026-11-21T02:14:00.Z', 'RFC 3339'],
    ['2026-11-21T02:14:00.1234567890Z', 'RFC 3339'],
    ['2026-11-21T02:14:00+1:00', 'RFC 3339'],
    ['2026-11-21T02:14:00+0100', 'RFC 3339'],
    ['2026-11-21T02:14:00+24:00', 'RFC 3339'],
    ['2026-11-21T02:14:00+01:60', 'RFC 3339'],
    ['+002026-11-21T02:14:00Z', 'RFC 3339'],
    ['2026-W47-6T02:14:00Z', 'RFC 3339'],
    ['1795227240', 'RFC 3339'],
    ['', 'RFC 3339'],
    ['2026-11-21T02:14:00Z\n', 'RFC 3339'],
    ['２０２６-11-21T02:14:00Z', 'RFC 3339'],
    ['0000-12-31T23:59:59Z', 'years 0001 to 9999'],
    ['0001-01-01T00:00:00+01:00', 'years 0001 to 9999'],
    ['9999-12-31T23:59:59-01:00', 'years 0001 to 9999'],
  ])('refuses %j because of its fault', (text, reason) => {
    const failure = failureOf(() => parseInstant(text));
    expect(failure?.code).toBe('captured_at_malformed');
    expect(failure?.detail).toContain(reason);
  });

  it('answers any text with a moment or captured_at_malformed', () => {
    const nearlyMoments = fc
      .tuple(fc.integer({ min: 0, max: 12_000 }), fc.nat(14), fc.nat(33), fc.nat(25), fc.nat(61), fc.nat(62), fc.string({ maxLength: 8 }))
      .map(([year, month, day, hour, minute, second, rest]) => `${pad(year, 4)}-${pad(month)}-${pad(day)}T${pad(hour)}:${pad(minute)}:${pad(second)}${rest}`);
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), nearlyMoments), (text) => {
        const failure = failureOf(() => expect(isInstant(parseInstant(text))).toBe(true));
        expect(failure?.code ?? 'captured_at_malformed').toBe('captured_at_malformed');
      }),
      { numRuns: 2000 },
    );
  });

  it('reads the same moment from every offset that it can be written with', () => {
    const aDayInside = fc.bigInt({ min: EARLIEST_MICROS + 86_400_000_000n, max: LATEST_MICROS - 86_400_000_000n });
    fc.assert(
      fc.property(aDayInside, fc.integer({ min: -1439, max: 1439 }), (moment, offsetMinutes) => {
        const wallClock = instantFromEpochMicros(moment + BigInt(offsetMinutes) * 60_000_000n).slice(0, -1);
        const distance = Math.abs(offsetMinutes);
        const zone = `${offsetMinutes < 0 ? '-' : '+'}${pad(Math.floor(distance / 60))}:${pad(distance % 60)}`;
        expect(parseInstant(wallClock + zone)).toBe(instantFromEpochMicros(moment));
      }),
    );
  });
});

describe('the canonical form', () => {
  it('keeps every microsecond through epoch microseconds and back', () => {
    fc.assert(
      fc.property(micros, (moment) => {
        const instant = instantFromEpochMicros(moment);
        expect(isInstant(instant)).toBe(true);
        expect(instantToEpochMicros(instant)).toBe(moment);
        expect(parseInstant(instant)).toBe(instant);
      }),
    );
  });

  it('sorts as text in the order of time', () => {
    fc.assert(
      fc.property(micros, micros, (a, b) => {
        const [first, second] = [instantFromEpochMicros(a), instantFromEpochMicros(b)];
        expect([first < second, first === second]).toEqual([a < b, a === b]);
      }),
    );
  });

  it.each(['2026-11-21T02:14:00Z', '2026-11-21T02:14:00.123Z', '2026-02-30T00:00:00.000000Z', '0000-01-01T00:00:00.000000Z', '2026-11-21T24:00:00.000000Z', '2026-11-21T02:14:00.123456Z\n'])(
    'is not %j',
    (text) => {
      expect(isInstant(text)).toBe(false);
    },
  );

  it('has no name for moments outside the years 0001 to 9999', () => {
    expect(() => instantFromEpochMicros(EARLIEST_MICROS - 1n)).toThrow(RangeError);
    expect(() => instantFromEpochMicros(LATEST_MICROS + 1n)).toThrow(RangeError);
  });

  it('becomes a date by cutting, never by rounding into the next second', () => {
    expect(instantToDate(parseInstant('2026-11-21T02:14:00.999999Z')).toISOString()).toBe('2026-11-21T02:14:00.999Z');
    expect(instantFromDate(new Date('2026-11-21T02:14:00.999Z'))).toBe('2026-11-21T02:14:00.999000Z');
    expect(instantFromDate(new Date(-1))).toBe('1969-12-31T23:59:59.999000Z');
  });

  it('counts the milliseconds between two moments with their microseconds', () => {
    const from = parseInstant('2026-11-21T02:14:00.000001Z');
    expect(elapsedMs(from, parseInstant('2026-11-21T02:14:01.000002Z'))).toBe(1000.001);
    expect(elapsedMs(from, parseInstant('2026-11-21T02:13:59.000001Z'))).toBe(-1000);
    expect(plusMs(from, -0.002)).toBe('2026-11-21T02:13:59.999999Z');
    expect(plusMs(from, 1000.001)).toBe('2026-11-21T02:14:01.000002Z');
  });

  it('counts as the calendar does, to the microsecond, between any two moments of 285 years', () => {
    const from = fc.bigInt({ min: EARLIEST_MICROS, max: LATEST_MICROS - 2n ** 53n });
    fc.assert(
      fc.property(from, fc.bigInt({ min: 0n, max: 2n ** 53n }), (some, later) => {
        const [a, b] = [instantFromEpochMicros(some), instantFromEpochMicros(some + later)];
        expect(elapsedMs(a, b)).toBe(Number(later) / 1000);
        expect(elapsedMs(b, a)).toBe(0 - Number(later) / 1000);
      }),
      { numRuns: 2000 },
    );
  });

  it('gives a moment as milliseconds since 1970, with its microseconds as their fraction', () => {
    expect(instantToEpochMs(parseInstant('1970-01-01T00:00:00Z'))).toBe(0);
    expect(instantToEpochMs(parseInstant('1969-12-31T23:59:59.999Z'))).toBe(-1);
    expect(instantToEpochMs(parseInstant('2026-11-21T02:14:00.123456Z'))).toBe(Date.parse('2026-11-21T02:14:00Z') + 123.456);
    fc.assert(
      fc.property(micros, (some) => {
        expect(instantToEpochMs(instantFromEpochMicros(some))).toBeCloseTo(Number(some) / 1000, 1);
      }),
      { numRuns: 5000 },
    );
  });

  it('gives every day of four centuries the number that the calendar gives it', () => {
    const first = Date.parse('1899-12-31T00:00:00Z');
    for (let day = 0; day < 146_100; day += 1) {
      const ms = first + day * 86_400_000;
      if (instantToEpochMs(instantFromDate(new Date(ms))) !== ms) expect.fail(new Date(ms).toISOString());
    }
  });

  it('stop at the first and the last moment that there is', () => {
    expect(plusMs(parseInstant('0001-01-01T00:00:01Z'), -2000)).toBe('0001-01-01T00:00:00.000000Z');
    expect(plusMs(parseInstant('9999-12-31T23:59:59.9Z'), 200)).toBe('9999-12-31T23:59:59.999999Z');
  });
});

describe('time zones', () => {
  it.each(['Europe/Berlin', 'America/New_York', 'UTC', 'Etc/GMT+5', 'Asia/Kolkata', 'Asia/Calcutta', 'Europe/Kyiv', 'America/Port-au-Prince', 'America/Argentina/ComodRivadavia', 'Antarctica/DumontDUrville', 'CET', 'EST5EDT', 'GMT'])(
    'knows %s',
    (name) => {
      expect(isTimeZone(name)).toBe(true);
      expect(requireTimeZone(name)).toBe(name);
    },
  );

  it.each(['', '+01:00', '-05:00', 'UTC+1', 'GMT+1', 'europe/berlin', 'EUROPE/BERLIN', 'Utc', 'asia/kolkata', 'Mars/Olympus', 'Europe/Berlin ', 'Europe', 'ECT', 'SystemV/EST5', 'Z', '../etc/passwd', 'Europe/Berlin\u0000', 'constructor'])(
    'refuses %j',
    (name) => {
      expect(isTimeZone(name)).toBe(false);
      expect(failureOf(() => requireTimeZone(name))?.code).toBe('time_zone_unknown');
    },
  );

  it('gives the right case of a name that is wrong in nothing else', () => {
    expect(failureOf(() => requireTimeZone('europe/berlin'))?.detail).toContain('did you mean Europe/Berlin?');
  });

  it('knows every zone of the time zone library', () => {
    const unknown = Intl.supportedValuesOf('timeZone').filter((name) => !isTimeZone(name));
    expect(unknown).toEqual([]);
  });
});

describe('local time', () => {
  it.each([
    ['2026-11-21T02:14:00Z', 'Europe/Berlin', '2026-11-21 03:14:00 CET'],
    ['2026-07-21T02:14:00Z', 'Europe/Berlin', '2026-07-21 04:14:00 CEST'],
    ['2026-11-21T02:14:00Z', 'America/New_York', '2026-11-20 21:14:00 EST'],
    ['2026-07-21T02:14:00Z', 'Europe/London', '2026-07-21 03:14:00 BST'],
    ['2026-11-21T02:14:00Z', 'Europe/London', '2026-11-21 02:14:00 GMT'],
    ['2026-11-21T02:14:00Z', 'Australia/Sydney', '2026-11-21 13:14:00 AEDT'],
    ['2026-11-21T02:14:00Z', 'Asia/Kolkata', '2026-11-21 07:44:00 IST'],
    ['2026-11-21T02:14:00Z', 'Asia/Kathmandu', '2026-11-21 07:59:00 GMT+5:45'],
    ['2026-11-21T00:00:00.999999Z', 'UTC', '2026-11-21 00:00:00 UTC'],
    ['0099-01-01T00:00:00Z', 'UTC', '0099-01-01 00:00:00 UTC'],
  ])('shows %s in %s as %s', (text, timeZone, shown) => {
    expect(localTime(parseInstant(text), timeZone)).toBe(shown);
  });

  it('tells the two half past twos of an autumn night apart', () => {
    expect(localTime(parseInstant('2026-10-25T00:30:00Z'), 'Europe/Berlin')).toBe('2026-10-25 02:30:00 CEST');
    expect(localTime(parseInstant('2026-10-25T01:30:00Z'), 'Europe/Berlin')).toBe('2026-10-25 02:30:00 CET');
  });

  it('skips the hour that a spring night does not have', () => {
    expect(localTime(parseInstant('2026-03-29T00:59:59Z'), 'Europe/Berlin')).toBe('2026-03-29 01:59:59 CET');
    expect(localTime(parseInstant('2026-03-29T01:00:00Z'), 'Europe/Berlin')).toBe('2026-03-29 03:00:00 CEST');
  });

  it('refuses a zone that nobody knows', () => {
    expect(failureOf(() => localTime(parseInstant('2026-11-21T02:14:00Z'), '+01:00'))?.code).toBe('time_zone_unknown');
  });
});

function pad(value: number, digits = 2): string {
  return String(value).padStart(digits, '0');
}
