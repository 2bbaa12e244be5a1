/**
 * The outbox of messages. A try is a committed row before its provider is called, and a claim is a lease: whoever dies
 * holding one leaves a trace that is counted, never a message that is lost.
 */
import type { AttemptOutcome, ClaimedDelivery, Outbox } from '../../activities/ports/outbox.ts';
import { inTransaction, query } from './pool.ts';
import type { Client, Pool, Queryable } from './pool.ts';

/** Longer answers of providers are boilerplate; the column says the same. */
const ANSWER_LIMIT = 500;

export interface OutboxOptions {
  /** Capture time after an incident's last match during which its rule and device stay quiet, once a message really arrived. */
  readonly cooldownMs: number;
}

export function createOutbox(pool: Pool, options: OutboxOptions): Outbox {
  return {
    claimDue: (incidentId, leaseMs) => inTransaction(pool, (client) => claimDue(client, incidentId, leaseMs)),
    finish: (attempt, outcome) => inTransaction(pool, (client) => finish(client, attempt, outcome, options.cooldownMs)),
    async pendingFor(incidentId) {
      const [row] = await query<{ in_ms: number | null }>(pool, `
        SELECT ceil(extract(epoch FROM ${NEXT_DELIVERY} - now()) * 1000)::int8 AS in_ms`, [incidentId]);
      return row?.in_ms == null ? null : Math.max(0, row.in_ms);
    },
  };
}

/** When the next message of incident $1 is due, to be sent or to be taken from a try that died; null without one. */
const NEXT_DELIVERY = `(
  SELECT min(CASE state WHEN 'sending' THEN claimed_until ELSE next_try_at END)
  FROM deliveries WHERE incident_id = $1 AND state IN ('waiting', 'sending'))`;

async function claimDue(client: Client, incidentId: string, leaseMs: number): Promise<ClaimedDelivery[]> {
  const due = await query<{ delivery_key: string; state: string }>(client, `
    SELECT delivery_key, state FROM deliveries
    WHERE incident_id = $1 AND (state = 'waiting' AND next_try_at <= now() OR state = 'sending' AND claimed_until <= now())
    ORDER BY created_at, delivery_key FOR UPDATE SKIP LOCKED`, [incidentId]);
  if (due.length === 0) return [];
  const dead = due.filter(({ state }) => state === 'sending').map((row) => row.delivery_key);
  await query(client, `
    UPDATE delivery_attempts SET outcome = 'uncertain', finished_at = now(), answer = 'the try ended before the provider''s answer was recorded'
    WHERE delivery_key = ANY($1) AND finished_at IS NULL`, [dead]);
  const claimed = await query<{ delivery_key: string; channel: string; address: string; tries: number; attempt_id: number }>(client, `
    WITH claimed AS (
      UPDATE deliveries SET state = 'sending', claimed_until = now() + $3 * interval '1 millisecond', tries = tries + 1,
             uncertain = uncertain + (delivery_key = ANY($2))::int
      WHERE delivery_key = ANY($1) RETURNING delivery_key, channel, address, tries),
    begun AS (INSERT INTO delivery_attempts (delivery_key) SELECT delivery_key FROM claimed RETURNING delivery_key, attempt_id)
    SELECT * FROM claimed JOIN begun USING (delivery_key)`, [due.map((row) => row.delivery_key), dead, leaseMs]);
  await dueNoLaterThanItsMessages(client, incidentId);
  return claimed.map((row) => ({
    deliveryKey: row.delivery_key, attemptId: row.attempt_id, channel: row.channel, address: row.address, tries: row.tries,
  }));
}

async function finish(client: Client, { attemptId, deliveryKey }: ClaimedDelivery, outcome: AttemptOutcome, cooldownMs: number): Promise<void> {
  // The message before its attempt, as in a claim: two transactions that lock in different orders wait for each other.
  const [delivery] = await query<{ incident_id: string }>(client, 'SELECT incident_id FROM deliveries WHERE delivery_key = $1 FOR UPDATE', [deliveryKey]);
  if (delivery === undefined || !await closeAttempt(client, attemptId, outcome)) return;
  if (outcome.kind === 'delivered') {
    await query(client, `
      UPDATE deliveries SET state = 'delivered', delivered_at = now(), provider_id = $2, code = NULL, claimed_until = NULL
      WHERE delivery_key = $1 AND state <> 'delivered'`, [deliveryKey, storable(outcome.receipt.providerId)]);
    await query(client, `
      UPDATE incidents SET cooldown_until = greatest(cooldown_until, last_match_at + $2 * interval '1 millisecond')
      WHERE incident_id = $1`, [delivery.incident_id, cooldownMs]);
  } else if (outcome.kind === 'refused') {
    await query(client, `UPDATE deliveries SET state = 'failed', code = $2, claimed_until = NULL WHERE delivery_key = $1 AND state = 'sending'`, [deliveryKey, outcome.code]);
  } else {
    await query(client, `
      UPDATE deliveries SET state = 'waiting', code = $2, next_try_at = now() + $3 * interval '1 millisecond', claimed_until = NULL, uncertain = uncertain + $4::boolean::int
      WHERE delivery_key = $1 AND state = 'sending'`, [deliveryKey, outcome.code, outcome.retryInMs, outcome.mayHaveArrived]);
  }
  await dueNoLaterThanItsMessages(client, delivery.incident_id);
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

/** Moves the incident's due time forward only, because we do not know what else it waits for; a closed one waits for nothing else. */
async function dueNoLaterThanItsMessages(client: Queryable, incidentId: string): Promise<void> {
  await query(client, `
    UPDATE incidents SET next_due_at = CASE state WHEN 'closed' THEN ${NEXT_DELIVERY} ELSE least(next_due_at, ${NEXT_DELIVERY}) END
    WHERE incident_id = $1`, [incidentId]);
}

/**
 * Sets when the sweep shall look after the incident: at its next message or at its quiet review, whichever is first.
 * `reviewInMs` is null for an incident without a review to come, that is a closed one. Run it in the transaction that changes the incident.
 */
export async function refreshNextDue(client: Queryable, incidentId: string, reviewInMs: number | null): Promise<void> {
  await query(client, `
    UPDATE incidents SET next_due_at = least(${NEXT_DELIVERY}, now() + $2 * interval '1 millisecond') WHERE incident_id = $1`, [incidentId, reviewInMs]);
}
