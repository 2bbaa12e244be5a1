import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SEVERITIES, compareSeverity } from '../../contracts/severity.ts';
import type { Severity } from '../../contracts/severity.ts';
import { effectiveRules } from '../../policies/effective-rules.ts';
import type { PolicyInForce, ReachingAssignment, RuleInForce } from '../../policies/effective-rules.ts';

const assignment = (changed: Partial<ReachingAssignment>): ReachingAssignment =>
  ({ groupId: null, ruleId: null, policyId: null, deviceIds: null, zones: null, severity: null, ...changed });
const policy = (changed: Partial<PolicyInForce>): PolicyInForce =>
  ({ policyId: 'night', version: 3, rules: [{ ruleId: '1', severity: null, zones: null }], defaults: { severity: null, zones: null }, ...changed });
const rule = (ruleId: string, severity: Severity | null = null, version = 1): RuleInForce => ({ ruleId, version, severity });

const byId = <K extends string, T extends Record<K, string>>(key: K, items: readonly T[]): Map<string, T> => new Map(items.map((item) => [item[key], item]));
const effective = (assignments: readonly ReachingAssignment[], { policies = [policy({})], rules = [rule('1')] }: { policies?: PolicyInForce[]; rules?: RuleInForce[] } = {}) =>
  effectiveRules('gate', assignments, byId('policyId', policies), byId('ruleId', rules));
/** Severity and zones of the one rule that comes out. */
const said = (...given: Parameters<typeof effective>) => effective(...given).map(({ severity, zones }) => [severity, zones])[0];

describe('the rules of a device', () => {
  it('are those assigned to its owner, to the groups of the owner, and in policies of both, each once and in order', () => {
    const rules = ['10', '9', '1', '2'].map((id) => rule(id));
    const night = policy({ rules: ['9', '1'].map((ruleId) => ({ ruleId, severity: null, zones: null })) });
    expect(effective([
      assignment({ ruleId: '2' }), assignment({ ruleId: '10', groupId: 'sites' }), assignment({ policyId: 'night' }), assignment({ policyId: 'night', groupId: 'sites' }),
    ], { policies: [night], rules }).map(({ ruleId }) => ruleId)).toEqual(['1', '10', '2', '9']);
  });

  it('leave out what is for other devices', () => {
    expect(effective([assignment({ ruleId: '1', deviceIds: ['yard'] })])).toEqual([]);
    expect(effective([assignment({ ruleId: '1', deviceIds: ['yard', 'gate'] })])).toHaveLength(1);
  });

  it('leave out rules and policies that are not in force any more', () => {
    expect(effective([assignment({ ruleId: '7' }), assignment({ policyId: 'gone' }), assignment({ policyId: 'night' })], { rules: [] })).toEqual([]);
  });

  it('say by which ways they came, each way once', () => {
    const [found] = effective([assignment({ policyId: 'night', groupId: 'sites', severity: 'high' }), assignment({ ruleId: '1', zones: ['yard'] }), assignment({ ruleId: '1', zones: ['yard'] })]);
    expect(found?.through).toEqual([
      { groupId: 'sites', policyId: 'night', policyVersion: 3, severity: 'high', zones: null },
      { groupId: null, policyId: null, policyVersion: null, severity: 'medium', zones: ['yard'] },
    ]);
  });
});

describe('the severity', () => {
  const entry = (severity: Severity | null) => [{ ruleId: '1', severity, zones: null }];
  const of = (assigned: Severity | null, entered: Severity | null, own: Severity | null, usual: Severity | null) => said([assignment({ policyId: 'night', severity: assigned })], {
    policies: [policy({ rules: entry(entered), defaults: { severity: usual, zones: null } })], rules: [rule('1', own)],
  })?.[0];

  it('is that of the assignment, else of the policy for this rule, else the rule\'s own, else the usual one of the policy, else medium', () => {
    expect([of('low', 'high', 'critical', 'high'), of(null, 'high', 'critical', 'low'), of(null, null, 'critical', 'low'), of(null, null, null, 'low'), of(null, null, null, null)])
      .toEqual(['low', 'high', 'critical', 'low', 'medium']);
  });

  it('of several ways is the worst', () => {
    expect(said([assignment({ ruleId: '1', severity: 'low' }), assignment({ ruleId: '1', groupId: 'a', severity: 'high' }), assignment({ ruleId: '1', groupId: 'b' })])?.[0]).toBe('high');
    expect(said([assignment({ ruleId: '1', severity: 'low' })])?.[0]).toBe('low');
  });
});

describe('the zones', () => {
  const of = (assigned: string[] | null, entered: string[] | null, usual: string[] | null) => said([assignment({ policyId: 'night', zones: assigned })], {
    policies: [policy({ rules: [{ ruleId: '1', severity: null, zones: entered }], defaults: { severity: null, zones: usual } })],
  })?.[1];

  it('are those of the assignment, else of the policy for this rule, else the usual ones of the policy, else none: anywhere', () => {
    expect([of(['a'], ['b'], ['c']), of(null, ['b'], ['c']), of(null, null, ['c']), of(null, null, null)]).toEqual([['a'], ['b'], ['c'], null]);
  });

  it('of several ways are taken together', () => {
    expect(said([assignment({ ruleId: '1', zones: ['yard', 'door'] }), assignment({ ruleId: '1', groupId: 'a', zones: ['gate', 'yard'] })])?.[1]).toEqual(['door', 'gate', 'yard']);
  });

  it('are none as soon as one way names none', () => {
    expect(said([assignment({ ruleId: '1', zones: ['yard'] }), assignment({ policyId: 'night' })])?.[1]).toBeNull();
  });

  it('of an empty list are none: a rule is never silenced by a list without a name', () => {
    expect(of([], [], ['c'])).toEqual(['c']);
    expect(of([], [], [])).toBeNull();
  });
});

describe('whatever is assigned', () => {
  const severity = fc.option(fc.constantFrom(...SEVERITIES));
  const zones = fc.option(fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { maxLength: 2 }));
  const thing = fc.oneof(
    fc.constantFrom('1', '2', '3').map((ruleId) => ({ ruleId, policyId: null })), fc.constantFrom('night', 'day').map((policyId) => ({ ruleId: null, policyId })),
  );
  const someAssignment = fc.tuple(thing, fc.record({
    groupId: fc.option(fc.constantFrom('x', 'y')), deviceIds: fc.option(fc.constantFrom(['gate'], ['yard'])), zones, severity,
  })).map(([what, how]): ReachingAssignment => ({ ...what, ...how }));
  const somePolicy = (policyId: string) => fc.record({
    policyId: fc.constant(policyId), version: fc.constant(1), defaults: fc.record({ severity, zones }),
    rules: fc.array(fc.record({ ruleId: fc.constantFrom('1', '2', '3'), severity, zones }), { maxLength: 3 }),
  });
  const accounts = fc.record({
    assignments: fc.array(someAssignment, { maxLength: 6 }), policies: fc.tuple(somePolicy('night'), somePolicy('day')), rules: fc.tuple(severity, severity).map(([one, two]) => [rule('1', one), rule('2', two)]),
  });

  it('the order in which it is listed changes nothing', () => {
    fc.assert(fc.property(accounts, fc.infiniteStream(fc.nat()), ({ assignments, policies, rules }, numbers) => {
      const shuffled = assignments.map((item) => [numbers.next().value as number, item] as const).sort(([one], [other]) => one - other).map(([, item]) => item);
      expect(effective(shuffled, { policies: [...policies].reverse(), rules: [...rules].reverse() })).toEqual(effective(assignments, { policies, rules }));
    }), { numRuns: 500 });
  });

  it('a rule is as bad as the worst of its ways and seen wherever one of them looks', () => {
    fc.assert(fc.property(accounts, ({ assignments, policies, rules }) => {
      for (const { severity: worst, zones: seen, through } of effective(assignments, { policies, rules })) {
        expect(through.some((way) => way.severity === worst) && through.every((way) => compareSeverity(way.severity, worst) <= 0)).toBe(true);
        expect(seen === null).toBe(through.some((way) => way.zones === null));
        if (seen !== null) expect(through.flatMap((way) => way.zones).every((name) => seen.includes(name!))).toBe(true);
      }
    }), { numRuns: 500 });
  });
});
