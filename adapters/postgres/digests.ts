/** Digests: what was held back and is due becomes one message for each reader, in one transaction. */
import { uuidv7 } from 'uuidv7';
import { digestDeliveryKeyOf } from '../../contracts/delivery.ts';
import type { Channel } from '../../contracts/delivery.ts';
import type { QuietHours } from '../../contracts/quiet-hours.ts';
import { quietUntil } from '../../policies/quiet-time.ts';
import { inTransaction, query } from './pool.ts';
import type { Client, Pool } from './pool.ts';

/** Readers for whom a digest is made in one go; the next go is seconds away. */
const MOST_AT_ONCE = 100;

interface Reader { readonly userId: string; readonly contactId: string | null }

/**
 * Makes the digests that are due and says which. Two processes that do so at once make each once: what is gathered is locked. What cannot be told to
 * anybody, for want of a mail or text contact, is gathered all the same and stands on the list.
 */
export function makeDigests(pool: Pool): Promise<string[]> {
  return inTransaction(pool, async (client) => {
    const due = await query<Reader & { heldIds: number[] }>(client, `
      SELECT user_id AS "userId", contact_id AS "contactId", array_agg(held_id) AS "heldIds"
      FROM (SELECT held_id, user_id, contact_id FROM held_back WHERE digest_id IS NULL AND due_at <= now() ORDER BY due_at FOR UPDATE SKIP LOCKED) held
      GROUP BY user_id, contact_id LIMIT $1`, [MOST_AT_ONCE]);
    const made: string[] = [];
    for (const reader of due) made.push(await makeDigest(client, reader, reader.heldIds));
    return made;
  });
}

async function makeDigest(client: Client, { userId, contactId }: Reader, heldIds: readonly number[]): Promise<string> {
  const digestId = uuidv7();
  await query(client, 'INSERT INTO digests (digest_id, user_id, contact_id) VALUES ($1, $2, $3)', [digestId, userId, contactId]);
  await query(client, `
    UPDATE held_back held SET digest_id = $1, matches = coalesce(incident.matches, held.matches), last_at = greatest(held.last_at, incident.last_match_at)
    FROM (SELECT held_id, incident_id FROM held_back WHERE held_id = ANY($2)) told LEFT JOIN incidents incident USING (incident_id)
    WHERE held.held_id = told.held_id`, [digestId, heldIds]);
  const contacts = await readersOf(client, { userId, contactId });
  const nowMs = Date.now();
  const messages = contacts.map(({ contactId: id, channel, address, quietHours }) => ({
    delivery_key: digestDeliveryKeyOf({ digestId, channel, contactId: id }), contact_id: id, channel, address,
    // A summary wakes nobody.
    wait_ms: Math.max(0, (quietUntil(quietHours, 'low', nowMs) ?? nowMs) - nowMs),
  }));
  await query(client, `
    INSERT INTO deliveries (delivery_key, digest_id, contact_id, channel, address, telling, next_try_at)
    SELECT delivery_key, $2, contact_id, channel, address, 'digest', now() + wait_ms * interval '1 millisecond'
    FROM jsonb_to_recordset($1) AS message (delivery_key text, contact_id text, channel text, address text, wait_ms float8)`, [JSON.stringify(messages), digestId]);
  await query(client, 'UPDATE digests SET next_due_at = (SELECT min(next_try_at) FROM deliveries WHERE digest_id = $1) WHERE digest_id = $1', [digestId]);
  return digestId;
}

interface ReaderRow { contactId: string; channel: Channel; address: string; quietHours: QuietHours | null }

/** That contact; or of a user all mail contacts, and where there is none the text contacts. */
async function readersOf(client: Client, { userId, contactId }: Reader): Promise<readonly ReaderRow[]> {
  const rows = await query<ReaderRow & Record<string, unknown>>(client, `
    SELECT contact_id AS "contactId", channel, address, quiet_hours AS "quietHours" FROM contacts
    WHERE enabled AND channel IN ('email', 'sms') AND CASE WHEN $2::text IS NULL THEN user_id = $1 ELSE contact_id = $2 END ORDER BY position, contact_id`, [userId, contactId]);
  const mail = rows.filter(({ channel }) => channel === 'email');
  return contactId === null && mail.length > 0 ? mail : rows;
}

/** Digests with a message that is due: nobody has rung for it yet, or its workflow is gone. Bounded, oldest first. */
export async function dueDigests(pool: Pool): Promise<string[]> {
  const rows = await query<{ digest_id: string }>(pool, 'SELECT digest_id FROM digests WHERE next_due_at <= now() ORDER BY next_due_at LIMIT 100');
  return rows.map((row) => row.digest_id);
}
