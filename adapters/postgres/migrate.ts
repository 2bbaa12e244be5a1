/** Brings a database to the newest schema: plain SQL files, forward only, each in a transaction of its own. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { Failure } from '../../contracts/failures.ts';
import { inTransaction, query } from './pool.ts';
import type { Pool } from './pool.ts';

const FOLDER = new URL('../../migrations/', import.meta.url);
/** For the pool that migrates: a migration of a large ledger may rewrite a table, and other installs wait for it. */
export const MIGRATION_LIMIT_MS = 3_600_000;
/** Any constant does; it makes twenty installs at once wait for each other instead of tripping over half a schema. */
const INSTALL_LOCK = 7_238_114;

export interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
}

export async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(FOLDER)).filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name)).sort();
  return Promise.all(names.map(async (name) => {
    const sql = await readFile(new URL(name, FOLDER), 'utf8');
    return { name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
  }));
}

/** Applies what is missing; returns the names applied. Safe to repeat and to run at once from many processes. */
export async function migrate(pool: Pool): Promise<string[]> {
  const applied: string[] = [];
  for (const migration of await readMigrations()) {
    if (await inTransaction(pool, (client) => applyOnce(client, migration))) applied.push(migration.name);
  }
  await ensurePartitions(pool);
  return applied;
}

async function applyOnce(client: Parameters<Parameters<typeof inTransaction>[1]>[0], migration: Migration): Promise<boolean> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [INSTALL_LOCK]);
  await client.query(`CREATE TABLE IF NOT EXISTS schema_migrations (
    name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());
    COMMENT ON TABLE schema_migrations IS 'Which migrations this database has.';
    COMMENT ON COLUMN schema_migrations.name IS 'File name in migrations/.';
    COMMENT ON COLUMN schema_migrations.sha256 IS 'Of the file when it was applied; a later change of the file is refused.';
    COMMENT ON COLUMN schema_migrations.applied_at IS 'Clock of the database.'`);
  const { rows: [known] } = await client.query<{ sha256: string }>('SELECT sha256 FROM schema_migrations WHERE name = $1', [migration.name]);
  if (known) {
    if (known.sha256 !== migration.sha256) {
      throw new Failure('schema_behind', `${migration.name} was changed after it was applied; migrations only go forward, write a new one`);
    }
    return false;
  }
  await client.query(migration.sql);
  await client.query('INSERT INTO schema_migrations (name, sha256) VALUES ($1, $2)', [migration.name, migration.sha256]);
  return true;
}

/** Two days back for uploads that come late, three ahead so that a dispatcher that rests over a weekend leaves no gap. */
export async function ensurePartitions(pool: Pool): Promise<void> {
  await query(pool, "SELECT ensure_day_partitions((now() AT TIME ZONE 'UTC')::date - 2, (now() AT TIME ZONE 'UTC')::date + 3)");
}

/** Refuses to run on a schema that lacks migrations: a stage that writes to a missing column would only fail later. */
export async function refuseOldSchema(pool: Pool): Promise<void> {
  const [table] = await query<{ there: boolean }>(pool, "SELECT to_regclass('schema_migrations') IS NOT NULL AS there");
  const done = table?.there ? await query<{ name: string }>(pool, 'SELECT name FROM schema_migrations') : [];
  const missing = (await readMigrations()).filter(({ name }) => !done.some((row) => row.name === name));
  if (missing.length > 0) throw new Failure('schema_behind', `missing ${missing.map(({ name }) => name).join(', ')}`);
}
