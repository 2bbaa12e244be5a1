/** Signs of life of API processes: where each answers, and since when frames could be accepted without a gap. */
import { hostname } from 'node:os';
import { query } from './pool.ts';
import type { Queryable } from './pool.ts';

/** Six signs missed: then no API lives. Whoever was not heard before it lives again may have tried in vain. */
export const DOOR_SHUT_SECONDS = 30;

/** What an API process runs, in place of stages. */
const API = 'api';

export async function holdDoorOpen(db: Queryable, { workerId, url }: { readonly workerId: string; readonly url: string }): Promise<void> {
  await query(db, `
    WITH life AS (
      INSERT INTO workers (worker_id, stages, url) VALUES ($1, ARRAY[$3], $2) ON CONFLICT (worker_id) DO UPDATE SET url = EXCLUDED.url, seen_at = now())
    INSERT INTO open_door AS door (open_since, seen_at) VALUES (now(), now())
    ON CONFLICT (only_row) DO UPDATE SET seen_at = now(),
      open_since = CASE WHEN door.seen_at < now() - $4 * interval '1 second' THEN now() ELSE door.open_since END`, [workerId, url, API, DOOR_SHUT_SECONDS]);
}

/** Where living API processes of this machine answer, the youngest sign first. Those of another one may listen to themselves alone. */
export async function doorsHere(db: Queryable): Promise<string[]> {
  const rows = await query<{ url: string }>(db, `
    SELECT url FROM workers WHERE $1 = ANY (stages) AND url IS NOT NULL AND split_part(worker_id, ':', 1) = $2 AND seen_at > now() - $3 * interval '1 second'
    ORDER BY seen_at DESC`, [API, hostname(), DOOR_SHUT_SECONDS]);
  return rows.map((row) => row.url);
}
