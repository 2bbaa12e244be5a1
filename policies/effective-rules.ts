/**
 * Which rules judge a device, and how: all ways in which each rule comes to it, made one. Pure, and independent of the order in which
 * assignments are listed, so that one state of the accounts always makes one rule set.
 */
import { DEFAULT_SEVERITY, compareSeverity } from '../contracts/severity.ts';
import type { Severity } from '../contracts/severity.ts';

/** An assignment of the owner of the device, or of a group that the owner is in. Of `ruleId` and `policyId` one is null. */
export interface ReachingAssignment {
  readonly groupId: string | null;
  readonly ruleId: string | null;
  readonly policyId: string | null;
  /** Null: every device. */
  readonly deviceIds: readonly string[] | null;
  readonly zones: readonly string[] | null;
  readonly severity: Severity | null;
}

/** A policy as it is in force. */
export interface PolicyInForce {
  readonly policyId: string;
  readonly version: number;
  readonly rules: readonly { readonly ruleId: string; readonly severity: Severity | null; readonly zones: readonly string[] | null }[];
  readonly defaults: { readonly severity: Severity | null; readonly zones: readonly string[] | null };
}

/** A rule as it is in force, as far as the device matters. */
export interface RuleInForce {
  readonly ruleId: string;
  readonly version: number;
  /** As its own text says. */
  readonly severity: Severity | null;
}

export interface EffectiveRule {
  readonly ruleId: string;
  readonly version: number;
  readonly severity: Severity;
  /** Sorted; null: anywhere. */
  readonly zones: readonly string[] | null;
  /** At least one. */
  readonly through: readonly Way[];
}

/** One way in which a rule comes to a device, and what it says there. */
export interface Way {
  /** Null: assigned to the user. */
  readonly groupId: string | null;
  /** Null, as is its version: assigned by itself. */
  readonly policyId: string | null;
  readonly policyVersion: number | null;
  readonly severity: Severity;
  readonly zones: readonly string[] | null;
}

/** In order of rule id, each rule once. Rules and policies that are not in force any more are left out. */
export function effectiveRules(
  deviceId: string, assignments: readonly ReachingAssignment[], policies: ReadonlyMap<string, PolicyInForce>, rules: ReadonlyMap<string, RuleInForce>,
): EffectiveRule[] {
  const ways = new Map<string, Way[]>();
  for (const assignment of assignments) {
    if (assignment.deviceIds !== null && !assignment.deviceIds.includes(deviceId)) continue;
    for (const { ruleId, way } of waysOf(assignment, policies, rules)) ways.set(ruleId, [...(ways.get(ruleId) ?? []), way]);
  }
  return [...ways].sort(([one], [other]) => inOrder(one, other)).flatMap(([ruleId, through]) => {
    const rule = rules.get(ruleId);
    return rule === undefined ? [] : [madeOne(rule, through)];
  });
}

function waysOf(
  { groupId, ruleId, policyId, severity, zones }: ReachingAssignment, policies: ReadonlyMap<string, PolicyInForce>, rules: ReadonlyMap<string, RuleInForce>,
): { ruleId: string; way: Way }[] {
  const own = (id: string): Severity | null => rules.get(id)?.severity ?? null;
  if (ruleId !== null) {
    const way = { groupId, policyId: null, policyVersion: null, severity: severity ?? own(ruleId) ?? DEFAULT_SEVERITY, zones: said(zones) };
    return [{ ruleId, way }];
  }
  const policy = policies.get(policyId ?? '');
  return (policy?.rules ?? []).map((entry) => ({
    ruleId: entry.ruleId,
    way: {
      groupId, policyId, policyVersion: policy?.version ?? null,
      severity: severity ?? entry.severity ?? own(entry.ruleId) ?? policy?.defaults.severity ?? DEFAULT_SEVERITY,
      zones: said(zones) ?? said(entry.zones) ?? said(policy?.defaults.zones ?? null),
    },
  }));
}

/** A list without a name names no zone; taken as "in none of them" the rule would be silent for ever. */
const said = (zones: readonly string[] | null): readonly string[] | null => (zones === null || zones.length === 0 ? null : sorted(zones));

/** The worst severity counts, and the widest view: whoever assigned the rule without zones wants to hear of it from anywhere. */
function madeOne({ ruleId, version }: RuleInForce, ways: readonly Way[]): EffectiveRule {
  const through = ways.length === 1 ? ways : distinct(ways);
  return {
    ruleId, version, through,
    severity: through.reduce<Severity>((worst, { severity }) => (compareSeverity(severity, worst) > 0 ? severity : worst), 'low'),
    zones: through.some(({ zones }) => zones === null) ? null : sorted(through.flatMap(({ zones }) => zones ?? [])),
  };
}

/** Each once and in an order of their own. */
const distinct = (ways: readonly Way[]): Way[] =>
  [...new Map(ways.map((way) => [JSON.stringify([way.groupId, way.policyId, way.policyVersion, way.severity, way.zones]), way]))]
    .sort(([one], [other]) => inOrder(one, other)).map(([, way]) => way);

const sorted = (names: readonly string[]): string[] => [...new Set(names)].sort(inOrder);

/** By code unit: the same in every locale, as the order is part of what names a rule set. */
const inOrder = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
