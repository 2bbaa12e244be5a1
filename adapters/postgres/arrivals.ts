/** What providers say of messages after they took them. */
import { FINAL_ARRIVALS } from '../../contracts/delivery.ts';
import type { Arrival } from '../../contracts/delivery.ts';
import { inTransaction, query } from './pool.ts';
import type { Pool } from './pool.ts';
import { INCIDENT_ANSWERED } from './responses.ts';

export interface ArrivalReport {
  readonly deliveryKey: string;
  /** Id that the provider has for it. */
  readonly providerId: string;
  readonly arrival: Arrival;
  readonly providerCode: string | null;
}

/** Keeps it once, whatever is repeated; an older word never overwrites a final one. False for a key that no message has. */
export function recordArrival(pool: Pool, report: ArrivalReport): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { deliveryKey, providerId, arrival, providerCode } = report;
    const [delivery] = await query<{ incident_id: string | null }>(client, 'SELECT incident_id FROM deliveries WHERE delivery_key = $1 FOR UPDATE', [deliveryKey]);
    if (delivery === undefined) return false;
    const fresh = await query(client, `
      INSERT INTO delivery_receipts (delivery_key, provider_id, arrival, provider_code) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING receipt_id`,
    [deliveryKey, providerId, arrival, providerCode]);
    if (fresh.length === 0) return true;
    await query(client, `
      UPDATE deliveries SET arrival = $2, arrived_at = now(), arrival_code = $3
      WHERE delivery_key = $1 AND (arrival IS NULL OR arrival <> ALL($4) OR $2 = ANY($4))`, [deliveryKey, arrival, providerCode, FINAL_ARRIVALS]);
    // The answer of the provider was lost and the message waits to be sent once more: this word proves that it was taken, and the next look settles that.
    const [doubted] = await query(client, "UPDATE deliveries SET next_try_at = now() WHERE delivery_key = $1 AND state = 'waiting' AND uncertain > 0 RETURNING delivery_key", [deliveryKey]);
    // How a call ended decides whom to call next.
    if (delivery.incident_id !== null && (doubted !== undefined || FINAL_ARRIVALS.includes(arrival))) {
      await query(client, 'UPDATE incidents SET next_due_at = now() WHERE incident_id = $1', [delivery.incident_id]);
      await query(client, 'SELECT pg_notify($1, $2)', [INCIDENT_ANSWERED, delivery.incident_id]);
    }
    return true;
  });
}
