import { describe, expect, it } from 'vitest';
import { DEFAULT_CHAIN, MAX_LEVELS } from '../../../contracts/escalation.ts';
import type { Level } from '../../../contracts/escalation.ts';
import { SEVERITIES } from '../../../contracts/severity.ts';
import { chainWarnings, checkChain } from '../../../policies/check/check-chain.ts';

const level = (over: Partial<Level> = {}): Level => ({ channels: ['email'], contacts: null, severities: SEVERITIES, waitSeconds: 300, repeats: 0, ...over });
const codes = (levels: readonly Level[]) => checkChain(levels).map(({ level: at, code }) => [at, code]);

it('the built-in chain is a sound one', () => {
  expect([checkChain(DEFAULT_CHAIN.levels), chainWarnings(DEFAULT_CHAIN.levels, [])]).toEqual([[], []]);
});

describe('a chain is refused', () => {
  it.each<[string, readonly Level[], [number | null, string][]]>([
    ['without a level', [], [[null, 'levels_missing']]],
    ['with more levels than anybody waits for', Array.from({ length: MAX_LEVELS + 1 }, () => level()), [[null, 'levels_too_many']]],
    ['with a level of no channel', [level(), level({ channels: [] })], [[1, 'level_empty']]],
    ['with a level of no contact', [level({ contacts: [] })], [[0, 'level_empty']]],
    ['with a level for no severity', [level({ severities: [] })], [[0, 'level_empty']]],
    ['with a contact twice on a level', [level({ contacts: ['a', 'b', 'a'] })], [[0, 'level_repeats_itself']]],
    ['with a channel twice on a level', [level({ channels: ['sms', 'sms'] })], [[0, 'level_repeats_itself']]],
    ['with a wait in which nobody can answer', [level({ waitSeconds: 29 })], [[0, 'wait_out_of_range']]],
    ['with a wait of more than a day', [level({ waitSeconds: 86_401 })], [[0, 'wait_out_of_range']]],
    ['with repeats without end', [level({ repeats: 11 })], [[0, 'repeats_out_of_range']]],
    ['for all that is wrong at once', [level({ repeats: -1, waitSeconds: Number.NaN })], [[0, 'wait_out_of_range'], [0, 'repeats_out_of_range']]],
  ])('%s', (_, levels, expected) => {
    expect(codes(levels)).toEqual(expected);
  });

  it('not at its bounds', () => {
    expect(codes([level({ waitSeconds: 30, repeats: 10 }), level({ waitSeconds: 86_400 }), ...Array.from({ length: MAX_LEVELS - 2 }, () => level())])).toEqual([]);
  });
});

describe('a chain is doubtful', () => {
  const guard = { contactId: 'guard', channel: 'sms', enabled: true } as const;

  it('when nobody hears of a severity', () => {
    expect(chainWarnings([level({ severities: ['critical'] }), level({ severities: ['high', 'critical'] })], []).map(({ code, message }) => [code, message.includes('low') || message.includes('medium')]))
      .toEqual([['severity_untold', true], ['severity_untold', true]]);
  });

  it('when a contact is on none of the channels of its level, or switched off', () => {
    const levels = [level({ channels: ['sms'], contacts: ['guard'] }), level({ contacts: ['guard'] })];
    expect(chainWarnings(levels, [guard]).map(({ level: at, code }) => [at, code])).toEqual([[1, 'contact_on_other_channel']]);
    expect(chainWarnings([levels[0]!], [{ ...guard, enabled: false }]).map(({ code }) => code)).toEqual(['contact_switched_off']);
  });
});
