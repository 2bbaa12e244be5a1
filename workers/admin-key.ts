/** The admin key of a home: made at the first start. */
import { join } from 'node:path';
import { mintKey, registerKey } from '../adapters/postgres/api-keys.ts';
import type { Pool } from '../adapters/postgres/pool.ts';
import { ensureKeptSecret } from './kept-secret.ts';
import type { Log } from './log.ts';

/** The key, valid in this database: one kept from before works on a new database too. */
export async function ensureAdminKey(pool: Pool, home: string, log: Log): Promise<string> {
  const key = await ensureKeptSecret({ path: adminKeyPath(home), name: 'admin key', mint: () => mintKey('admin') }, log);
  await registerKey(pool, key, { role: 'admin', userId: null });
  return key;
}

export const adminKeyPath = (home: string): string => join(home, 'admin.key');
