/** The embedded PostgreSQL of a home: started, kept running, stopped. Real durability, one machine, nobody else may connect. */
import { existsSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { tryLock } from '../../scripts/provision/lock.mjs';
import { identify } from '../../scripts/provision/process-identity.mjs';
import type { ProcessIdentity } from '../../scripts/provision/process-identity.mjs';
import { startKept, stopLeftover, stopProcess } from './kept-process.ts';
import type { KeeperOrder, KeptProcess, Log } from './kept-process.ts';
import { freePort } from './port.ts';
import { DATABASE_NAME, DATABASE_USER, POSTGRES_ENVIRONMENT, ensureCluster } from './postgres-cluster.ts';
import { OUTSIDE_NOTE, databaseDirOf, preparePlace } from './postgres-place.ts';
import type { PostgresPlace } from './postgres-place.ts';
import { settingArguments } from './postgres-settings.ts';
import { logSince, rotateLog } from './server-log.ts';
import { supervise } from './supervised-server.ts';
import type { SupervisedServer } from './supervised-server.ts';

export interface EmbeddedPostgres extends SupervisedServer {
  /** Connection string of the database, with its password: never log it. */
  readonly url: string;
  readonly port: number;
  /** Stops the server and deletes the database with everything in it. */
  remove(): Promise<void>;
}

// SIGINT is PostgreSQL's fast shutdown (clients are cut off, a checkpoint is written), SIGQUIT the immediate one (recovery at the next start).
const STOP_SIGNALS: NodeJS.Signals[] = ['SIGINT', 'SIGQUIT', 'SIGKILL'];
// A checkpoint on a slow disk with a full buffer takes some seconds; twice that and something hangs.
const STOP_GRACE_MS = 20_000;
// After a crash the log since the last checkpoint is replayed, up to max_wal_size: minutes on a slow disk.
const READY_LIMIT_MS = 10 * 60_000;
// There is no event for readiness, only a line in a file.
const LOOK_EVERY_MS = 20;
// Between our look at a port and the server's binding it another process may take it; twice in a row is very rare.
const MAX_PORTS_TRIED = 5;

/**
 * Starts the database of a home, makes it at the first start. Clears away what a killed process left. One process at a time may hold a home; throws when another does.
 */
export async function startPostgres({ home, log }: { home: string; log: Log }): Promise<EmbeddedPostgres> {
  const place = await preparePlace(home, log);
  const lock = tryLock(join(place.dir, 'in-use'));
  if ('heldBy' in lock) throw new Error(`the database of ${home} is in use by process ${lock.heldBy.pid}; one Watchpost at a time may run a home`);
  try {
    const password = await ensureCluster(place);
    const { port, first } = await startOnFreePort(place, log);
    const server = supervise('postgres', log, first, () => startOnce(place, port, log));
    const stop = async (): Promise<void> => {
      await server.stop();
      lock.release();
    };
    return {
      url: `postgres://${DATABASE_USER}:${password}@127.0.0.1:${port}/${DATABASE_NAME}`,
      port,
      get pid() {
        return server.pid;
      },
      kill9: server.kill9,
      stop,
      async remove() {
        await stop();
        removePostgresData(home);
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Deletes the database of a home with everything in it. Nothing may be running on it. */
export function removePostgresData(home: string): void {
  if (!existsSync(home)) return;
  const dir = databaseDirOf(home);
  const lock = existsSync(dir) ? tryLock(join(dir, 'in-use')) : undefined;
  if (lock && 'heldBy' in lock) throw new Error(`the database of ${home} is in use by process ${lock.heldBy.pid}`);
  rmSync(dir, { recursive: true, force: true });
  rmSync(join(home, OUTSIDE_NOTE), { force: true });
}

/** Keeps the port of the last time while it is free, so that connection strings that people noted stay true. */
async function startOnFreePort(place: PostgresPlace, log: Log): Promise<{ port: number; first: KeptProcess }> {
  const note = join(place.dir, 'port');
  let preferred = existsSync(note) ? Number(readFileSync(note, 'utf8')) : undefined;
  for (let tries = 1; ; tries += 1) {
    const port = await freePort(preferred);
    try {
      const first = await startOnce(place, port, log);
      writeFileSync(note, String(port));
      return { port, first };
    } catch (error) {
      if (tries === MAX_PORTS_TRIED || !(error instanceof Error && error.message.includes('Address already in use'))) throw error;
      preferred = undefined;
    }
  }
}

async function startOnce(place: PostgresPlace, port: number, log: Log): Promise<KeptProcess> {
  const order: KeeperOrder = {
    command: join(place.binDir, 'postgres'),
    args: ['-D', place.dataDir, ...settingArguments(port)],
    cwd: place.dir,
    env: POSTGRES_ENVIRONMENT,
    uid: place.account?.uid,
    gid: place.account?.gid,
    stopSignals: STOP_SIGNALS,
    graceMs: STOP_GRACE_MS,
    logPath: join(place.dir, 'server.log'),
    pidPath: join(place.dir, 'server.pid'),
  };
  await stopLeftover(order);
  await clearDataFolder(place, log);
  const logOffset = rotateLog(order.logPath);
  const server = await startKept(order);
  let ended = false;
  void server.exited.then(() => (ended = true));
  const deadlineMs = Date.now() + READY_LIMIT_MS;
  while (!isReady(place, server.pid)) {
    if (ended) throw new Error(`PostgreSQL did not start: ${logSince(order.logPath, logOffset) || `it said nothing, see ${order.logPath}`}`);
    if (Date.now() > deadlineMs) {
      await server.stop();
      throw new Error(`PostgreSQL was not ready after ${READY_LIMIT_MS / 60_000} minutes: ${logSince(order.logPath, logOffset)}`);
    }
    await sleep(LOOK_EVERY_MS);
  }
  return server;
}

/** Line 1 of postmaster.pid is the pid, line 8 the state (PostgreSQL, utils/pidfile.h); pg_ctl waits for the same word. */
function isReady({ dataDir }: PostgresPlace, pid: number): boolean {
  const lines = readPostmasterFile(dataDir);
  return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
}

function readPostmasterFile(dataDir: string): string[] {
  try {
    return readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return [];
  }
}

/**
 * Makes sure that nothing works on the data any more. postmaster.pid may name a server that outlived its keeper; or a number that since belongs to some other
 * process, and then PostgreSQL would refuse to start for ever, so the file goes. Sessions may outlive a server that was killed while they were busy.
 */
async function clearDataFolder({ dataDir }: PostgresPlace, log: Log): Promise<void> {
  const pid = Number(readPostmasterFile(dataDir)[0] ?? 0);
  const left = pid > 0 ? identify(pid) : undefined;
  if (left && worksIn(pid, dataDir)) {
    log.warn({ pid }, 'a PostgreSQL was left running on this home; stopping it');
    await stopProcess(left, { stopSignals: STOP_SIGNALS, graceMs: STOP_GRACE_MS });
  } else if (left) {
    rmSync(join(dataDir, 'postmaster.pid'), { force: true });
  }
  for (const session of sessionsIn(dataDir)) await stopProcess(session, { stopSignals: ['SIGQUIT', 'SIGKILL'], graceMs: STOP_GRACE_MS });
}

/** A server and its sessions make the data folder their working folder. */
function worksIn(pid: number, dataDir: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === dataDir;
  } catch {
    // Where there is no /proc the file is all we know, and PostgreSQL would believe it too.
    return process.platform !== 'linux';
  }
}

/** Elsewhere than on Linux PostgreSQL's own check of its shared memory has to do: it refuses to start beside such a session. */
function sessionsIn(dataDir: string): ProcessIdentity[] {
  if (process.platform !== 'linux') return [];
  const pids = readdirSync('/proc').map(Number).filter((pid) => pid > 0 && worksIn(pid, dataDir));
  return pids.map(identify).filter((session) => session !== undefined);
}
