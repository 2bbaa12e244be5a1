/** What the page of a link shows of an incident beside what its messages tell: how it stands, and who answered what. */
import type { DueDelivery } from '../../activities/ports/outbox.ts';
import { Failure } from '../../contracts/failures.ts';
import type { IncidentState } from '../../contracts/incident.ts';
import type { ResponseKind } from '../../contracts/response.ts';
import type { Severity } from '../../contracts/severity.ts';
import type { Instant } from '../../contracts/time.ts';
import { query } from './pool.ts';
import type { Queryable } from './pool.ts';

export interface KeptAnswer {
  readonly kind: ResponseKind;
  readonly at: Instant;
  /** Null over the API. */
  readonly contactId: string | null;
  /** Name of the user whose contact it is; null over the API, and when the contact is gone. */
  readonly name: string | null;
  /** Of `known`. */
  readonly knownUntil: Instant | null;
}

export interface AnsweredIncident {
  readonly state: IncidentState;
  readonly severity: Severity;
  readonly acknowledgedAt: Instant | null;
  readonly closedAt: Instant | null;
  /** The frame that people were shown last, which is the one that an answer is kept with; null: the first of the incident. */
  readonly frame: DueDelivery['frame'];
  /** Without words that were not understood, in order. */
  readonly answers: readonly KeptAnswer[];
}

/** Throws `incident_unknown`. */
export async function readAnswers(db: Queryable, incidentId: string): Promise<AnsweredIncident> {
  const [row] = await query<Omit<AnsweredIncident, 'frame' | 'answers'> & { frameId: string | null; frameCapturedAt: Instant | null }>(db, `
    SELECT state, severity, acknowledged_at AS "acknowledgedAt", closed_at AS "closedAt", shown.frame_id AS "frameId", shown.frame_captured_at AS "frameCapturedAt"
    FROM incidents LEFT JOIN LATERAL (
      SELECT frame_id, frame_captured_at FROM deliveries
      WHERE incident_id = incidents.incident_id AND frame_id IS NOT NULL AND tries > 0 ORDER BY created_at DESC LIMIT 1) shown ON true
    WHERE incident_id = $1`, [incidentId]);
  if (row === undefined) throw new Failure('incident_unknown', `no incident ${incidentId}`);
  const { frameId, frameCapturedAt, ...incident } = row;
  const answers = await query<KeptAnswer & Record<string, unknown>>(db, `
    SELECT kind, at, contact_id AS "contactId", users.name, known_until AS "knownUntil"
    FROM responses LEFT JOIN contacts USING (contact_id) LEFT JOIN users ON users.user_id = contacts.user_id
    WHERE incident_id = $1 AND kind IS NOT NULL ORDER BY response_id`, [incidentId]);
  return { ...incident, frame: frameId === null || frameCapturedAt === null ? null : { frameId, capturedAt: frameCapturedAt }, answers };
}

/**
 * Contacts that a link to the incident may have gone to, as far as they exist: those of its user, those of its messages,
 * which may be a guard service, and those from whom it was held back and whose digest tells of it.
 */
export async function contactsOf(db: Queryable, incidentId: string): Promise<string[]> {
  const rows = await query<{ contact_id: string }>(db, `
    SELECT contact_id FROM contacts WHERE user_id = (SELECT user_id FROM incidents WHERE incident_id = $1)
      OR contact_id IN (SELECT contact_id FROM deliveries WHERE incident_id = $1)
      OR contact_id IN (SELECT contact_id FROM held_back WHERE incident_id = $1)
    ORDER BY contact_id`, [incidentId]);
  return rows.map((row) => row.contact_id);
}

/** Texts of this contact about this incident that meant nothing to us, of late. */
export async function countUnderstoodNot(db: Queryable, { incidentId, contactId, withinMs }: { readonly incidentId: string; readonly contactId: string; readonly withinMs: number }): Promise<number> {
  const [row] = await query<{ count: number }>(db, `
    SELECT count(*)::int AS count FROM responses
    WHERE incident_id = $1 AND contact_id = $2 AND kind IS NULL AND way = 'sms' AND at > now() - $3 * interval '1 millisecond'`, [incidentId, contactId, withinMs]);
  return row?.count ?? 0;
}
