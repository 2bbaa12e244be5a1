/** Carries out what grouping says of matches: incident rows, match rows and outbox rows of a batch in one transaction. */
import type { DecidedMatch, Decision, GroupMatch, IncidentLedger, MatchToDecide } from '../../activities/alert.ts';
import { deliveryKeyOf } from '../../contracts/delivery.ts';
import { DEFAULT_SEVERITY } from '../../contracts/severity.ts';
import type { Severity } from '../../contracts/severity.ts';
import type { SuppressionCause } from '../../contracts/terminal-states.ts';
import type { Instant } from '../../contracts/time.ts';
import type { Verdict } from '../../contracts/verdict.ts';
import { captureSpan } from './capture-span.ts';
import { contactsToTell } from './contacts.ts';
import type { ContactToTell } from './contacts.ts';
import { lineOf, planIncidents } from './incident-plan.ts';
import type { IncidentLine, IncidentPlan, PlannedIncident } from './incident-plan.ts';
import { query } from './pool.ts';
import type { Client, Pool } from './pool.ts';
import { createStageLedger, underFence } from './stage-ledger.ts';

export function createIncidentLedger(pool: Pool): IncidentLedger {
  return {
    ...createStageLedger(pool),

    async matches(frames) {
      const { from, to } = captureSpan(frames.map(({ capturedAt }) => capturedAt));
      const rows = await query<{ frame_id: string; verdicts: Verdict[] }>(pool, `
        SELECT frame_id, verdicts FROM frame_verdicts
        WHERE (frame_id, captured_at, run) IN (SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::int[])) AND captured_at BETWEEN $4 AND $5`,
      [frames.map(({ frameId }) => frameId), frames.map(({ capturedAt }) => capturedAt), frames.map(({ run }) => run), from, to]);
      const verdictsOf = new Map(rows.map((row) => [row.frame_id, row.verdicts]));
      return frames.flatMap((frame) => (verdictsOf.get(frame.frameId) ?? []).filter(({ matched }) => matched).map((verdict) => ({ frame, verdict: weighed(verdict) })));
    },

    async decide(batchId, matches, group) {
      let decided: DecidedMatch[] = [];
      await underFence(pool, batchId, matches, async (client, held) => { decided = await decideAll(client, held, group); });
      return decided;
    },
  };
}

async function decideAll(client: Client, matches: readonly MatchToDecide[], group: GroupMatch): Promise<DecidedMatch[]> {
  const lines = [...new Set(matches.map(lineOf))].sort();
  // Held until the commit: matches of one line are decided one after the other. Taken in one order by all, or two batches could wait for each other.
  await query(client, 'SELECT pg_advisory_xact_lock(hashtextextended(line, 1)) FROM unnest($1::text[]) AS line', [lines]);
  const before = await decidedBefore(client, matches);
  const fresh = matches.filter((match) => !before.has(matchKey(match)));
  const contacts = await contactsToTell(client, fresh.map(({ frame }) => frame.userId));
  const plan = planIncidents(fresh, await knownLines(client, fresh), (userId) => contacts.get(userId) ?? [], group);
  await carryOut(client, plan, contacts);
  const decisions = new Map([...before, ...plan.decided.map((match) => [matchKey(match), match.decision] as const)]);
  return matches.flatMap((match) => {
    const decision = decisions.get(matchKey(match));
    return decision ? [{ ...match, decision }] : [];
  });
}

/** A verdict that was kept before there was severity says none. */
const weighed = (verdict: Verdict & Partial<Pick<Verdict, 'severity'>>): Verdict => ({ ...verdict, severity: verdict.severity ?? DEFAULT_SEVERITY });

const matchKey = ({ frame, verdict }: MatchToDecide): string => `${frame.frameId} ${verdict.ruleId}`;

async function decidedBefore(client: Client, matches: readonly MatchToDecide[]): Promise<Map<string, Decision>> {
  const rows = await query<{ frame_id: string; rule_id: string; incident_id: string | null; suppressed: SuppressionCause | null; opened: boolean }>(client, `
    SELECT match.frame_id, match.rule_id, match.incident_id, match.suppressed, coalesce(incident.first_frame_id = match.frame_id, false) AS opened
    FROM matches match LEFT JOIN incidents incident USING (incident_id)
    WHERE (match.frame_id, match.rule_id) IN (SELECT * FROM unnest($1::uuid[], $2::text[]))`,
  [matches.map(({ frame }) => frame.frameId), matches.map(({ verdict }) => verdict.ruleId)]);
  return new Map(rows.map((row) => [`${row.frame_id} ${row.rule_id}`, row.incident_id === null
    ? { kind: 'suppressed', cause: row.suppressed ?? 'cooldown' }
    : { kind: row.opened ? 'opened' : 'joined', incidentId: row.incident_id }]));
}

interface LineRow {
  user_id: string; rule_id: string; device_id: string; incident_id: string; state: string; severity: Severity; opened_at: Instant; last_match_at: Instant; cooldown_until: Instant | null;
}

/** The open incident and the newest closed one of each line. */
async function knownLines(client: Client, matches: readonly MatchToDecide[]): Promise<ReadonlyMap<string, IncidentLine>> {
  const rows = await query<LineRow & Record<string, unknown>>(client, `
    SELECT line.user_id, line.rule_id, line.device_id, known.*
    FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::text[], $3::text[]) AS asked (user_id, rule_id, device_id)) line
    CROSS JOIN LATERAL (
      (SELECT incident_id, state, severity, opened_at, last_match_at, cooldown_until FROM incidents incident
       WHERE (incident.user_id, incident.rule_id, incident.device_id) = (line.user_id, line.rule_id, line.device_id) AND state <> 'closed')
      UNION ALL
      (SELECT incident_id, state, severity, opened_at, last_match_at, cooldown_until FROM incidents incident
       WHERE (incident.user_id, incident.rule_id, incident.device_id) = (line.user_id, line.rule_id, line.device_id) AND state = 'closed'
       ORDER BY opened_at DESC LIMIT 1)) known`,
  [matches.map(({ frame }) => frame.userId), matches.map(({ verdict }) => verdict.ruleId), matches.map(({ frame }) => frame.deviceId)]);
  const lines = new Map<string, IncidentLine>();
  for (const row of rows) {
    const key = [row.user_id, row.rule_id, row.device_id].join('\n');
    const incident = { incidentId: row.incident_id, severity: row.severity, openedAt: row.opened_at, lastMatchAt: row.last_match_at, cooldownUntil: row.cooldown_until };
    const line = lines.get(key) ?? { open: null, lastClosed: null };
    lines.set(key, row.state === 'closed' ? { ...line, lastClosed: incident } : { ...line, open: incident });
  }
  return lines;
}

async function carryOut(client: Client, { decided, incidents }: IncidentPlan, contacts: ReadonlyMap<string, readonly ContactToTell[]>): Promise<void> {
  if (decided.length === 0) return;
  const opened = incidents.filter((incident) => incident.openedBy !== null);
  await updateKnown(client, incidents.filter((incident) => incident.openedBy === null));
  await insertOpened(client, opened);
  await query(client, `
    INSERT INTO matches (frame_id, rule_id, captured_at, rule_version, severity, incident_id, suppressed)
    SELECT * FROM jsonb_to_recordset($1) AS match (frame_id uuid, rule_id text, captured_at timestamptz, rule_version int, severity text, incident_id uuid, suppressed text)`,
  [JSON.stringify(decided.map(({ frame, verdict, decision }) => ({
    frame_id: frame.frameId, rule_id: verdict.ruleId, captured_at: frame.capturedAt, rule_version: verdict.ruleVersion, severity: verdict.severity,
    ...(decision.kind === 'suppressed' ? { suppressed: decision.cause } : { incident_id: decision.incidentId }),
  })))]);
  await writeOutbox(client, opened, contacts);
}

/** Before those that are new go in: an index allows one open incident to a line. */
async function updateKnown(client: Client, known: readonly PlannedIncident[]): Promise<void> {
  if (known.length === 0) return;
  await query(client, `
    UPDATE incidents SET matches = incidents.matches + planned.matches, severity = planned.severity, opened_at = least(incidents.opened_at, planned.opened_at),
      last_match_at = greatest(incidents.last_match_at, planned.last_match_at), last_joined_at = CASE WHEN planned.matches > 0 THEN now() ELSE incidents.last_joined_at END,
      state = CASE WHEN planned.closed THEN 'closed' ELSE incidents.state END, closed_at = CASE WHEN planned.closed THEN now() ELSE incidents.closed_at END
    FROM jsonb_to_recordset($1) AS planned (incident_id uuid, matches int, severity text, opened_at timestamptz, last_match_at timestamptz, closed boolean)
    WHERE incidents.incident_id = planned.incident_id`,
  [JSON.stringify(known.map(({ incidentId, matches, severity, openedAt, lastMatchAt, closed }) => ({ incident_id: incidentId, matches, severity, opened_at: openedAt, last_match_at: lastMatchAt, closed })))]);
}

async function insertOpened(client: Client, opened: readonly PlannedIncident[]): Promise<void> {
  if (opened.length === 0) return;
  await query(client, `
    INSERT INTO incidents (incident_id, user_id, rule_id, rule_version, device_id, state, severity, opened_at, last_match_at, first_frame_id, matches, next_due_at, closed_at)
    SELECT incident_id, user_id, rule_id, rule_version, device_id, CASE WHEN closed THEN 'closed' ELSE 'open' END, severity, opened_at, last_match_at, first_frame_id, matches, now(), CASE WHEN closed THEN now() END
    FROM jsonb_to_recordset($1) AS planned (incident_id uuid, user_id text, rule_id text, rule_version int, device_id text, severity text, opened_at timestamptz, last_match_at timestamptz,
      first_frame_id uuid, matches int, closed boolean)`,
  [JSON.stringify(opened.map(({ openedBy, incidentId, severity, openedAt, lastMatchAt, matches, closed }) => ({
    incident_id: incidentId, severity, opened_at: openedAt, last_match_at: lastMatchAt, matches, closed,
    user_id: openedBy?.frame.userId, device_id: openedBy?.frame.deviceId, first_frame_id: openedBy?.frame.frameId,
    rule_id: openedBy?.verdict.ruleId, rule_version: openedBy?.verdict.ruleVersion,
  })))]);
}

/** Level 0 only; escalation adds rows of higher levels when their time comes. */
async function writeOutbox(client: Client, opened: readonly PlannedIncident[], contacts: ReadonlyMap<string, readonly ContactToTell[]>): Promise<void> {
  const messages = opened.flatMap(({ incidentId, openedBy }) => (contacts.get(openedBy?.frame.userId ?? '') ?? []).map(({ contactId, channel, address }) => ({
    delivery_key: deliveryKeyOf({ incidentId, level: 0, round: 0, channel, contactId }), incident_id: incidentId, contact_id: contactId, channel, address,
  })));
  if (messages.length === 0) return;
  await query(client, `
    INSERT INTO deliveries (delivery_key, incident_id, contact_id, channel, address)
    SELECT * FROM jsonb_to_recordset($1) AS message (delivery_key text, incident_id uuid, contact_id text, channel text, address text)`, [JSON.stringify(messages)]);
}
