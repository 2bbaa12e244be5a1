import { existsSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { silentLog } from '../../../adapters/embedded/kept-process.ts';
import { removePostgresData, startPostgres } from '../../../adapters/embedded/postgres.ts';
import type { EmbeddedPostgres } from '../../../adapters/embedded/postgres.ts';
import { databaseDirOf } from '../../../adapters/embedded/postgres-place.ts';
import { identify, isAlive } from '../../../scripts/provision/process-identity.mjs';
import type { ProcessIdentity } from '../../../scripts/provision/process-identity.mjs';
import { firstLine, killScript, startScript } from '../../scripts/processes.ts';

let homes: string[];
let servers: EmbeddedPostgres[];

beforeEach(() => {
  homes = [];
  servers = [];
});
afterEach(async () => {
  for (const server of servers) await server.stop();
  for (const home of homes) {
    if (existsSync(home)) removePostgresData(home);
    rmSync(home, { recursive: true, force: true });
  }
});

function newHome(): string {
  // Of mode 0700, as root's home is: the account that runs the server for root cannot enter it.
  const home = mkdtempSync(join(tmpdir(), 'watchpost-pg-'));
  homes.push(home);
  return home;
}

async function start(home: string): Promise<EmbeddedPostgres> {
  const server = await startPostgres({ home, log: silentLog });
  servers.push(server);
  return server;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {}); // the server is killed under it
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    // Not awaited: after a connection was cut at a bad moment end() never settles.
    void client.end();
  }
}

const untilAnswers = (url: string, sql: string) => vi.waitFor(() => query(url, sql), { timeout: 50_000, interval: 100 });
const untilGone = (identity: ProcessIdentity) => vi.waitFor(() => expect(isAlive(identity)).toBe(false), { timeout: 50_000 });

function identityOf(pid: number): ProcessIdentity {
  const identity = identify(pid);
  if (!identity) throw new Error(`process ${pid} is not running`);
  return identity;
}

test('a new home gets a durable UTF-8 database with checksums, reached by password from this machine only', async () => {
  const { url, port } = await start(newHome());
  const [settings] = await query(url, `SELECT current_setting('fsync') fsync, current_setting('synchronous_commit') commit, current_setting('data_checksums') checksums,
    current_setting('server_encoding') encoding, current_setting('max_connections')::int connections`);
  expect(settings).toMatchObject({ fsync: 'on', commit: 'on', checksums: 'on', encoding: 'UTF8' });
  expect(settings?.['connections']).toBeGreaterThanOrEqual(100);

  const stranger = new URL(url);
  stranger.password = 'guess';
  await expect(query(stranger.href, 'SELECT 1')).rejects.toThrow('password authentication failed');

  const outside = Object.values(networkInterfaces()).flat().find((address) => address?.family === 'IPv4' && !address.internal);
  if (!outside) return;
  const refusal = await new Promise((resolve) => {
    const socket = createConnection({ host: outside.address, port });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code)).once('connect', () => (socket.destroy(), resolve('connected')));
  });
  expect(refusal).toBe('ECONNREFUSED');
});

test('the password is in a private file, and neither in the log nor on a command line', async () => {
  const home = newHome();
  const { url, pid } = await start(home);
  const dir = databaseDirOf(home);
  const { password } = new URL(url);
  expect(readFileSync(join(dir, 'password'), 'utf8')).toBe(password);
  await query(url, `SELECT 1`);
  await query(url, `SELECT nothing FROM nowhere`).catch(() => {});
  expect(readFileSync(join(dir, 'server.log'), 'utf8')).not.toContain(password);
  for (const name of readdirSync('/proc').filter((entry) => Number(entry) > 0)) {
    const commandLine = existsSync(`/proc/${name}/cmdline`) ? readFileSync(`/proc/${name}/cmdline`, 'utf8') : '';
    expect(commandLine).not.toContain(password);
  }
  expect(pid).toBeGreaterThan(0);
});

test('rows and address are the same after a restart, and stopping leaves no process behind', async () => {
  const home = newHome();
  const first = await start(home);
  await query(first.url, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)');
  const server = identityOf(first.pid);
  await first.stop();
  expect(isAlive(server)).toBe(false);
  const second = await start(home);
  expect(second.url).toBe(first.url);
  expect(await query(second.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
});

test('a server that is killed with -9 under load comes back by itself at the same address with every committed row', async () => {
  const { url, kill9 } = await start(newHome());
  await query(url, 'CREATE TABLE kept (n int)');
  await query(url, 'INSERT INTO kept VALUES (1)');
  // A session that computes does not notice that its server is gone, and would go on working on the files.
  const busy = query(url, 'DO $$ BEGIN LOOP END LOOP; END $$').catch(() => 'cut off');
  const sessions = () => query(url, `SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'DO %'`);
  await vi.waitFor(async () => expect(await sessions()).toHaveLength(1), { timeout: 50_000 });
  kill9();
  expect(await untilAnswers(url, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
  expect(await busy).toBe('cut off');
  expect(await sessions()).toHaveLength(0);
});

/** Starts the home's server from a process of its own, which then waits to be killed. */
async function startFromAnotherProcess(home: string) {
  const parent = startScript(
    `import { startPostgres } from ${JSON.stringify(new URL('../../../adapters/embedded/postgres.ts', import.meta.url).href)};
     const log = { info() {}, warn() {}, error() {} };
     const { url, pid } = await startPostgres({ home: ${JSON.stringify(home)}, log });
     console.log(JSON.stringify({ url, pid }));`,
    { tsx: true },
  );
  return { parent, ...(JSON.parse(await firstLine(parent)) as { url: string; pid: number }) };
}

test('when our process is killed with -9 the server is shut down, and the next start finds every committed row', async () => {
  const home = newHome();
  const { parent, url, pid } = await startFromAnotherProcess(home);
  const server = identityOf(pid);
  await query(url, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (2)');
  await killScript(parent);
  await untilGone(server);
  const again = await start(home);
  expect(await query(again.url, 'SELECT n FROM kept')).toEqual([{ n: 2 }]);
});

test('a server that outlived process and keeper is stopped before another starts on its files', async () => {
  const home = newHome();
  const { parent, url, pid } = await startFromAnotherProcess(home);
  const server = identityOf(pid);
  await query(url, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (3)');
  const keeperPid = Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]);
  const keeper = identityOf(keeperPid);
  // Held still first, or it would stop the server when its parent dies; and its parent would replace it if it died first.
  process.kill(keeperPid, 'SIGSTOP');
  await killScript(parent);
  process.kill(keeperPid, 'SIGKILL');
  await untilGone(keeper);
  expect(isAlive(server)).toBe(true);
  // Without its note only the database's own file tells of it.
  rmSync(join(databaseDirOf(home), 'server.pid'));
  const again = await start(home);
  expect(isAlive(server)).toBe(false);
  expect(await query(again.url, 'SELECT n FROM kept')).toEqual([{ n: 3 }]);
});

test('two homes run at the same time without meeting, and one home is run by one process only', async () => {
  const home = newHome();
  const [one, other] = await Promise.all([start(home), start(newHome())]);
  expect(one.port).not.toBe(other.port);
  await query(one.url, 'CREATE TABLE mine (n int)');
  await expect(query(other.url, 'SELECT * FROM mine')).rejects.toThrow('does not exist');
  await expect(startPostgres({ home, log: silentLog })).rejects.toThrow(`in use by process ${process.pid}`);
  expect(await query(one.url, 'SELECT count(*)::int n FROM mine')).toEqual([{ n: 0 }]);
});

test('a first start that was killed half-way is begun again', async () => {
  const home = newHome();
  const { parent, pid } = await startFromAnotherProcess(home);
  await killScript(parent);
  await untilGone({ pid, startedAt: identify(pid)?.startedAt ?? '' });
  // As it looks when the power fails while initdb writes.
  const dir = databaseDirOf(home);
  renameSync(join(dir, 'data'), join(dir, 'making-half'));
  const { url } = await start(home);
  expect(await query(url, 'SELECT 1 AS works')).toEqual([{ works: 1 }]);
  expect(readdirSync(dir)).not.toContain('making-half');
});

test('removing a database leaves nothing of it, and is refused while it runs', async () => {
  const home = newHome();
  const server = await start(home);
  const dir = databaseDirOf(home);
  expect(() => removePostgresData(home)).toThrow('in use');
  await server.remove();
  expect(existsSync(dir)).toBe(false);
  expect(readdirSync(home)).toEqual([]);
});

test.runIf(process.getuid?.() === 0)('as root, a home that was moved does not silently start with an empty database', async () => {
  const home = newHome();
  await (await start(home)).stop();
  const moved = `${home}-moved`;
  renameSync(home, moved);
  homes.push(moved);
  try {
    await expect(startPostgres({ home: moved, log: silentLog })).rejects.toThrow(/mv \/.* \/.*/);
  } finally {
    renameSync(moved, home);
  }
});
