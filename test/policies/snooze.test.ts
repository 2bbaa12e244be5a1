import { describe, expect, it } from 'vitest';
import { parseInstant, plusMs } from '../../contracts/time.ts';
import { snoozeFor } from '../../policies/snooze.ts';
import type { Snooze } from '../../policies/snooze.ts';

const NOON = parseInstant('2026-11-21T12:00:00Z');
const hours = (count: number) => plusMs(NOON, count * 3_600_000);
const MATCH = { userId: 'ada', ruleId: '100', deviceId: 'yard', labels: ['person'], at: NOON };
const snooze = (over: Partial<Snooze>): Snooze =>
  ({ snoozeId: 'one', userId: 'ada', ruleId: null, deviceId: null, labels: null, cause: 'snoozed', until: hours(1), ...over });

describe('a snooze covers a match', () => {
  it.each<[string, Partial<Snooze>, Partial<typeof MATCH>, boolean]>([
    ['of its user, when it names neither rule nor device', {}, {}, true],
    ['of no other user', { userId: 'bob' }, {}, false],
    ['of its rule', { ruleId: '100' }, {}, true],
    ['of no other rule', { ruleId: '200' }, {}, false],
    ['on its device', { deviceId: 'yard' }, {}, true],
    ['on no other device', { deviceId: 'gate' }, {}, false],
    ['of its rule on its device only', { ruleId: '100', deviceId: 'gate' }, {}, false],
    ['until its end', { until: plusMs(NOON, 0.001) }, {}, true],
    ['not at its end', { until: NOON }, {}, false],
    ['of its label', { labels: ['person', 'dog'] }, {}, true],
    ['all of whose labels it names', { labels: ['person', 'dog'] }, { labels: ['dog', 'person'] }, true],
    ['not when another thing is seen beside', { labels: ['dog'] }, { labels: ['dog', 'person'] }, false],
    ['not by its labels when the match has none', { labels: ['dog'] }, { labels: [] }, false],
    ['without labels when it names none', {}, { labels: [] }, true],
  ])('%s', (_, over, match, covered) => {
    expect(snoozeFor({ ...MATCH, ...match }, [snooze(over)])?.snoozeId ?? null).toBe(covered ? 'one' : null);
  });
});

describe('of several that cover a match', () => {
  const short = snooze({ snoozeId: 'short', until: hours(1) });
  const long = snooze({ snoozeId: 'long', until: hours(2) });
  const known = snooze({ snoozeId: 'known', cause: 'known', labels: ['person'], until: hours(1) });
  const elsewhere = snooze({ snoozeId: 'elsewhere', deviceId: 'gate', until: hours(9) });

  it.each([
    ['the one that ends last holds', [short, long, elsewhere], 'long'],
    ['what is known goes before what is snoozed, even if it ends first', [long, known], 'known'],
  ])('%s', (_, snoozes, holding) => {
    expect(snoozeFor(MATCH, snoozes)?.snoozeId).toBe(holding);
    expect(snoozeFor(MATCH, snoozes.toReversed())?.snoozeId).toBe(holding);
  });
});
