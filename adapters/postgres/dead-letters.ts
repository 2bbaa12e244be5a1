/** Dead letters: messages that were refused for good or given up, and sending them again by hand. */
import { CHANNELS } from '../../contracts/delivery.ts';
import type { FailureCode } from '../../contracts/failures.ts';
import type { Instant } from '../../contracts/time.ts';
import { TRAIL_COLUMNS } from './message-trail.ts';
import type { TrailPlace, TrailedMessage } from './message-trail.ts';
import { inTransaction, query } from './pool.ts';
import type { Client, Pool, Queryable } from './pool.ts';
import { INCIDENT_ANSWERED } from './responses.ts';

export interface DeadLetter extends TrailedMessage {
  /** When its last try ended; null when it never had one. */
  readonly failedAt: Instant | null;
  /** What the provider said then. */
  readonly answer: string | null;
  /** Since it was written. */
  readonly ageSeconds: number;
}

/** A message that only tries out a contact waits for nobody: whoever asked for it sees how it goes, and tries again. */
const ABOUT_SOMETHING = 'num_nonnulls(incident_id, notice_id, digest_id) = 1';
export const IS_UNDER_WAY = `state IN ('waiting', 'sending') AND ${ABOUT_SOMETHING}`;
export const IS_DEAD = `state = 'failed' AND ${ABOUT_SOMETHING}`;

/** Newest first. */
export const listDeadLetters = (db: Queryable, { code, after, limit }: { code: string | null; after: TrailPlace | null; limit: number }): Promise<DeadLetter[]> =>
  query<DeadLetter & Record<string, unknown>>(db, `
    SELECT ${TRAIL_COLUMNS}, coalesce(incident.user_id, notice.user_id, digest.user_id) AS "userId",
           attempt.finished_at AS "failedAt", attempt.answer, greatest(0, floor(extract(epoch FROM now() - delivery.created_at)))::int8 AS "ageSeconds"
    FROM (SELECT * FROM deliveries WHERE ${IS_DEAD} AND ($1::text IS NULL OR code = $1) AND ($2::timestamptz IS NULL OR (created_at, delivery_key) < ($2, $3))
          ORDER BY created_at DESC, delivery_key DESC LIMIT $4) delivery
    LEFT JOIN incidents incident USING (incident_id) LEFT JOIN equipment_notices notice USING (notice_id) LEFT JOIN digests digest USING (digest_id)
    LEFT JOIN LATERAL (SELECT finished_at, answer FROM delivery_attempts WHERE delivery_key = delivery.delivery_key ORDER BY attempt_id DESC LIMIT 1) attempt ON true
    ORDER BY delivery.created_at DESC, delivery.delivery_key DESC`, [code, after?.createdAt ?? null, after?.deliveryKey ?? null, limit]);

export type ResendSelection =
  | { readonly deliveryKeys: readonly string[] }
  /** Of this code, written then or later, the oldest first. */
  | { readonly code: string; readonly since: Instant; readonly limit: number };

export interface ResendOptions {
  /** To the contact's address of now, not to that of when the message was written. */
  readonly refresh: boolean;
  /** Id of the key. */
  readonly resentBy: string;
}

export interface Resent {
  readonly deliveryKeys: readonly string[];
  readonly refused: readonly { readonly deliveryKey: string; readonly code: Extract<FailureCode, 'delivery_unknown' | 'delivery_under_way' | 'contact_unknown'> }[];
}

/**
 * Lets dead letters wait again with a fresh schedule: their old tries stay on record, what they are about is due at once, and so
 * they go out as all others do, under the same key. A contact without an address of that channel any more leaves its message dead.
 */
export const resendDeadLetters = (pool: Pool, selection: ResendSelection, { refresh, resentBy }: ResendOptions): Promise<Resent> => inTransaction(pool, async (client) => {
  const dead = await lockDead(client, selection);
  const resent = await query<{ delivery_key: string; incident_id: string | null; notice_id: string | null; digest_id: string | null }>(client, `
    UPDATE deliveries delivery SET state = 'waiting', tries = 0, next_try_at = now(), claimed_until = NULL, arrival = NULL, arrived_at = NULL, arrival_code = NULL, resent_at = clock_timestamp(), resent_by = $2, address = addressed.address
    FROM (SELECT delivery_key, CASE WHEN $3 THEN contact.address ELSE old.address END AS address
          FROM deliveries old LEFT JOIN contacts contact ON contact.contact_id = old.contact_id AND contact.channel = old.channel
          WHERE delivery_key = ANY($1)) addressed
    WHERE delivery.delivery_key = addressed.delivery_key AND addressed.address IS NOT NULL
    RETURNING delivery.delivery_key, incident_id, notice_id, digest_id`, [dead, resentBy, refresh]);
  await beDue(client, 'incidents', 'incident_id', resent.map((row) => row.incident_id));
  await beDue(client, 'equipment_notices', 'notice_id', resent.map((row) => row.notice_id));
  await beDue(client, 'digests', 'digest_id', resent.map((row) => row.digest_id));
  await query(client, 'SELECT pg_notify($1, incident_id::text) FROM (SELECT DISTINCT unnest($2::uuid[]) AS incident_id) resent WHERE incident_id IS NOT NULL',
    [INCIDENT_ANSWERED, resent.map((row) => row.incident_id)]);
  const deliveryKeys = resent.map((row) => row.delivery_key).sort();
  return { deliveryKeys, refused: await refusals(client, selection, dead, new Set(deliveryKeys)) };
});

/** In one order, so that two who send the same ones again do not wait for each other. */
async function lockDead(client: Client, selection: ResendSelection): Promise<string[]> {
  const rows = 'deliveryKeys' in selection
    ? await query<{ delivery_key: string }>(client, `SELECT delivery_key FROM deliveries WHERE delivery_key = ANY($1) AND ${IS_DEAD} ORDER BY created_at, delivery_key FOR UPDATE`,
      [selection.deliveryKeys])
    : await query<{ delivery_key: string }>(client, `
      SELECT delivery_key FROM deliveries WHERE ${IS_DEAD} AND code = $1 AND created_at >= $2 ORDER BY created_at, delivery_key LIMIT $3 FOR UPDATE`,
    [selection.code, selection.since, selection.limit]);
  return rows.map((row) => row.delivery_key);
}

/** Of closed incidents too: the sweep rings for whatever is due, and its workflow sends what waits. */
async function beDue(client: Client, table: 'incidents' | 'equipment_notices' | 'digests', column: string, ids: readonly (string | null)[]): Promise<void> {
  const subjects = ids.filter((id) => id !== null);
  if (subjects.length === 0) return;
  await query(client, `SELECT 1 FROM ${table} WHERE ${column} = ANY($1) ORDER BY ${column} FOR NO KEY UPDATE`, [subjects]);
  await query(client, `UPDATE ${table} SET next_due_at = least(next_due_at, now()) WHERE ${column} = ANY($1)`, [subjects]);
}

async function refusals(client: Client, selection: ResendSelection, dead: readonly string[], resent: ReadonlySet<string>): Promise<Resent['refused']> {
  const asked = [...new Set('deliveryKeys' in selection ? selection.deliveryKeys : dead)].filter((key) => !resent.has(key));
  if (asked.length === 0) return [];
  const known = await query<{ delivery_key: string }>(client, `SELECT delivery_key FROM deliveries WHERE delivery_key = ANY($1) AND ${ABOUT_SOMETHING}`, [asked]);
  const there = new Set(known.map((row) => row.delivery_key));
  return asked.map((deliveryKey) => ({
    deliveryKey, code: !there.has(deliveryKey) ? 'delivery_unknown' : dead.includes(deliveryKey) ? 'contact_unknown' : 'delivery_under_way',
  }));
}

export interface MessageFigure {
  readonly state: 'waiting' | 'sending' | 'failed';
  readonly channel: string;
  readonly messages: number;
}

/** Of every channel, also without any. Those that are over and done with are not counted: there is no end to them. */
export const countMessages = (db: Queryable): Promise<MessageFigure[]> => query<MessageFigure & Record<string, unknown>>(db, `
  SELECT state, channel, count(counted.channel) AS messages
  FROM unnest(ARRAY['waiting', 'sending', 'failed']) AS state CROSS JOIN unnest($1::text[]) AS channel
  LEFT JOIN (
    SELECT state, channel FROM deliveries WHERE ${IS_UNDER_WAY}
    UNION ALL SELECT state, channel FROM deliveries WHERE ${IS_DEAD}) counted USING (state, channel)
  GROUP BY state, channel`, [CHANNELS]);
