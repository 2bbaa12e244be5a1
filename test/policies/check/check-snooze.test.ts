import { expect, it } from 'vitest';
import { snoozeWarnings } from '../../../policies/check/check-snooze.ts';
import type { CoveredPair } from '../../../policies/check/check-snooze.ts';

const pair = (over: Partial<CoveredPair> = {}): CoveredPair => ({ ruleId: '100', ruleName: 'Person', deviceId: 'yard', deviceName: 'Yard', severity: 'medium', ...over });
const FIRE = { ruleId: '200', ruleName: null, severity: 'critical' } as const;
const GATE = { deviceId: 'gate', deviceName: 'Gate' };

it('one rule on one device is exact, and so is the only device of a rule', () => {
  expect(snoozeWarnings({ ruleId: '100', deviceId: 'yard' }, [pair()])).toEqual([]);
  expect(snoozeWarnings({ ruleId: '100', deviceId: null }, [pair()])).toEqual([]);
});

it('a rule on several devices is warned of, with their names', () => {
  expect(snoozeWarnings({ ruleId: '100', deviceId: null }, [pair(), pair(GATE)])).toEqual([{ code: 'covers_devices', message: expect.stringContaining('2 devices: Yard, Gate.') }]);
});

it('a device with all its rules is warned of, and that what is critical is among them', () => {
  const [warning, ...rest] = snoozeWarnings({ ruleId: null, deviceId: 'yard' }, [pair(), pair(FIRE)]);
  expect([warning?.code, warning?.message, rest]).toEqual(['covers_rules', 'It silences every rule, also of what is critical: Person, rule 200. Name a rule if only one is too loud.', []]);
});

it('everything is warned of twice, each device and rule named once', () => {
  const warnings = snoozeWarnings({ ruleId: null, deviceId: null }, [pair(), pair(FIRE), pair(GATE), pair({ ...GATE, ...FIRE })]);
  expect(warnings.map(({ message }) => message.split('.')[0])).toEqual(['It silences 2 devices: Yard, Gate', 'It silences every rule, also of what is critical: Person, rule 200']);
});

it('what covers nothing says so', () => {
  expect(snoozeWarnings({ ruleId: null, deviceId: 'yard' }, []).map(({ code }) => code)).toEqual(['covers_nothing']);
});
