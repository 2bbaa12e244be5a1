/** What the ledger knows of an incident, gathered for its messages in one read. */
import type { AlertFacts, AlertFactSource } from '../../activities/ports/alert-facts.ts';
import type { Detection } from '../../contracts/detection.ts';
import { Failure } from '../../contracts/failures.ts';
import type { Instant } from '../../contracts/time.ts';
import type { Verdict } from '../../contracts/verdict.ts';
import { query } from './pool.ts';
import type { Pool } from './pool.ts';

export function createAlertFactSource(pool: Pool): AlertFactSource {
  return {
    async factsOf(incidentId, frame) {
      const [row] = await query<FactRow>(pool, FACTS, [incidentId, frame?.frameId ?? null]);
      if (row === undefined) throw new Failure('incident_unknown', incidentId);
      return factsIn(row);
    },
  };
}

interface FactRow {
  incident_id: string; user_id: string; device_id: string; rule_id: string; opened_at: Instant; matched_at: Instant | null; frame_id: string; rule_name: string | null; rule_text: string | null; device_name: string; time_zone: string;
  tag: string | null; sha256: string | null; width: number | null; height: number | null; detections: Detection[] | null; verdict: Verdict | null;
}

/**
 * $2: the frame that is told of; null: the first. The verdict is the earliest that matched: later runs of the frame are replays, and nobody is told of those.
 * Frame, detections and verdict are reached through the capture time of the match, which leads to one partition each.
 */
const FACTS = `
  SELECT incident.incident_id, incident.user_id, incident.device_id, incident.rule_id, match.captured_at AS matched_at, coalesce(match.frame_id, incident.first_frame_id) AS frame_id, incident.opened_at,
         rule.name AS rule_name, rule.source AS rule_text, coalesce(device.name, incident.device_id) AS device_name,
         coalesce(frame.time_zone, device.time_zone, 'UTC') AS time_zone, frame.tag, encode(frame.standard_sha256, 'hex') AS sha256,
         detected.width, detected.height, detected.detections, judged.verdict
  FROM incidents incident
  LEFT JOIN rule_versions rule ON rule.rule_id = incident.rule_id AND rule.version = incident.rule_version
  LEFT JOIN devices device ON device.device_id = incident.device_id
  LEFT JOIN matches match ON match.frame_id = coalesce($2::uuid, incident.first_frame_id) AND match.rule_id = incident.rule_id
  LEFT JOIN frames frame ON frame.device_id = incident.device_id AND frame.captured_at = match.captured_at
  LEFT JOIN frame_detections detected ON detected.frame_id = match.frame_id AND detected.captured_at = match.captured_at
  LEFT JOIN LATERAL (
    SELECT verdict
    FROM frame_verdicts, jsonb_array_elements(verdicts) verdict
    WHERE frame_id = match.frame_id AND captured_at = match.captured_at AND verdict ->> 'ruleId' = incident.rule_id AND (verdict ->> 'matched')::boolean
    ORDER BY run LIMIT 1) judged ON true
  WHERE incident.incident_id = $1`;

function factsIn(row: FactRow): AlertFacts {
  const { sha256, width, height, detections, verdict } = row;
  return {
    incidentId: row.incident_id, userId: row.user_id, deviceId: row.device_id, ruleId: row.rule_id, ruleName: row.rule_name, ruleText: row.rule_text ?? '', deviceName: row.device_name, timeZone: row.time_zone,
    matchedAt: row.matched_at ?? row.opened_at, frameId: row.frame_id, tag: row.tag,
    clauses: verdict?.clauses ?? [],
    evidence: (verdict?.evidence ?? []).flatMap((index) => detections?.[index] ?? []),
    picture: sha256 === null || width === null || height === null ? null : { sha256, size: { width, height } },
  };
}
