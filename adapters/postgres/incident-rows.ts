/** Incidents as a plan finds them and leaves them. */
import type { MatchToDecide } from '../../activities/alert.ts';
import type { IncidentLine, KnownIncident, PlannedIncident } from './incident-plan.ts';
import { noteEvents } from './incident-events.ts';
import { query } from './pool.ts';
import type { Client } from './pool.ts';
import { tellPrograms } from './program-messages.ts';

const KNOWN = `incident_id AS "incidentId", state, severity, told_severity AS "toldSeverity", exhausted,
        opened_at AS "openedAt", last_match_at AS "lastMatchAt", cooldown_until AS "cooldownUntil"`;

type LineRow = KnownIncident & Record<'user_id' | 'rule_id' | 'device_id', string>;

/** The open incident and the newest closed one of each line. */
export async function knownLines(client: Client, matches: readonly MatchToDecide[]): Promise<ReadonlyMap<string, IncidentLine>> {
  const rows = await query<LineRow & Record<string, unknown>>(client, `
    SELECT line.user_id, line.rule_id, line.device_id, known.*
    FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::text[], $3::text[]) AS asked (user_id, rule_id, device_id)) line
    CROSS JOIN LATERAL (
      (SELECT ${KNOWN} FROM incidents incident
       WHERE (incident.user_id, incident.rule_id, incident.device_id) = (line.user_id, line.rule_id, line.device_id) AND state <> 'closed')
      UNION ALL
      (SELECT ${KNOWN} FROM incidents incident
       WHERE (incident.user_id, incident.rule_id, incident.device_id) = (line.user_id, line.rule_id, line.device_id) AND state = 'closed'
       ORDER BY opened_at DESC LIMIT 1)) known`,
  [matches.map(({ frame }) => frame.userId), matches.map(({ verdict }) => verdict.ruleId), matches.map(({ frame }) => frame.deviceId)]);
  const lines = new Map<string, IncidentLine>();
  for (const { user_id: userId, rule_id: ruleId, device_id: deviceId, ...incident } of rows) {
    const key = [userId, ruleId, deviceId].join('\n');
    const line = lines.get(key) ?? { open: null, lastClosed: null };
    lines.set(key, incident.state === 'closed' ? { ...line, lastClosed: incident } : { ...line, open: incident });
  }
  return lines;
}

export async function writeIncidents(client: Client, incidents: readonly PlannedIncident[]): Promise<void> {
  const opened = incidents.filter(({ openedBy }) => openedBy !== null);
  const known = incidents.filter(({ openedBy }) => openedBy === null);
  // Those that close before those that are new or go on: an index allows one open incident to a line.
  await updateKnown(client, known.filter(({ state }) => state === 'closed'));
  await updateKnown(client, known.filter(({ state }) => state !== 'closed'));
  await insertOpened(client, opened);
  await noteEvents(client, incidents.flatMap((incident) => eventsOf(incident)));
  for (const { incidentId } of known.filter(({ state }) => state === 'closed')) await tellPrograms(client, incidentId, 'over');
}

/** A new one that the same row of matches closed again is written as closed. */
const eventsOf = ({ incidentId, openedBy, state, reopened, tell, toldSeverity, severity }: PlannedIncident): Parameters<typeof noteEvents>[1] => [
  ...(openedBy === null ? [] : [{ incidentId, event: 'opened' as const, detail: { severity } }]),
  ...(reopened ? [{ incidentId, event: 'reopened' as const, detail: { severity } }] : []),
  ...(tell === 'rose' ? [{ incidentId, event: 'rose' as const, detail: { from: toldSeverity, to: severity } }] : []),
  ...(state === 'closed' ? [{ incidentId, event: 'closed' as const }] : []),
];

/** What goes on after it was over, or gets worse after somebody took charge, is open again: nobody has said anything of that. */
async function updateKnown(client: Client, known: readonly PlannedIncident[]): Promise<void> {
  if (known.length === 0) return;
  await query(client, `
    UPDATE incidents SET matches = incidents.matches + planned.matches, severity = planned.severity, opened_at = least(incidents.opened_at, planned.opened_at),
      last_match_at = greatest(incidents.last_match_at, planned.last_match_at), last_joined_at = CASE WHEN planned.matches > 0 THEN now() ELSE incidents.last_joined_at END,
      state = planned.state, closed_at = CASE planned.state WHEN 'closed' THEN coalesce(incidents.closed_at, now()) END,
      acknowledged_at = CASE planned.state WHEN 'open' THEN NULL ELSE incidents.acknowledged_at END,
      resolved_at = CASE planned.state WHEN 'open' THEN NULL ELSE incidents.resolved_at END,
      exhausted = planned.exhausted, reopened = incidents.reopened + planned.reopened::int
    FROM jsonb_to_recordset($1) AS planned (incident_id uuid, matches int, severity text, opened_at timestamptz, last_match_at timestamptz, state text, exhausted boolean, reopened boolean)
    WHERE incidents.incident_id = planned.incident_id`,
  [JSON.stringify(known.map(({ incidentId, matches, severity, openedAt, lastMatchAt, state, exhausted, reopened }) => ({
    incident_id: incidentId, matches, severity, opened_at: openedAt, last_match_at: lastMatchAt, state, exhausted, reopened,
  })))]);
}

async function insertOpened(client: Client, opened: readonly PlannedIncident[]): Promise<void> {
  if (opened.length === 0) return;
  await query(client, `
    INSERT INTO incidents (incident_id, user_id, rule_id, rule_version, device_id, state, severity, opened_at, last_match_at, first_frame_id, matches, next_due_at, closed_at)
    SELECT incident_id, user_id, rule_id, rule_version, device_id, state, severity, opened_at, last_match_at, first_frame_id, matches, now(), CASE state WHEN 'closed' THEN now() END
    FROM jsonb_to_recordset($1) AS planned (incident_id uuid, user_id text, rule_id text, rule_version int, device_id text, state text, severity text, opened_at timestamptz, last_match_at timestamptz,
      first_frame_id uuid, matches int)`,
  [JSON.stringify(opened.map(({ openedBy, incidentId, state, severity, openedAt, lastMatchAt, matches }) => ({
    incident_id: incidentId, state, severity, opened_at: openedAt, last_match_at: lastMatchAt, matches,
    user_id: openedBy?.frame.userId, device_id: openedBy?.frame.deviceId, first_frame_id: openedBy?.frame.frameId,
    rule_id: openedBy?.verdict.ruleId, rule_version: openedBy?.verdict.ruleVersion,
  })))]);
}
