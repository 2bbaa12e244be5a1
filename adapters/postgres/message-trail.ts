/** Was it sent, to whom, did it arrive: messages about anything, the newest first. */
import type { DeliveryState } from '../../contracts/delivery.ts';
import type { Instant } from '../../contracts/time.ts';
import { CHANNELS } from '../../contracts/delivery.ts';
import { messageColumns } from './incident-list.ts';
import type { MessageOfIncident } from './incident-list.ts';
import { query } from './pool.ts';
import type { Queryable } from './pool.ts';

/** `test`: it only tries out a contact. */
export const MESSAGE_SUBJECTS = ['incident', 'notice', 'digest', 'test'] as const;
export type MessageSubject = (typeof MESSAGE_SUBJECTS)[number];

export interface TrailedMessage extends MessageOfIncident {
  readonly about: MessageSubject;
  readonly incidentId: string | null;
  readonly noticeId: string | null;
  readonly digestId: string | null;
  /** Whose incident, notice or digest it is about, or whose contact is tried out; null when that contact is gone. */
  readonly userId: string | null;
  /** When it was last sent again by hand. */
  readonly resentAt: Instant | null;
}

export interface TrailPlace {
  readonly createdAt: Instant;
  readonly deliveryKey: string;
}

export interface TrailFilter {
  readonly userId: string | null;
  readonly incidentId: string | null;
  readonly contactId: string | null;
  readonly address: string | null;
  readonly state: DeliveryState | null;
  /** Written then or later. */
  readonly since: Instant | null;
  /** Place of the last message of the page before. */
  readonly after: TrailPlace | null;
  readonly limit: number;
}

export const ABOUT = `CASE WHEN delivery.incident_id IS NOT NULL THEN 'incident' WHEN delivery.notice_id IS NOT NULL THEN 'notice'
                           WHEN delivery.digest_id IS NOT NULL THEN 'digest' ELSE 'test' END`;
export const TRAIL_COLUMNS = `${messageColumns('delivery')}, ${ABOUT} AS about,
  delivery.incident_id AS "incidentId", delivery.notice_id AS "noticeId", delivery.digest_id AS "digestId", delivery.resent_at AS "resentAt"`;

/** The channel is named so that the index of addresses is of use. */
const ASKED = `($2::uuid IS NULL OR delivery.incident_id = $2) AND ($3::text IS NULL OR delivery.contact_id = $3)
  AND ($4::text IS NULL OR delivery.address = $4 AND delivery.channel = ANY($10)) AND ($5::text IS NULL OR delivery.state = $5)
  AND ($6::timestamptz IS NULL OR delivery.created_at >= $6) AND ($7::timestamptz IS NULL OR (delivery.created_at, delivery.delivery_key) < ($7, $8))`;
const NEWEST = 'ORDER BY delivery.created_at DESC, delivery.delivery_key DESC LIMIT $9';

/** Of anybody: one walk along an index of messages, which then asks whose each is. `$1` is not asked. */
const OF_ALL = `
  SELECT ${TRAIL_COLUMNS}, coalesce(incident.user_id, notice.user_id, digest.user_id, contact.user_id) AS "userId"
  FROM (SELECT * FROM deliveries delivery WHERE $1::text IS NULL AND ${ASKED} ${NEWEST}) delivery
  LEFT JOIN incidents incident USING (incident_id) LEFT JOIN equipment_notices notice USING (notice_id) LEFT JOIN digests digest USING (digest_id)
  LEFT JOIN contacts contact ON contact.contact_id = delivery.contact_id AND num_nonnulls(delivery.incident_id, delivery.notice_id, delivery.digest_id) = 0
  ORDER BY delivery.created_at DESC, delivery.delivery_key DESC`;

/**
 * Of one user: from what the user has to the messages about it. Walking all messages and asking whose each is would read those of
 * everybody else until the page of a small user is full; OFFSET 0 keeps the planner from doing so for the sake of the order.
 */
const ofUser = (owning: string): string => `
  (SELECT delivery.* FROM ${owning} owning.user_id = $1 AND ${ASKED} OFFSET 0)`;
const OF_USER = `
  SELECT ${TRAIL_COLUMNS}, $1::text AS "userId"
  FROM (${[
    'incidents owning JOIN deliveries delivery USING (incident_id) WHERE',
    'equipment_notices owning JOIN deliveries delivery USING (notice_id) WHERE',
    'digests owning JOIN deliveries delivery USING (digest_id) WHERE',
    'contacts owning JOIN deliveries delivery USING (contact_id) WHERE num_nonnulls(delivery.incident_id, delivery.notice_id, delivery.digest_id) = 0 AND',
  ].map(ofUser).join(' UNION ALL ')}) delivery
  ${NEWEST}`;

export const listMessages = (db: Queryable, { userId, incidentId, contactId, address, state, since, after, limit }: TrailFilter): Promise<TrailedMessage[]> =>
  query<TrailedMessage & Record<string, unknown>>(db, userId === null ? OF_ALL : OF_USER,
    [userId, incidentId, contactId, address, state, since, after?.createdAt ?? null, after?.deliveryKey ?? null, limit, CHANNELS]);
