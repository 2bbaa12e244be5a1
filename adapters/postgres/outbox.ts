/**
 * The outbox of messages. A try is a committed row before its provider is called, and a claim is a lease: whoever dies
 * holding one leaves a trace that is counted, never a message that is lost.
 */
import type { AttemptOutcome, ClaimedDelivery, DueDelivery, Outbox } from '../../activities/ports/outbox.ts';
import { PROGRAM_CHANNELS } from '../../contracts/delivery.ts';
import type { Severity } from '../../contracts/severity.ts';
import type { Instant } from '../../contracts/time.ts';
import { inTransaction, query } from './pool.ts';
import type { Client, Pool, Queryable } from './pool.ts';

/** Longer answers of providers are boilerplate; the column says the same. */
const ANSWER_LIMIT = 500;

export interface OutboxOptions {
  /** Capture time after an incident's last match during which its rule and device stay quiet, once a message really arrived. */
  readonly cooldownMs: number;
}

/** What messages are about: its table and id, and when it is due beside its messages. */
interface Subject {
  readonly table: 'incidents' | 'equipment_notices' | 'digests';
  readonly id: 'incident_id' | 'notice_id' | 'digest_id';
  /** SQL of its due time, moved forward only, because we do not know what else it waits for; of what waits for nothing else, that of its next message. */
  readonly nextDue: string;
}

/** A program keeps state, so it is told in order: what waits behind an earlier message to it has no time of its own yet. */
const IN_TURN = `NOT (channel IN ('${PROGRAM_CHANNELS.join("', '")}') AND EXISTS (
    SELECT 1 FROM deliveries earlier WHERE earlier.incident_id = deliveries.incident_id AND earlier.contact_id = deliveries.contact_id
      AND earlier.created_at < deliveries.created_at AND earlier.state IN ('waiting', 'sending')))`;

/** When the next message of $1 is due, to be sent or to be taken from a try that died; null without one. */
const nextDelivery = (id: Subject['id']): string => `(
  SELECT min(CASE state WHEN 'sending' THEN claimed_until ELSE next_try_at END)
  FROM deliveries WHERE ${id} = $1 AND state IN ('waiting', 'sending') AND ${IN_TURN})`;

const INCIDENT: Subject = {
  table: 'incidents', id: 'incident_id',
  nextDue: `CASE state WHEN 'closed' THEN ${nextDelivery('incident_id')} ELSE least(next_due_at, ${nextDelivery('incident_id')}) END`,
};
const NOTICE: Subject = { table: 'equipment_notices', id: 'notice_id', nextDue: nextDelivery('notice_id') };
const DIGEST: Subject = { table: 'digests', id: 'digest_id', nextDue: nextDelivery('digest_id') };

export const createOutbox = (pool: Pool, { cooldownMs }: OutboxOptions): Outbox => outboxOf(pool, INCIDENT, async (client, incidentId) => {
  await query(client, `
    UPDATE incidents SET cooldown_until = greatest(cooldown_until, last_match_at + $2 * interval '1 millisecond')
    WHERE incident_id = $1`, [incidentId, cooldownMs]);
});

/** The messages of equipment notices; a delivered one starts nothing. */
export const createNoticeOutbox = (pool: Pool): Outbox => outboxOf(pool, NOTICE, async () => {});

export const createDigestOutbox = (pool: Pool): Outbox => outboxOf(pool, DIGEST, async () => {});

type OnDelivered = (client: Client, id: string) => Promise<void>;

function outboxOf(pool: Pool, subject: Subject, onDelivered: OnDelivered): Outbox {
  return {
    async due(id) {
      const rows = await query<MessageRow>(pool, `SELECT ${MESSAGE} FROM deliveries WHERE ${subject.id} = $1 AND ${IS_DUE} ORDER BY created_at, delivery_key`, [id]);
      return rows.map(messageIn);
    },
    claimDue: (id, leaseMs) => inTransaction(pool, (client) => claimDue(client, subject, id, leaseMs, onDelivered)),
    finish: (attempt, outcome) => inTransaction(pool, (client) => finish(client, subject, attempt, outcome, onDelivered)),
    async pendingFor(id) {
      const [row] = await query<{ in_ms: number | null }>(pool, `
        SELECT ceil(extract(epoch FROM ${nextDelivery(subject.id)} - now()) * 1000)::int8 AS in_ms`, [id]);
      return row?.in_ms == null ? null : Math.max(0, row.in_ms);
    },
  };
}

const IS_DUE = `(state = 'waiting' AND next_try_at <= now() OR state = 'sending' AND claimed_until <= now()) AND ${IN_TURN}`;
const MESSAGE = 'delivery_key, contact_id, channel, address, telling, severity, created_at, frame_id, frame_captured_at';

interface MessageRow {
  delivery_key: string; contact_id: string; channel: string; address: string; telling: string; severity: Severity; created_at: Instant; frame_id: string | null; frame_captured_at: Instant | null;
}

const messageIn = ({ frame_id: frameId, frame_captured_at: capturedAt, ...row }: MessageRow): DueDelivery => ({
  deliveryKey: row.delivery_key, contactId: row.contact_id, channel: row.channel, address: row.address, telling: row.telling, severity: row.severity, writtenAt: row.created_at,
  frame: frameId === null || capturedAt === null ? null : { frameId, capturedAt },
});

async function claimDue(client: Client, subject: Subject, id: string, leaseMs: number, onDelivered: OnDelivered): Promise<ClaimedDelivery[]> {
  const due = await query<{ delivery_key: string; state: string }>(client, `
    SELECT delivery_key, state FROM deliveries
    WHERE ${subject.id} = $1 AND ${IS_DUE}
    ORDER BY created_at, delivery_key FOR UPDATE SKIP LOCKED`, [id]);
  if (due.length === 0) return [];
  if (await settleWithoutSending(client, subject, due)) await onDelivered(client, id);
  const dead = due.filter(({ state }) => state === 'sending').map((row) => row.delivery_key);
  await query(client, `
    UPDATE delivery_attempts SET outcome = 'uncertain', finished_at = now(), answer = 'the try ended before the provider''s answer was recorded'
    WHERE delivery_key = ANY($1) AND finished_at IS NULL`, [dead]);
  const claimed = await query<MessageRow & { tries: number; attempt_id: number }>(client, `
    WITH claimed AS (
      UPDATE deliveries SET state = 'sending', claimed_until = now() + $3 * interval '1 millisecond', tries = tries + 1,
             uncertain = uncertain + (delivery_key = ANY($2))::int
      WHERE delivery_key = ANY($1) AND state IN ('waiting', 'sending') RETURNING ${MESSAGE}, tries),
    begun AS (INSERT INTO delivery_attempts (delivery_key) SELECT delivery_key FROM claimed RETURNING delivery_key, attempt_id)
    SELECT * FROM claimed JOIN begun USING (delivery_key)`, [due.map((row) => row.delivery_key), dead, leaseMs]);
  await dueNoLaterThanItsMessages(client, subject, id);
  return claimed.map((row) => ({ ...messageIn(row), attemptId: row.attempt_id, tries: row.tries }));
}

/** What a callback proved to be taken is not sent again, and nobody is asked any more once somebody has taken charge. True when something was proven. */
async function settleWithoutSending(client: Client, { table, id }: Subject, due: readonly { readonly delivery_key: string }[]): Promise<boolean> {
  const keys = due.map((row) => row.delivery_key);
  const proven = await query<{ delivery_key: string }>(client, `
    UPDATE deliveries SET state = 'delivered', delivered_at = arrived_at, claimed_until = NULL, code = NULL,
      provider_id = (SELECT provider_id FROM delivery_receipts receipt WHERE receipt.delivery_key = deliveries.delivery_key ORDER BY receipt_id DESC LIMIT 1)
    WHERE delivery_key = ANY($1) AND arrival IS NOT NULL RETURNING delivery_key`, [keys]);
  await query(client, `
    UPDATE delivery_attempts SET outcome = 'delivered', finished_at = coalesce(finished_at, now()), answer = 'known by a status callback'
    WHERE attempt_id IN (SELECT max(attempt_id) FROM delivery_attempts WHERE delivery_key = ANY($1) GROUP BY delivery_key)`, [proven.map((row) => row.delivery_key)]);
  if (table !== 'incidents') return proven.length > 0;
  await query(client, `
    UPDATE deliveries SET state = 'withdrawn', claimed_until = NULL FROM incidents incident
    WHERE delivery_key = ANY($1) AND deliveries.${id} = incident.incident_id AND incident.state IN ('acknowledged', 'resolved')
      AND telling NOT IN ('taken', 'over') AND deliveries.state IN ('waiting', 'sending')`, [keys]);
  return proven.length > 0;
}

async function finish(client: Client, subject: Subject, { attemptId, deliveryKey, contactId }: ClaimedDelivery, outcome: AttemptOutcome, onDelivered: OnDelivered): Promise<void> {
  // The message before its attempt, as in a claim: two transactions that lock in different orders wait for each other.
  const [delivery] = await query<{ id: string }>(client, `SELECT ${subject.id} AS id FROM deliveries WHERE delivery_key = $1 FOR UPDATE`, [deliveryKey]);
  if (delivery === undefined || !await closeAttempt(client, attemptId, outcome)) return;
  if (outcome.kind === 'delivered') {
    await query(client, `
      UPDATE deliveries SET state = 'delivered', delivered_at = now(), provider_id = $2, provider = $3, units = $4, cost_micros = $5, cost_currency = $6, code = NULL, claimed_until = NULL
      WHERE delivery_key = $1 AND state <> 'delivered'`,
    [deliveryKey, storable(outcome.receipt.providerId), outcome.receipt.provider, outcome.receipt.units, outcome.receipt.cost?.micros ?? null, outcome.receipt.cost?.currency ?? null]);
    await onDelivered(client, delivery.id);
  } else if (outcome.kind === 'refused') {
    await query(client, `UPDATE deliveries SET state = 'failed', code = $2, claimed_until = NULL WHERE delivery_key = $1 AND state = 'sending'`, [deliveryKey, outcome.code]);
    // Each further message would be refused like this one; whoever enables the contact again says that it is back.
    if (outcome.code === 'endpoint_gone') await query(client, 'UPDATE contacts SET enabled = false, failed_code = $2, updated_at = now() WHERE contact_id = $1', [contactId, outcome.code]);
  } else {
    await query(client, `
      UPDATE deliveries SET state = 'waiting', code = $2, next_try_at = now() + $3 * interval '1 millisecond', claimed_until = NULL, uncertain = uncertain + $4::boolean::int
      WHERE delivery_key = $1 AND state = 'sending'`, [deliveryKey, outcome.code, outcome.retryInMs, outcome.mayHaveArrived]);
  }
  await dueNoLaterThanItsMessages(client, subject, delivery.id);
}

/** False when the attempt was settled before: by an earlier call, or as uncertain by whoever claimed its message after the lease. */
async function closeAttempt(client: Client, attemptId: number, outcome: AttemptOutcome): Promise<boolean> {
  const said = outcome.kind === 'unavailable' && outcome.mayHaveArrived ? 'uncertain' : outcome.kind;
  const answer = outcome.kind === 'delivered' ? outcome.receipt.answer : outcome.answer;
  const closed = await query(client, `
    UPDATE delivery_attempts SET finished_at = now(), outcome = $2, answer = left($3, $4)
    WHERE attempt_id = $1 AND (finished_at IS NULL OR outcome = 'uncertain' AND $2 = 'delivered')
    RETURNING attempt_id`, [attemptId, said, storable(answer), ANSWER_LIMIT]);
  return closed.length > 0;
}

/** Foreign text: a zero byte in it, which Postgres refuses, would keep the outcome from being recorded and send the message again. */
const storable = (text: string): string => text.replaceAll('\0', '');

async function dueNoLaterThanItsMessages(client: Client, { table, id: column, nextDue }: Subject, id: string): Promise<void> {
  // In a statement before: the next one then also sees a message that was written by whoever held the row, and does not take its due time away.
  await query(client, `SELECT 1 FROM ${table} WHERE ${column} = $1 FOR NO KEY UPDATE`, [id]);
  await query(client, `UPDATE ${table} SET next_due_at = ${nextDue} WHERE ${column} = $1`, [id]);
}

/**
 * Sets when the sweep shall look after the incident: at its next message or at its quiet review, whichever is first.
 * `reviewInMs` is null for an incident without a review to come, that is a closed one. Run it in the transaction that changes the incident.
 */
export async function refreshNextDue(client: Queryable, incidentId: string, reviewInMs: number | null): Promise<void> {
  await query(client, `
    UPDATE incidents SET next_due_at = least(${nextDelivery('incident_id')}, now() + $2 * interval '1 millisecond') WHERE incident_id = $1`, [incidentId, reviewInMs]);
}
