import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { QuietHours } from '../../../contracts/quiet-hours.ts';
import { SEVERITIES } from '../../../contracts/severity.ts';
import { quietHoursText, readQuietHours } from '../../../policies/language/read-quiet-hours.ts';
import type { QuietWindowText } from '../../../policies/language/read-quiet-hours.ts';

const read = (window: QuietWindowText) => readQuietHours({ timeZone: 'Europe/Berlin', windows: [window] });

describe('quiet hours', () => {
  it.each<[string, QuietWindowText, { days: number[]; from: number; to: number }]>([
    ['of every night', { from: '22:00', to: '07:00' }, { days: [1, 2, 3, 4, 5, 6, 7], from: 1320, to: 420 }],
    ['that end with the day', { days: ['sun'], from: '12:00', to: '24:00' }, { days: [7], from: 720, to: 1440 }],
    ['that end at midnight', { days: ['sun'], from: '12:00', to: '00:00' }, { days: [7], from: 720, to: 1440 }],
    ['of a whole day', { days: ['sat', 'sun'], from: '00:00', to: '24:00' }, { days: [6, 7], from: 0, to: 1440 }],
    ['with days in any case and order', { days: ['Sunday', 'MON'], from: '1:00', to: '02:00' }, { days: [1, 7], from: 60, to: 120 }],
    ['with days in groups, as in rules', { days: ['weekdays'], from: '09:00', to: '17:00' }, { days: [1, 2, 3, 4, 5], from: 540, to: 1020 }],
  ])('%s are read', (_, text, window) => {
    expect(read(text)).toEqual({ timeZone: 'Europe/Berlin', windows: [window], breakThrough: 'critical' });
  });

  it.each<[string, QuietWindowText, RegExp]>([
    ['at an hour that is none', { from: '25:00', to: '07:00' }, /windows\.0: The clock goes from 00:00/],
    ['at a minute that is none', { from: '22:60', to: '07:00' }, /windows\.0: The clock goes/],
    ['on a day that is none', { days: ['mon', 'tusday'], from: '22:00', to: '07:00' }, /did you mean tuesday/],
    ['on no day', { days: [], from: '22:00', to: '07:00' }, /days is empty/],
    ['on a day with hours in it', { days: ['mon 10:00-11:00,'], from: '22:00', to: '07:00' }, /windows\.0/],
  ])('%s are refused, with the window', (_, text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it('in a zone that is none are refused', () => {
    expect(() => readQuietHours({ timeZone: 'europe/berlin', windows: [] })).toThrow(/did you mean Europe\/Berlin/);
  });

  it('as they are shown are read as the same again', () => {
    const minutes = fc.nat({ max: 1439 });
    const windows = fc.array(fc.record({ days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }).map((days) => days.sort()), from: minutes, to: minutes.map((minute) => minute + 1) }), { minLength: 1 });
    fc.assert(fc.property(fc.record({ timeZone: fc.constant('Asia/Kolkata'), windows, breakThrough: fc.constantFrom(...SEVERITIES) }), (hours: QuietHours) => {
      expect(readQuietHours(quietHoursText(hours))).toEqual(hours);
    }));
  });
});
