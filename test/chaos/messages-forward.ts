/**
 * Lets the time pass that messages wait for, once every fault is over: up to a quarter of an hour between tries, two minutes for a claim whose
 * process died. Only the clock is helped; claims, tries and counts are the product's.
 */
import { until } from '../support/plant.ts';
import type { TestPlant } from '../support/plant.ts';
import { signal } from './signals.ts';

export async function bringMessagesForward({ plant, pool }: TestPlant): Promise<void> {
  const { rows: [clock] } = await pool.query<{ now: string }>('SELECT now()::text AS now');
  // An orderly restart: what a living process was sending it has finished, so an older claim that is left belongs to a dead one.
  const sending = [...plant.children.values()].filter(({ name }) => name.startsWith('messages')).map((child) => ({ child, before: child.pid! }));
  for (const { before } of sending) signal(before, 'SIGTERM');
  for (const { child, before } of sending) await until(`${child.name} to be back`, async () => child.serving && child.pid !== before);
  await pool.query(`
    UPDATE deliveries delivery SET claimed_until = now() WHERE state = 'sending'
      AND NOT EXISTS (SELECT 1 FROM delivery_attempts attempt WHERE attempt.delivery_key = delivery.delivery_key AND attempt.started_at > $1::timestamptz)`, [clock!.now]);
  await pool.query("UPDATE deliveries SET next_try_at = now() WHERE state = 'waiting'");
  // As the sweep finds them: due, and nobody has rung for long enough.
  await pool.query(`
    UPDATE incidents SET next_due_at = now() - interval '1 minute'
    WHERE incident_id IN (SELECT incident_id FROM deliveries WHERE state IN ('waiting', 'sending'))`);
}
