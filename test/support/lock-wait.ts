/** Waiting, without sleeping, until one session of the database waits for another. */
import { vi } from 'vitest';
import type { Client, Pool } from '../../adapters/postgres/pool.ts';

export async function pidOf(client: Client): Promise<number> {
  const { rows: [row] } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return row!.pid;
}

/** Resolves once some session waits for a lock that the session of `pid` holds, with the statement that waits. */
export async function untilBlockedBy(pool: Pool, pid: number): Promise<string> {
  return vi.waitFor(async () => {
    const { rows: [blocked] } = await pool.query<{ query: string }>(`
      SELECT query FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND $1 = ANY (pg_blocking_pids(pid))`, [pid]);
    if (!blocked) throw new Error(`no session waits for session ${pid}`);
    return blocked.query;
  }, { timeout: 30_000, interval: 10 });
}

/** Resolves once so many sessions wait for a lock, whoever holds it. */
export async function untilBlocked(pool: Pool, sessions: number): Promise<void> {
  await vi.waitFor(async () => {
    const { rowCount } = await pool.query("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");
    if (rowCount !== sessions) throw new Error(`${rowCount} sessions wait, not ${sessions}`);
  }, { timeout: 30_000, interval: 10 });
}
