/** Waiting until the outbox, or anything else that is counted, is empty. */
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
