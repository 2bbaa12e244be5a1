/** Incidents as people see them, with every message about them. */
import type { Arrival, Channel, DeliveryState } from '../../contracts/delivery.ts';
import type { HoldCause } from '../../contracts/digest.ts';
import { Failure } from '../../contracts/failures.ts';
import type { IncidentState } from '../../contracts/incident.ts';
import { LABELS } from '../../contracts/response.ts';
import type { Label } from '../../contracts/response.ts';
import type { Severity } from '../../contracts/severity.ts';
import type { Instant } from '../../contracts/time.ts';
import { query } from './pool.ts';
import type { Queryable } from './pool.ts';

/** What one contact is told; of an equipment notice too. */
export interface MessageOfIncident {
  readonly deliveryKey: string;
  readonly contactId: string;
  readonly channel: Channel;
  readonly address: string;
  /** contracts/delivery.ts INCIDENT_TELLINGS, or what a message about something else tells. */
  readonly telling: string;
  readonly severity: Severity;
  /** Of its chain, and how often this contact was told on it before; null for messages about something else than an incident. */
  readonly level: number | null;
  readonly round: number | null;
  readonly state: DeliveryState;
  readonly tries: number;
  /** Tries that began and never ended: each is a possible double. */
  readonly uncertain: number;
  readonly code: string | null;
  readonly createdAt: Instant;
  readonly deliveredAt: Instant | null;
  /** From writing it until its provider took it; null until then. */
  readonly latencyMs: number | null;
  readonly provider: string | null;
  readonly providerId: string | null;
  readonly units: number | null;
  readonly cost: MessageCost | null;
  /** What became of it after its provider took it; null without a word. */
  readonly arrival: Arrival | null;
  readonly arrivedAt: Instant | null;
  readonly arrivalCode: string | null;
}

export interface MessageCost {
  /** Decimal: `0.0079`. */
  readonly amount: string;
  readonly currency: string;
}

export interface Incident {
  readonly incidentId: string;
  readonly userId: string;
  readonly deviceId: string;
  readonly ruleId: string;
  readonly ruleVersion: number;
  readonly state: IncidentState;
  /** The worst of its matches so far. */
  readonly severity: Severity;
  /** Its severity when people were last told that it began, goes on or got worse; null while nobody was told. */
  readonly toldSeverity: Severity | null;
  /** Its chain; null: the default. */
  readonly chain: string | null;
  /** The level of its chain that was told last; null while nobody was told. */
  readonly level: number | null;
  /** Nobody answered to the last level. */
  readonly exhausted: boolean;
  /** Why nobody was told; null when somebody was. */
  readonly held: HoldCause | null;
  /** Capture time of the first match. */
  readonly openedAt: Instant;
  /** Capture time of the latest match. */
  readonly lastMatchAt: Instant;
  readonly matches: number;
  readonly firstFrameId: string;
  readonly acknowledgedAt: Instant | null;
  /** The contact, or `api`; null while nobody took charge. */
  readonly acknowledgedBy: string | null;
  readonly resolvedAt: Instant | null;
  /** How often it went on after it was over. */
  readonly reopened: number;
  /** The latest verdict of a person. */
  readonly label: Label | null;
  readonly closedAt: Instant | null;
  readonly createdAt: Instant;
  readonly messages: readonly MessageOfIncident[];
}

export interface IncidentFilter {
  readonly userId: string | null;
  readonly deviceId: string | null;
  readonly state: IncidentState | null;
  /** Place of the last incident of the page before. */
  readonly after: { readonly openedAt: Instant; readonly incidentId: string } | null;
  readonly limit: number;
}

/** An answer that changes nothing is kept too, so the one that took charge is the first since then. Before answers were kept there was only the API. */
const COLUMNS = `incident_id AS "incidentId", user_id AS "userId", device_id AS "deviceId", rule_id AS "ruleId", rule_version AS "ruleVersion", state, severity,
                 told_severity AS "toldSeverity", chain_id AS chain, CASE WHEN told_at IS NOT NULL THEN level END AS level, exhausted, held,
                 opened_at AS "openedAt", last_match_at AS "lastMatchAt", matches, first_frame_id AS "firstFrameId", acknowledged_at AS "acknowledgedAt",
                 CASE WHEN acknowledged_at IS NOT NULL THEN coalesce((
                   SELECT coalesce(contact_id, way) FROM responses
                   WHERE responses.incident_id = incidents.incident_id AND kind IS NOT NULL AND at >= acknowledged_at ORDER BY response_id LIMIT 1), 'api') END AS "acknowledgedBy",
                 resolved_at AS "resolvedAt", reopened,
                 (SELECT kind FROM responses WHERE responses.incident_id = incidents.incident_id AND kind IN (${LABELS.map((label) => `'${label}'`).join(', ')})
                  ORDER BY response_id DESC LIMIT 1) AS label,
                 closed_at AS "closedAt", created_at AS "createdAt"`;

/** Of the table `deliveries`, or of its alias in a longer statement. */
export const messageColumns = (of = 'deliveries'): string => `
  ${of}.delivery_key AS "deliveryKey", ${of}.contact_id AS "contactId", ${of}.channel, ${of}.address, ${of}.telling, ${of}.severity,
  CASE WHEN ${of}.incident_id IS NOT NULL THEN split_part(${of}.delivery_key, ':', 2)::int END AS level,
  CASE WHEN ${of}.incident_id IS NOT NULL THEN split_part(${of}.delivery_key, ':', 3)::int END AS round,
  ${of}.state, ${of}.tries, ${of}.uncertain, ${of}.code, ${of}.created_at AS "createdAt", ${of}.delivered_at AS "deliveredAt",
  round(extract(epoch FROM ${of}.delivered_at - ${of}.created_at) * 1000)::int8 AS "latencyMs",
  ${of}.provider, ${of}.provider_id AS "providerId", ${of}.units,
  CASE WHEN ${of}.cost_micros IS NOT NULL THEN jsonb_build_object('amount', trim_scale(${of}.cost_micros / 1000000.0)::text, 'currency', ${of}.cost_currency) END AS cost,
  ${of}.arrival, ${of}.arrived_at AS "arrivedAt", ${of}.arrival_code AS "arrivalCode"`;

export const MESSAGE_COLUMNS = messageColumns();

/** Newest first. */
export async function listIncidents(db: Queryable, { userId, deviceId, state, after, limit }: IncidentFilter): Promise<Incident[]> {
  const rows = await query<Omit<Incident, 'messages'>>(db, `
    SELECT ${COLUMNS} FROM incidents
    WHERE ($1::text IS NULL OR user_id = $1) AND ($2::text IS NULL OR device_id = $2) AND ($3::text IS NULL OR state = $3)
      AND ($4::timestamptz IS NULL OR (opened_at, incident_id) < ($4, $5::uuid))
    ORDER BY opened_at DESC, incident_id DESC LIMIT $6`,
  [userId, deviceId, state, after?.openedAt ?? null, after?.incidentId ?? null, limit]);
  return withMessages(db, rows);
}

/** Throws `incident_unknown`, also for an incident of another user than `owner`. */
export async function getIncident(db: Queryable, incidentId: string, owner: string | null): Promise<Incident> {
  const rows = await query<Omit<Incident, 'messages'>>(db,
    `SELECT ${COLUMNS} FROM incidents WHERE incident_id = $1 AND ($2::text IS NULL OR user_id = $2)`, [incidentId, owner]);
  return oneOf(await withMessages(db, rows), incidentId);
}

async function withMessages(db: Queryable, incidents: readonly Omit<Incident, 'messages'>[]): Promise<Incident[]> {
  if (incidents.length === 0) return [];
  const messages = await query<MessageOfIncident & { incidentId: string }>(db, `
    SELECT incident_id AS "incidentId", ${MESSAGE_COLUMNS}
    FROM deliveries WHERE incident_id = ANY($1) ORDER BY created_at, delivery_key`, [incidents.map(({ incidentId }) => incidentId)]);
  return incidents.map((incident) => ({
    ...incident,
    messages: messages.filter(({ incidentId }) => incidentId === incident.incidentId).map(({ incidentId: _, ...message }) => message),
  }));
}

function oneOf(incidents: readonly Incident[], incidentId: string): Incident {
  const [incident] = incidents;
  if (!incident) throw new Failure('incident_unknown', `no incident ${incidentId}`);
  return incident;
}
