/** Rule sets: gathered from what the accounts say now, named by what they hold, written down once, read again. */
import { createHash } from 'node:crypto';
import type { StagedFrame } from '../../activities/ports/staged-frame.ts';
import { Failure } from '../../contracts/failures.ts';
import type { Instant } from '../../contracts/time.ts';
import type { Zone } from '../../contracts/zone.ts';
import { effectiveRules } from '../../policies/effective-rules.ts';
import type { EffectiveRule, PolicyInForce, ReachingAssignment, RuleInForce } from '../../policies/effective-rules.ts';
import { query } from './pool.ts';
import type { Queryable } from './pool.ts';

/** Whose rules, on which device. The zone is that at acceptance, for a device that is gone by now. */
export type RuleScope = Pick<StagedFrame, 'userId' | 'deviceId' | 'timeZone'>;

/** What a rule set holds, conditions aside: a rule version names one for good. */
export interface RuleSetContents {
  readonly rules: readonly EffectiveRule[];
  readonly zones: readonly Zone[];
  readonly timeZone: string;
}

export interface NamedContents extends RuleSetContents {
  /** Hex sha256 of the contents. */
  readonly ruleSetId: string;
}

interface Snapshot {
  readonly devices: readonly { readonly deviceId: string; readonly timeZone: string; readonly zones: readonly Zone[] }[];
  readonly assignments: readonly (ReachingAssignment & { readonly userId: string })[];
  readonly policies: readonly PolicyInForce[];
  readonly rules: readonly RuleInForce[];
}

/**
 * One per scope, in their order. Everything comes of one statement and so of one moment: of two saves, a set never holds the later one without the earlier.
 *
 * Windows go by the zone in which the device stands now, not by that at acceptance, which names the frame in its tag: rules, zones and masks are those of now
 * as well, and an admin who mends a wrong zone means the frames that wait, too.
 */
export async function gatherRuleSets(db: Queryable, scopes: readonly RuleScope[]): Promise<NamedContents[]> {
  const [row] = await query<Snapshot & Record<string, unknown>>(db, SNAPSHOT, [unique(scopes.map(({ userId }) => userId)), unique(scopes.map(({ deviceId }) => deviceId))]);
  const { devices, assignments, policies, rules } = row!;
  const deviceOf = new Map(devices.map((device) => [device.deviceId, device]));
  const policyOf = new Map(policies.map((policy) => [policy.policyId, policy]));
  const ruleOf = new Map(rules.map((rule) => [rule.ruleId, rule]));
  return scopes.map(({ userId, deviceId, timeZone }) => {
    const device = deviceOf.get(deviceId);
    return named({
      rules: effectiveRules(deviceId, assignments.filter((assignment) => assignment.userId === userId), policyOf, ruleOf),
      zones: (device?.zones ?? []).map(({ name, kind, polygon, anchor, classes }) => ({ name, kind, polygon, anchor, classes })),
      timeZone: device?.timeZone ?? timeZone,
    });
  });
}

const unique = (ids: readonly string[]): string[] => [...new Set(ids)];

const SNAPSHOT = `
  WITH reaching AS (
    SELECT user_id, NULL AS group_id, rule_id, policy_id, device_ids, zones, severity FROM assignments WHERE user_id = ANY($1)
    UNION ALL
    SELECT member.user_id, assigned.group_id, rule_id, policy_id, device_ids, zones, severity
    FROM group_members member JOIN assignments assigned ON assigned.group_id = member.group_id WHERE member.user_id = ANY($1)),
  reached AS (
    SELECT policy.policy_id, version.version, version.content
    FROM policies policy JOIN policy_versions version ON version.policy_id = policy.policy_id AND version.version = policy.current_version
    WHERE policy.deleted_at IS NULL AND policy.policy_id IN (SELECT policy_id FROM reaching)),
  named AS (
    SELECT rule_id FROM reaching UNION SELECT entry ->> 'ruleId' FROM reached, jsonb_array_elements(content -> 'rules') AS entry)
  SELECT
    (SELECT coalesce(json_agg(json_build_object('deviceId', device_id, 'timeZone', time_zone, 'zones', zones)), '[]') FROM devices WHERE device_id = ANY($2)) AS devices,
    (SELECT coalesce(json_agg(json_build_object('userId', user_id, 'groupId', group_id, 'ruleId', rule_id, 'policyId', policy_id,
                                                'deviceIds', device_ids, 'zones', zones, 'severity', severity)), '[]') FROM reaching) AS assignments,
    (SELECT coalesce(json_agg(json_build_object('policyId', policy_id, 'version', version, 'rules', content -> 'rules', 'defaults', content -> 'defaults')), '[]')
     FROM reached) AS policies,
    (SELECT coalesce(json_agg(json_build_object('ruleId', rule.rule_id, 'version', version.version, 'severity', version.severity)), '[]')
     FROM rules rule JOIN rule_versions version ON version.rule_id = rule.rule_id AND version.version = rule.current_version
     WHERE rule.deleted_at IS NULL AND rule.rule_id IN (SELECT rule_id FROM named)) AS rules`;

function named(contents: RuleSetContents): NamedContents {
  return { ruleSetId: createHash('sha256').update(canonical(contents)).digest('hex'), ...contents };
}

/** JSON with sorted keys and no spaces, so that what the database gives back, in an order of its own, has the same name. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join(',')}}`;
}

/** In the transaction of the first verdict by them. In order of id: two batches that write the same sets must not wait for each other. */
export async function recordRuleSets(db: Queryable, sets: readonly NamedContents[]): Promise<void> {
  if (sets.length === 0) return;
  const rows = [...sets].sort((one, other) => (one.ruleSetId < other.ruleSetId ? -1 : 1)).map(({ ruleSetId, rules, zones, timeZone }) => ({ ruleSetId, contents: { rules, zones, timeZone } }));
  await query(db, `
    INSERT INTO rule_sets (rule_set_id, contents)
    SELECT decode("ruleSetId", 'hex'), contents FROM jsonb_to_recordset($1) AS used ("ruleSetId" text, contents jsonb)
    ON CONFLICT DO NOTHING`, [JSON.stringify(rows)]);
}

export interface StoredRuleSet extends NamedContents {
  readonly firstUsedAt: Instant;
}

/** Throws `rule_set_unknown`. */
export async function readRuleSet(db: Queryable, ruleSetId: string): Promise<StoredRuleSet> {
  const [row] = await query<{ contents: RuleSetContents; first_used_at: Instant }>(db,
    "SELECT contents, first_used_at FROM rule_sets WHERE rule_set_id = decode($1, 'hex')", [ruleSetId]);
  if (!row) throw new Failure('rule_set_unknown', `no rule set ${ruleSetId}`);
  return { ruleSetId, ...row.contents, firstUsedAt: row.first_used_at };
}

/** A version of a rule never changes, so its condition is the same whenever it is read. */
export function readConditions(db: Queryable, versions: readonly { readonly ruleId: string; readonly version: number }[]): Promise<{ ruleId: string; version: number; condition: unknown }[]> {
  return query(db, `
    SELECT rule_id AS "ruleId", version, condition FROM rule_versions
    WHERE (rule_id, version) IN (SELECT * FROM unnest($1::text[], $2::int[]))`, [versions.map(({ ruleId }) => ruleId), versions.map(({ version }) => version)]);
}
