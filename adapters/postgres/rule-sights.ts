/** The devices that rules judge, through users, groups and policies, as far as a rule can be held against them before it judges a frame. */
import type { Zone } from '../../contracts/zone.ts';
import { query } from './pool.ts';
import type { Queryable } from './pool.ts';

export interface JudgedDevice {
  readonly deviceId: string;
  /** Null: the one that the workers use. */
  readonly model: string | null;
  readonly timeZone: string;
  readonly zones: readonly Zone[];
  /** Names of zones that come with the assignment; null: anywhere. Of several ways in which a rule comes to a device the widest counts. */
  readonly assignedZones: readonly string[] | null;
}

/** A fault that shows on none of so many shows on hardly any other, and a list of rules is checked at every look at it. In order of device id. */
const MAX_DEVICES = 1_000;

/** Every way in which a rule comes to a user or group; `zones` as in policies/effective-rules.ts. */
const WAYS = `
  SELECT rule_id, user_id, group_id, device_ids, to_jsonb(zones) AS zones FROM assignments WHERE rule_id IS NOT NULL
  UNION ALL
  SELECT entry->>'ruleId', assigned.user_id, assigned.group_id, assigned.device_ids,
         coalesce(to_jsonb(assigned.zones), nullif(entry->'zones', 'null'), nullif(held.content->'defaults'->'zones', 'null'))
  FROM assignments assigned
  JOIN policies policy ON policy.policy_id = assigned.policy_id AND policy.deleted_at IS NULL
  JOIN policy_versions held ON held.policy_id = policy.policy_id AND held.version = policy.current_version
  CROSS JOIN LATERAL jsonb_array_elements(held.content->'rules') AS entry`;

/** Every device that a way leads to. */
const REACHED = `
  WITH way AS (${WAYS}),
  reached AS (
    SELECT rule_id, device_ids, zones, user_id FROM way WHERE user_id IS NOT NULL
    UNION ALL
    SELECT way.rule_id, way.device_ids, way.zones, member.user_id FROM way JOIN group_members member ON member.group_id = way.group_id)`;

const DEVICE = `device.device_id AS "deviceId", device.model, device.time_zone AS "timeZone", device.zones`;

/** By rule id; a rule that judges no device is not in it. */
export async function devicesOfRules(db: Queryable, ruleIds: readonly string[]): Promise<ReadonlyMap<string, readonly JudgedDevice[]>> {
  const rows = await query<Omit<JudgedDevice, 'assignedZones'> & { ruleId: string; ways: readonly (readonly string[] | null)[] }>(db, `
    ${REACHED},
    judged AS (
      SELECT reached.rule_id, device.device_id, jsonb_agg(DISTINCT coalesce(reached.zones, 'null')) AS ways,
             row_number() OVER (PARTITION BY reached.rule_id ORDER BY device.device_id) AS place
      FROM reached JOIN devices device ON device.user_id = reached.user_id AND (reached.device_ids IS NULL OR device.device_id = ANY(reached.device_ids))
      WHERE reached.rule_id = ANY($1) GROUP BY reached.rule_id, device.device_id)
    SELECT judged.rule_id AS "ruleId", judged.ways, ${DEVICE} FROM judged JOIN devices device USING (device_id)
    WHERE judged.place <= ${MAX_DEVICES} ORDER BY judged.rule_id, judged.place`, [ruleIds]);
  const judged = new Map<string, JudgedDevice[]>();
  for (const { ruleId, ways, ...device } of rows) judged.set(ruleId, [...(judged.get(ruleId) ?? []), { ...device, assignedZones: widest(ways) }]);
  return judged;
}

/** Of one user, or of the members of one group. */
export const devicesOfHolder = (db: Queryable, { userId, groupId }: { readonly userId: string | null; readonly groupId: string | null }): Promise<JudgedDevice[]> =>
  query<JudgedDevice & Record<string, unknown>>(db, `
    SELECT ${DEVICE}, NULL AS "assignedZones" FROM devices device
    WHERE device.user_id = $1 OR device.user_id IN (SELECT user_id FROM group_members WHERE group_id = $2)
    ORDER BY device.device_id LIMIT ${MAX_DEVICES}`, [userId, groupId]);

export interface JudgingRule {
  readonly ruleId: string;
  readonly condition: unknown;
  readonly assignedZones: readonly string[] | null;
}

/** The rules that judge one device, in order of id. */
export async function rulesOfDevice(db: Queryable, deviceId: string): Promise<JudgingRule[]> {
  const rows = await query<Omit<JudgingRule, 'assignedZones'> & { ways: readonly (readonly string[] | null)[] }>(db, `
    ${REACHED},
    judging AS (
      SELECT reached.rule_id, jsonb_agg(DISTINCT coalesce(reached.zones, 'null')) AS ways
      FROM devices device JOIN reached ON reached.user_id = device.user_id AND (reached.device_ids IS NULL OR device.device_id = ANY(reached.device_ids))
      WHERE device.device_id = $1 GROUP BY reached.rule_id)
    SELECT rule.rule_id AS "ruleId", version.condition, judging.ways FROM judging
    JOIN rules rule USING (rule_id) JOIN rule_versions version ON version.rule_id = rule.rule_id AND version.version = rule.current_version
    WHERE rule.deleted_at IS NULL ORDER BY rule.rule_id`, [deviceId]);
  return rows.map(({ ways, ...rule }) => ({ ...rule, assignedZones: widest(ways) }));
}

/** Whoever assigned a rule without zones wants to hear of it from anywhere. */
function widest(ways: readonly (readonly string[] | null)[]): readonly string[] | null {
  const named = ways.flatMap((zones) => (zones === null || zones.length === 0 ? [] : [zones]));
  return named.length < ways.length ? null : [...new Set(named.flat())].sort();
}
