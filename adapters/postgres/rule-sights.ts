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

/** Entries of the policies in force; `zones` as in policies/effective-rules.ts, before what an assignment of the policy says. */
const HOLDING = `
  holding AS (
    SELECT entry->>'ruleId' AS rule_id, policy.policy_id, coalesce(nullif(entry->'zones', 'null'), nullif(held.content->'defaults'->'zones', 'null')) AS zones
    FROM policies policy JOIN policy_versions held ON held.policy_id = policy.policy_id AND held.version = policy.current_version AND policy.deleted_at IS NULL
    CROSS JOIN LATERAL jsonb_array_elements(held.content->'rules') AS entry)`;

/** Every way in which a rule comes to a user. `judged` names the users, and the rules or null for all of them. */
const REACHED = `
  reached AS (
    SELECT assigned.rule_id, judged.user_id, assigned.device_ids, to_jsonb(assigned.zones) AS zones
    FROM judged JOIN assignments assigned ON assigned.user_id = judged.user_id AND assigned.rule_id = coalesce(judged.rule_id, assigned.rule_id)
    UNION ALL
    SELECT holding.rule_id, judged.user_id, assigned.device_ids, coalesce(to_jsonb(assigned.zones), holding.zones)
    FROM judged JOIN assignments assigned ON assigned.user_id = judged.user_id
    JOIN holding ON holding.policy_id = assigned.policy_id AND holding.rule_id = coalesce(judged.rule_id, holding.rule_id)
    UNION ALL
    SELECT assigned.rule_id, judged.user_id, NULL, to_jsonb(assigned.zones)
    FROM judged JOIN group_members member ON member.user_id = judged.user_id
    JOIN assignments assigned ON assigned.group_id = member.group_id AND assigned.rule_id = coalesce(judged.rule_id, assigned.rule_id)
    UNION ALL
    SELECT holding.rule_id, judged.user_id, NULL, coalesce(to_jsonb(assigned.zones), holding.zones)
    FROM judged JOIN group_members member ON member.user_id = judged.user_id JOIN assignments assigned ON assigned.group_id = member.group_id
    JOIN holding ON holding.policy_id = assigned.policy_id AND holding.rule_id = coalesce(judged.rule_id, holding.rule_id))`;

/** The first users of each rule by id, so that a rule of ten thousand users costs no more than one of `$2`. */
const FIRST_USERS = `
  judged AS (
    SELECT asked.rule_id, first.user_id FROM unnest($1::text[]) AS asked (rule_id) CROSS JOIN LATERAL (
      (SELECT user_id FROM assignments WHERE rule_id = asked.rule_id AND user_id IS NOT NULL ORDER BY user_id LIMIT $2)
      UNION
      (SELECT user_id FROM holding JOIN assignments USING (policy_id) WHERE holding.rule_id = asked.rule_id AND user_id IS NOT NULL ORDER BY user_id LIMIT $2)
      UNION
      (SELECT member.user_id FROM assignments JOIN group_members member USING (group_id) WHERE rule_id = asked.rule_id ORDER BY member.user_id LIMIT $2)
      UNION
      (SELECT member.user_id FROM holding JOIN assignments USING (policy_id) JOIN group_members member USING (group_id)
       WHERE holding.rule_id = asked.rule_id ORDER BY member.user_id LIMIT $2)
      ORDER BY user_id LIMIT $2) AS first)`;

const DEVICE = `device.device_id AS "deviceId", device.model, device.time_zone AS "timeZone", device.zones`;

/**
 * By rule id; a rule that judges no device is not in it. Of each rule `most` devices in order of id, and of no more users than that: a fault that shows on none
 * of so many shows on hardly any other, and a list of rules is checked at every look at it.
 */
export async function devicesOfRules(db: Queryable, ruleIds: readonly string[], most: number): Promise<ReadonlyMap<string, readonly JudgedDevice[]>> {
  const rows = await query<Omit<JudgedDevice, 'assignedZones'> & { ruleId: string; ways: readonly (readonly string[] | null)[] }>(db, `
    WITH ${HOLDING}, ${FIRST_USERS}, ${REACHED},
    counted AS (
      SELECT reached.rule_id, device.device_id, jsonb_agg(DISTINCT coalesce(reached.zones, 'null')) AS ways,
             row_number() OVER (PARTITION BY reached.rule_id ORDER BY device.device_id) AS place
      FROM reached JOIN devices device ON device.user_id = reached.user_id AND (reached.device_ids IS NULL OR device.device_id = ANY(reached.device_ids))
      GROUP BY reached.rule_id, device.device_id)
    SELECT counted.rule_id AS "ruleId", counted.ways, ${DEVICE} FROM counted JOIN devices device USING (device_id)
    WHERE counted.place <= $2 ORDER BY counted.rule_id, counted.place`, [ruleIds, most]);
  const judged = new Map<string, JudgedDevice[]>();
  for (const { ruleId, ways, ...device } of rows) {
    const devices = judged.get(ruleId) ?? [];
    devices.push({ ...device, assignedZones: widest(ways) });
    judged.set(ruleId, devices);
  }
  return judged;
}

/** Of one user, or of the members of one group; `most` of them in order of id. */
export const devicesOfAssignee = (db: Queryable, { userId, groupId }: { readonly userId: string | null; readonly groupId: string | null }, most: number): Promise<JudgedDevice[]> =>
  query<JudgedDevice & Record<string, unknown>>(db, `
    SELECT ${DEVICE}, NULL AS "assignedZones" FROM devices device
    WHERE device.user_id = $1 OR device.user_id IN (SELECT user_id FROM group_members WHERE group_id = $2)
    ORDER BY device.device_id LIMIT $3`, [userId, groupId, most]);

export interface JudgingRule {
  readonly ruleId: string;
  readonly condition: unknown;
  readonly assignedZones: readonly string[] | null;
}

/** The rules that judge one device, in order of id. */
export async function rulesOfDevice(db: Queryable, deviceId: string): Promise<JudgingRule[]> {
  const rows = await query<Omit<JudgingRule, 'assignedZones'> & { ways: readonly (readonly string[] | null)[] }>(db, `
    WITH ${HOLDING},
    judged AS (SELECT NULL AS rule_id, user_id FROM devices WHERE device_id = $1),
    ${REACHED},
    judging AS (
      SELECT rule_id, jsonb_agg(DISTINCT coalesce(zones, 'null')) AS ways FROM reached
      WHERE rule_id IS NOT NULL AND (device_ids IS NULL OR $1 = ANY(device_ids)) GROUP BY rule_id)
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
