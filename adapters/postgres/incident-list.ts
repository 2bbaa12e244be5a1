/** Incidents as people see them, with every message about them, and the word of a person who takes charge. */
import type { Channel, DeliveryState } from '../../contracts/delivery.ts';
import { Failure } from '../../contracts/failures.ts';
import type { IncidentState } from '../../contracts/incident.ts';
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
  readonly state: DeliveryState;
  readonly tries: number;
  /** Tries that began and never ended: each is a possible double. */
  readonly uncertain: number;
  readonly code: string | null;
  readonly createdAt: Instant;
  readonly deliveredAt: Instant | null;
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
  /** Capture time of the first match. */
  readonly openedAt: Instant;
  /** Capture time of the latest match. */
  readonly lastMatchAt: Instant;
  readonly matches: number;
  readonly firstFrameId: string;
  readonly acknowledgedAt: Instant | null;
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

const COLUMNS = `incident_id AS "incidentId", user_id AS "userId", device_id AS "deviceId", rule_id AS "ruleId", rule_version AS "ruleVersion", state, severity,
                 opened_at AS "openedAt", last_match_at AS "lastMatchAt", matches, first_frame_id AS "firstFrameId",
                 acknowledged_at AS "acknowledgedAt", closed_at AS "closedAt", created_at AS "createdAt"`;

export const MESSAGE_COLUMNS = `delivery_key AS "deliveryKey", contact_id AS "contactId", channel, address, state, tries, uncertain, code,
           created_at AS "createdAt", delivered_at AS "deliveredAt"`;

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

/** A person takes charge. Repeating it keeps the first moment; a closed incident stays closed and notes it. Throws `incident_unknown`. */
export async function acknowledgeIncident(db: Queryable, incidentId: string, owner: string | null): Promise<Incident> {
  const rows = await query<Omit<Incident, 'messages'>>(db, `
    UPDATE incidents SET state = CASE WHEN state = 'open' THEN 'acknowledged' ELSE state END, acknowledged_at = coalesce(acknowledged_at, now())
    WHERE incident_id = $1 AND ($2::text IS NULL OR user_id = $2) RETURNING ${COLUMNS}`, [incidentId, owner]);
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
