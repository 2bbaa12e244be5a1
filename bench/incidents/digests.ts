/** The end of the hour, at once: what was held back becomes digests, and they are told. */
import { makeDigests } from '../../adapters/postgres/digests.ts';
import { query } from '../../adapters/postgres/pool.ts';
import type { IncidentPlant } from './incident-plant.ts';
import { underWay, untilNone } from './messages.ts';

/** How many digests of these users went out. */
export async function tellDigests({ pool, digestDoorbell }: IncidentPlant, users: readonly string[]): Promise<number> {
  await query(pool, 'UPDATE held_back SET due_at = now() WHERE user_id = ANY($1) AND digest_id IS NULL', [users]);
  for (let made = await makeDigests(pool); made.length > 0; made = await makeDigests(pool)) await Promise.all(made.map((id) => digestDoorbell.ring(id)));
  await untilNone('messages under way', () => underWay(pool));
  const [told] = await query<{ digests: number }>(pool, `
    SELECT count(DISTINCT digest_id) AS digests FROM digests JOIN deliveries USING (digest_id) WHERE user_id = ANY($1) AND deliveries.state = 'delivered'`, [users]);
  return told!.digests;
}
