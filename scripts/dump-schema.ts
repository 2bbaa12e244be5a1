/**
 * `npm run schema:dump`: writes migrations/schema.sql from a fresh install of all migrations, so that a change of the
 * schema is seen as a whole in review. Works on a database of its own, on the server of DATABASE_URL or an embedded one.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../adapters/embedded/kept-process.ts';
import { startPostgres } from '../adapters/embedded/postgres.ts';
import { migrate } from '../adapters/postgres/migrate.ts';
import { createPool } from '../adapters/postgres/pool.ts';
import { dumpSchema } from '../adapters/postgres/schema-dump.ts';

const target = new URL('../migrations/schema.sql', import.meta.url);

/** Runs `work` on an empty database that is gone afterwards. */
async function onEmptyDatabase(serverUrl: string, work: (url: string) => Promise<void>): Promise<void> {
  const name = `schema_dump_${randomBytes(6).toString('hex')}`;
  const server = createPool(serverUrl, { connections: 1, applicationName: 'schema dump' });
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  try {
    await server.query(`CREATE DATABASE ${name} TEMPLATE template0`);
    await work(url.toString());
  } finally {
    await server.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await server.end();
  }
}

async function onEmbeddedServer(work: (url: string) => Promise<void>): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'watchpost-schema-'));
  const server = await startPostgres({ home, log: silentLog });
  try {
    await work(server.url);
  } finally {
    await server.remove();
    await rm(home, { recursive: true, force: true });
  }
}

async function writeDump(databaseUrl: string): Promise<void> {
  const pool = createPool(databaseUrl, { connections: 2, applicationName: 'schema dump' });
  try {
    await migrate(pool);
    await writeFile(target, await dumpSchema(pool));
  } finally {
    await pool.end();
  }
}

const given = process.env['DATABASE_URL'];
await (given ? onEmptyDatabase(given, writeDump) : onEmbeddedServer(writeDump));
console.log('wrote migrations/schema.sql');
