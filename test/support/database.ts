/** A migrated database of its own for a test file, cloned from a template that the first file makes. */
import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { migrate, readMigrations } from '../../adapters/postgres/migrate.ts';
import { createPool } from '../../adapters/postgres/pool.ts';
import type { Pool } from '../../adapters/postgres/pool.ts';

export interface TestDatabase {
  readonly url: string;
  readonly pool: Pool;
  drop(): Promise<void>;
}

const MAKING_TEMPLATE = 5_101;

export async function freshDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asAdmin(async (admin) => {
    const template = await ensureTemplate(admin);
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  });
  const url = addressOf(name);
  const pool = createPool(url, { connections: 10, applicationName: 'test' });
  return {
    url,
    pool,
    async drop() {
      await pool.end();
      await asAdmin((admin) => admin.query(`DROP DATABASE ${name} WITH (FORCE)`));
    },
  };
}

/** An empty database without the schema, for tests of the migrations themselves. */
export async function emptyDatabase(): Promise<TestDatabase> {
  const name = `empty_${randomBytes(6).toString('hex')}`;
  await asAdmin((admin) => admin.query(`CREATE DATABASE ${name} TEMPLATE template0`));
  const url = addressOf(name);
  const pool = createPool(url, { connections: 25, applicationName: 'test' });
  return { url, pool, async drop() { await pool.end(); await asAdmin((admin) => admin.query(`DROP DATABASE ${name} WITH (FORCE)`)); } };
}

/** The template is named after the migrations and the day, so that neither an old schema nor yesterday's partitions are reused. */
async function ensureTemplate(admin: pg.Client): Promise<string> {
  const all = createHash('sha256');
  for (const { sha256 } of await readMigrations()) all.update(sha256);
  const name = `template_${all.digest('hex').slice(0, 16)}_${new Date().toISOString().slice(0, 10).replaceAll('-', '')}`;
  await admin.query('SELECT pg_advisory_lock($1)', [MAKING_TEMPLATE]);
  const { rowCount } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
  if (!rowCount) {
    await admin.query(`CREATE DATABASE ${name}_new TEMPLATE template0`);
    const pool = createPool(addressOf(`${name}_new`), { connections: 2, applicationName: 'template' });
    await migrate(pool);
    await pool.end();
    await admin.query(`ALTER DATABASE ${name}_new RENAME TO ${name}`);
  }
  return name;
}

async function asAdmin<T>(work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: inject('postgresUrl') });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

function addressOf(database: string): string {
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${database}`;
  return url.toString();
}
