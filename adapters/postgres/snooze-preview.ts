/** What a snooze would silence: the rules and devices that it covers now, and what of the last days it would have held back. */
import { Failure } from '../../contracts/failures.ts';
import type { IncidentState } from '../../contracts/incident.ts';
import type { Severity } from '../../contracts/severity.ts';
import type { Instant } from '../../contracts/time.ts';
import type { CoveredPair } from '../../policies/check/check-snooze.ts';
import type { SnoozeReach } from '../../policies/snooze.ts';
import { query } from './pool.ts';
import type { Queryable } from './pool.ts';
import { requireKnown } from './require-known.ts';
import { gatherRuleSets } from './rule-sets.ts';

/** A week has both working days and a weekend in it. */
export const DAYS_BACK = 7;
/** Enough to recognise them. */
const LATEST = 10;

export type NewReach = Omit<SnoozeReach, 'labels'>;

/**
 * In order of device and rule. Throws `user_unknown`, `device_unknown` and `rule_unknown`: also for a device of another user, and for a rule that judges
 * nothing of the user's, so that a customer cannot find out which rules others have.
 */
export async function coveredBy(db: Queryable, { userId, ruleId, deviceId }: NewReach): Promise<CoveredPair[]> {
  await requireKnown(db, 'user', [userId]);
  const devices = await query<{ deviceId: string; name: string; timeZone: string }>(db, `
    SELECT device_id AS "deviceId", name, time_zone AS "timeZone" FROM devices WHERE user_id = $1 AND ($2::text IS NULL OR device_id = $2) ORDER BY device_id`, [userId, deviceId]);
  if (deviceId !== null && devices.length === 0) throw new Failure('device_unknown', `no device ${deviceId}`);
  const sets = await gatherRuleSets(db, devices.map((device) => ({ userId, ...device })));
  const pairs = sets.flatMap(({ rules }, index) => rules
    .filter((rule) => ruleId === null || rule.ruleId === ruleId)
    .map((rule) => ({ ruleId: rule.ruleId, deviceId: devices[index]!.deviceId, deviceName: devices[index]!.name, severity: rule.severity })));
  if (ruleId !== null && pairs.length === 0) throw new Failure('rule_unknown', `no rule ${ruleId} judges ${deviceId === null ? 'a device of this user' : `the device ${deviceId}`}`);
  const names = await ruleNames(db, pairs.map((pair) => pair.ruleId));
  return pairs.map((pair) => ({ ...pair, ruleName: names.get(pair.ruleId) ?? null }));
}

async function ruleNames(db: Queryable, ruleIds: readonly string[]): Promise<ReadonlyMap<string, string | null>> {
  const rows = await query<{ ruleId: string; name: string | null }>(db, `
    SELECT rule.rule_id AS "ruleId", version.name FROM rules rule JOIN rule_versions version ON version.rule_id = rule.rule_id AND version.version = rule.current_version
    WHERE rule.rule_id = ANY($1)`, [[...new Set(ruleIds)]]);
  return new Map(rows.map(({ ruleId, name }) => [ruleId, name]));
}

export interface HeldIncident {
  readonly incidentId: string;
  readonly ruleId: string;
  readonly deviceId: string;
  readonly state: IncidentState;
  readonly severity: Severity;
  readonly openedAt: Instant;
  readonly matches: number;
  /** That were handed over. */
  readonly messages: number;
}

export interface HeldBack {
  readonly matches: number;
  readonly incidents: number;
  readonly messages: number;
  /** Newest first. */
  readonly latest: readonly HeldIncident[];
}

/** What became incidents in the last days: matches that told nobody anyway are not held back by a snooze. */
export async function wouldHaveHeldBack(db: Queryable, { userId, ruleId, deviceId }: NewReach): Promise<HeldBack> {
  const [row] = await query<HeldBack & Record<string, unknown>>(db, `
    WITH held AS (
      SELECT incident_id, rule_id, device_id, state, severity, opened_at, matches,
             (SELECT count(*) FROM deliveries told WHERE told.incident_id = incidents.incident_id AND told.state = 'delivered') AS messages
      FROM incidents
      WHERE user_id = $1 AND ($2::text IS NULL OR rule_id = $2) AND ($3::text IS NULL OR device_id = $3) AND opened_at > now() - $4 * interval '1 day'),
    latest AS (SELECT * FROM held ORDER BY opened_at DESC, incident_id DESC LIMIT $5)
    SELECT count(*) AS incidents, coalesce(sum(matches), 0)::int8 AS matches, coalesce(sum(messages), 0)::int8 AS messages,
           (SELECT coalesce(json_agg(json_build_object('incidentId', incident_id, 'ruleId', rule_id, 'deviceId', device_id, 'state', state, 'severity', severity,
                     'openedAt', to_char(opened_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'matches', matches, 'messages', messages) ORDER BY opened_at DESC, incident_id DESC), '[]')
            FROM latest) AS latest
    FROM held`, [userId, ruleId, deviceId, DAYS_BACK, LATEST]);
  return row!;
}
