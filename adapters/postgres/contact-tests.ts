/** Messages that only try out a contact: written down like any other, tried once, and counted, because each costs what any other costs. */
import { uuidv7 } from 'uuidv7';
import type { AttemptOutcome } from '../../activities/ports/outbox.ts';
import { testDeliveryKeyOf } from '../../contracts/delivery.ts';
import { Failure } from '../../contracts/failures.ts';
import type { Contact } from './contacts.ts';
import { inTransaction, query } from './pool.ts';
import type { Pool } from './pool.ts';

/** Enough to mend a wrong address and to see that it helped; more would be a way to ring a stranger's telephone all night. */
export const MAX_TESTS = 5;
export const TESTS_WITHIN_MINUTES = 10;

/** Longer answers of providers are boilerplate. */
const ANSWER_LIMIT = 500;

export interface BegunTest {
  readonly testId: string;
  readonly deliveryKey: string;
  readonly attemptId: number;
}

export type ContactToTest = Pick<Contact, 'contactId' | 'channel' | 'address'>;

/** Committed before the provider is called. A number in place of it: too many tests went to that address, and the next may go out in so many seconds. */
export function beginTest(pool: Pool, { contactId, channel, address }: ContactToTest): Promise<BegunTest | number> {
  return inTransaction(pool, async (client) => {
    // Tests of one contact that come at once are counted one after the other.
    const [contact] = await query(client, 'SELECT 1 FROM contacts WHERE contact_id = $1 FOR UPDATE', [contactId]);
    if (!contact) throw new Failure('contact_unknown', `no contact ${contactId}`);
    const [full] = await query<{ wait: number }>(client, `
      SELECT ceil(extract(epoch FROM created_at + $3 * interval '1 minute' - now()))::int AS wait FROM deliveries
      WHERE channel = $1 AND address = $2 AND created_at > now() - $3 * interval '1 minute' AND delivery_key LIKE 'test-%'
      ORDER BY created_at DESC OFFSET $4 - 1 LIMIT 1`, [channel, address, TESTS_WITHIN_MINUTES, MAX_TESTS]);
    if (full) return Math.max(1, full.wait);
    const testId = uuidv7();
    const deliveryKey = testDeliveryKeyOf({ testId, channel, contactId });
    await query(client, `
      INSERT INTO deliveries (delivery_key, contact_id, channel, address, telling, state, tries) VALUES ($1, $2, $3, $4, 'test', 'sending', 1)`, [deliveryKey, contactId, channel, address]);
    const [attempt] = await query<{ attempt_id: number }>(client, 'INSERT INTO delivery_attempts (delivery_key) VALUES ($1) RETURNING attempt_id', [deliveryKey]);
    return { testId, deliveryKey, attemptId: attempt!.attempt_id };
  });
}

/** A test is not tried again: whoever asked for it is waiting and hears what went wrong. */
export function finishTest(pool: Pool, { deliveryKey, attemptId }: BegunTest, outcome: AttemptOutcome): Promise<void> {
  return inTransaction(pool, async (client) => {
    const uncertain = outcome.kind === 'unavailable' && outcome.mayHaveArrived;
    const receipt = outcome.kind === 'delivered' ? outcome.receipt : null;
    await query(client, 'UPDATE delivery_attempts SET finished_at = now(), outcome = $2, answer = left($3, $4) WHERE attempt_id = $1',
      [attemptId, uncertain ? 'uncertain' : outcome.kind, storable(receipt?.answer ?? (outcome as { answer: string }).answer), ANSWER_LIMIT]);
    await query(client, `
      UPDATE deliveries SET state = CASE WHEN $2 THEN 'delivered' ELSE 'failed' END, delivered_at = CASE WHEN $2 THEN now() END, code = $3, uncertain = $4::boolean::int,
        provider = $5, provider_id = $6, units = $7, cost_micros = $8, cost_currency = $9
      WHERE delivery_key = $1`,
    [deliveryKey, receipt !== null, outcome.kind === 'delivered' ? null : outcome.code, uncertain,
      receipt?.provider ?? null, receipt === null ? null : storable(receipt.providerId), receipt?.units ?? null, receipt?.cost?.micros ?? null, receipt?.cost?.currency ?? null]);
  });
}

/** Foreign text: Postgres refuses a zero byte. */
const storable = (text: string): string => text.replaceAll('\0', '');
