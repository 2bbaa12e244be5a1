/** What the ledger knows of an incident, gathered for its messages. */
import type { AlertFacts, AlertFactSource } from '../../activities/ports/alert-facts.ts';
import { Failure } from '../../contracts/failures.ts';
import type { Instant } from '../../contracts/time.ts';
import { query } from './pool.ts';
import type { Pool } from './pool.ts';
import { shownFrames } from './shown-frames.ts';

export function createAlertFactSource(pool: Pool): AlertFactSource {
  return {
    async factsOf(incidentId, frame) {
      const [row] = await query<FactRow>(pool, FACTS, [incidentId, frame?.frameId ?? null, frame?.capturedAt ?? null]);
      if (row === undefined) throw new Failure('incident_unknown', incidentId);
      const { deviceTimeZone, ...incident } = row;
      const { frameId, matchedAt: capturedAt, ruleId, deviceId } = incident;
      const [shown] = await shownFrames(pool, [{ frameId, capturedAt, ruleId, deviceId }]);
      return { ...incident, ...shown!, timeZone: shown!.timeZone ?? deviceTimeZone };
    },
  };
}

interface FactRow extends Omit<AlertFacts, 'timeZone' | 'tag' | 'clauses' | 'evidence' | 'seenIn' | 'zones' | 'picture'> {
  readonly deviceTimeZone: string;
  readonly matchedAt: Instant;
  [column: string]: unknown;
}

/** $2, $3: the frame that is told of; null: the first. */
const FACTS = `
  SELECT incident.incident_id AS "incidentId", incident.user_id AS "userId", incident.device_id AS "deviceId", incident.rule_id AS "ruleId",
         coalesce($2::uuid, incident.first_frame_id) AS "frameId", coalesce(match.captured_at, $3::timestamptz, incident.opened_at) AS "matchedAt",
         rule.name AS "ruleName", coalesce(rule.source, '') AS "ruleText", coalesce(device.name, incident.device_id) AS "deviceName",
         coalesce(device.time_zone, 'UTC') AS "deviceTimeZone"
  FROM incidents incident
  LEFT JOIN rule_versions rule ON rule.rule_id = incident.rule_id AND rule.version = incident.rule_version
  LEFT JOIN devices device ON device.device_id = incident.device_id
  LEFT JOIN matches match ON match.frame_id = coalesce($2::uuid, incident.first_frame_id) AND match.rule_id = incident.rule_id
  WHERE incident.incident_id = $1`;
