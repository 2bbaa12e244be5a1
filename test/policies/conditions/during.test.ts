import { describe, expect, it } from 'vitest';
import { instantFromEpochMicros, parseInstant } from '../../../contracts/time.ts';
import { evaluate } from '../../../policies/evaluate.ts';
import { EMPTY_MEMORY } from '../../../policies/memory/device-memory.ts';
import { during } from '../../../policies/model.ts';
import type { Window } from '../../../policies/model.ts';

const MINUTE_MS = 60_000;
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];

/** The stretches, in minutes, for which the windows are open from a moment on, as `first minute..last minute`. */
function openFor(windows: readonly Window[], timeZone: string, from: string, hours: number): string[] {
  const set = { ruleSetId: 'a', timeZone, zones: [], rules: [{ ruleId: '1', version: 1, severity: 'low' as const, zones: null, condition: during(windows) }] };
  const startMs = Date.parse(from);
  const isOpen = (minute: number): boolean => {
    const capturedAt = instantFromEpochMicros(BigInt(startMs + minute * MINUTE_MS) * 1000n);
    return evaluate(set, { detections: [], width: 1, height: 1, capturedAt, late: false }, EMPTY_MEMORY).verdicts[0]?.matched === true;
  };
  const stretches: string[] = [];
  let since: number | null = null;
  for (let minute = 0; minute <= hours * 60; minute += 1) {
    const open = minute < hours * 60 && isOpen(minute);
    if (open && since === null) since = minute;
    if (!open && since !== null) {
      stretches.push(`${since}..${minute}`);
      since = null;
    }
  }
  return stretches;
}

describe('a weekly window', () => {
  it('is open from its first minute until its last, which it does not hold in', () => {
    // Berlin in winter: local midnight is 23:00Z.
    expect(openFor([{ days: [6], from: 120, to: 180 }], 'Europe/Berlin', '2026-11-20T23:00:00Z', 48)).toEqual(['120..180']);
  });

  it('past midnight belongs to the day on which it opened', () => {
    // From Friday 00:00 on, open on Friday nights only: 22:00 to 06:00 of Saturday.
    expect(openFor([{ days: [5], from: 1320, to: 360 }], 'Europe/Berlin', '2026-11-19T23:00:00Z', 72)).toEqual([`${22 * 60}..${30 * 60}`]);
    // Sunday's reaches into Monday.
    expect(openFor([{ days: [7], from: 1320, to: 360 }], 'Europe/Berlin', '2026-11-21T23:00:00Z', 48)).toEqual([`${22 * 60}..${30 * 60}`]);
  });

  it('that ends where it begins is a whole day', () => {
    expect(openFor([{ days: [6], from: 360, to: 360 }], 'Europe/Berlin', '2026-11-20T23:00:00Z', 60)).toEqual([`${6 * 60}..${30 * 60}`]);
  });

  it('does not open in the hour that the clock skips', () => {
    // Berlin, 2026-03-29: 02:00 becomes 03:00 at 01:00Z.
    expect(openFor([{ days: EVERY_DAY, from: 120, to: 180 }], 'Europe/Berlin', '2026-03-28T23:00:00Z', 23)).toEqual([]);
    expect(openFor([{ days: EVERY_DAY, from: 90, to: 210 }], 'Europe/Berlin', '2026-03-28T23:00:00Z', 23)).toEqual(['90..150']);
    expect(openFor([{ days: [6], from: 1320, to: 360 }], 'Europe/Berlin', '2026-03-28T12:00:00Z', 24)).toEqual([`${9 * 60}..${16 * 60}`]);
  });

  it('is open for two hours in the night that shows its hour twice', () => {
    // Berlin, 2026-10-25: 03:00 becomes 02:00 at 01:00Z.
    expect(openFor([{ days: EVERY_DAY, from: 120, to: 180 }], 'Europe/Berlin', '2026-10-24T22:00:00Z', 25)).toEqual(['120..240']);
    expect(openFor([{ days: EVERY_DAY, from: 120, to: 150 }], 'Europe/Berlin', '2026-10-24T22:00:00Z', 25)).toEqual(['120..150', '180..210']);
    // New York, 2026-11-01: 02:00 becomes 01:00 at 06:00Z.
    expect(openFor([{ days: [7], from: 60, to: 120 }], 'America/New_York', '2026-11-01T04:00:00Z', 25)).toEqual(['60..180']);
  });

  it('follows a clock that moves by half an hour', () => {
    // Lord Howe, 2026-04-05: 02:00 becomes 01:30 at 15:00Z of the day before; 2026-10-04: 02:00 becomes 02:30.
    expect(openFor([{ days: EVERY_DAY, from: 90, to: 120 }], 'Australia/Lord_Howe', '2026-04-04T13:00:00Z', 24)).toEqual(['90..150']);
    expect(openFor([{ days: EVERY_DAY, from: 120, to: 180 }], 'Australia/Lord_Howe', '2026-10-03T13:30:00Z', 23)).toEqual(['120..150']);
  });

  it('goes by the capture time, to the millisecond', () => {
    const set = { ruleSetId: 'a', timeZone: 'Asia/Kathmandu', zones: [], rules: [{ ruleId: '1', version: 1, severity: 'low' as const, zones: null, condition: during([{ days: [1], from: 0, to: 1 }]) }] };
    const openAt = (moment: string) => evaluate(set, { detections: [], width: 1, height: 1, capturedAt: parseInstant(moment), late: false }, EMPTY_MEMORY).verdicts[0]?.matched;
    // Kathmandu is 5:45 ahead.
    expect(['2026-11-22T18:14:59.999999Z', '2026-11-22T18:15:00Z', '2026-11-22T18:15:59.999999Z', '2026-11-22T18:16:00Z'].map(openAt)).toEqual([false, true, true, false]);
  });
});
