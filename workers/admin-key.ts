/** The admin key of a home: made at the first start, kept in a file that only its owner can read. */
import { randomBytes } from 'node:crypto';
import { link, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mintKey, registerKey } from '../adapters/postgres/api-keys.ts';
import type { Pool } from '../adapters/postgres/pool.ts';
import { Failure } from '../contracts/failures.ts';
import type { Log } from './log.ts';

/** The key, valid in this database: one kept from before works on a new database too. */
export async function ensureAdminKey(pool: Pool, home: string, log: Log): Promise<string> {
  const path = adminKeyPath(home);
  const key = await readKey(path) ?? await keepKey(path, log);
  await registerKey(pool, key, { role: 'admin', userId: null });
  return key;
}

export const adminKeyPath = (home: string): string => join(home, 'admin.key');

async function readKey(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text?.trim() === '') throw new Failure('setting_invalid', `${path} is empty; remove it to have a new key made`);
  return text?.trim();
}

/** On disk before it has its name, so that a power cut leaves no empty file; linked into place, so that of two first starts at once one key wins and both use it. */
async function keepKey(path: string, log: Log): Promise<string> {
  const draft = `${path}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, `${mintKey('admin')}\n`, { mode: 0o600, flag: 'wx', flush: true });
  await link(draft, path)
    .catch((error: NodeJS.ErrnoException) => { if (error.code !== 'EEXIST') throw error; })
    .finally(() => unlink(draft));
  log.info({ path }, 'admin key kept');
  return (await readKey(path))!;
}
