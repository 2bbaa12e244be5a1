/** What the outbox says while people are told. Times are the database's own. */
import { query } from '../../adapters/postgres/pool.ts';
import type { Pool } from '../../adapters/postgres/pool.ts';
import { pass } from '../pipeline/plant-under-load.ts';

const LOOK_EVERY_SECONDS = 0.1;
/** Without any progress for so long, something is wrong. */
const STUCK_SECONDS = 60;

export async function underWay(pool: Pool): Promise<number> {
  const [row] = await query<{ messages: number }>(pool, "SELECT count(*) AS messages FROM deliveries WHERE state IN ('waiting', 'sending')");
  return row!.messages;
}

/** Milliseconds from the opening's commit to the provider having taken the first message, of incidents of these devices. Throws when one was not taken. */
export async function timesToNotify(pool: Pool, devices: readonly string[]): Promise<number[]> {
  const rows = await query<{ ms: number | null }>(pool, `
    SELECT (extract(epoch FROM delivery.delivered_at - delivery.created_at) * 1000)::float8 AS ms
    FROM incidents JOIN deliveries delivery USING (incident_id) WHERE device_id = ANY($1) AND telling = 'opened'`, [devices]);
  const times = rows.flatMap(({ ms }) => ms ?? []);
  if (times.length < devices.length) throw new Error(`${devices.length} incidents were opened, and of ${times.length} somebody was told`);
  return times;
}

/** Until `left` says 0. Throws when it stops falling. */
export async function untilNone(what: string, left: () => Promise<number>): Promise<void> {
  let least = Number.POSITIVE_INFINITY;
  for (let sinceMs = performance.now(); ;) {
    const now = await left();
    if (now === 0) return;
    if (now < least) [least, sinceMs] = [now, performance.now()];
    if (performance.now() - sinceMs > STUCK_SECONDS * 1000) throw new Error(`${now} ${what}, for ${STUCK_SECONDS} s`);
    await pass(LOOK_EVERY_SECONDS);
  }
}
