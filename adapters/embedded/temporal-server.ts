/** The embedded Temporal server: the `temporal` executable's dev server with its state in a file, started, kept running, stopped. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { tryLock } from '../../scripts/provision/lock.mjs';
import { startKept, stopLeftover } from './kept-process.ts';
import type { KeeperOrder, KeptProcess, Log } from './kept-process.ts';
import { freePort } from './port.ts';
import { logSince, rotateLog } from './server-log.ts';
import { supervise } from './supervised-server.ts';
import type { SupervisedServer } from './supervised-server.ts';

export interface EmbeddedTemporal extends SupervisedServer {
  /** host:port for clients and workers; the namespace is `default`. */
  readonly address: string;
  /** Of the web page that shows workflows, when it was wanted. */
  readonly uiUrl: string | undefined;
}

export interface TemporalServerOptions {
  /** Path of the `temporal` executable. */
  readonly executable: string;
  /** SQLite file of the server's state; notes, lock and log lie beside it. */
  readonly dbFile: string;
  readonly log: Log;
  /** Whether to serve Temporal's own web page. */
  readonly ui?: boolean;
  /** Events after which a workflow is asked to continue as a new run; left out: the server's own number. For recording that path in a short history. */
  readonly longHistoryEvents?: number;
}

interface Ports {
  readonly frontend: number;
  readonly ui: number | undefined;
}

const STOP_SIGNALS: NodeJS.Signals[] = ['SIGINT', 'SIGKILL'];
// Measured: it ends within a second; the state is in a write-ahead log, so a kill loses nothing either.
const STOP_GRACE_MS = 10_000;
// Measured: ready after 1 s, and a loaded small machine is ten times slower; after a minute something else is wrong.
const READY_LIMIT_MS = 60_000;
const LOOK_EVERY_MS = 100;
// Between our look at a port and the server's binding it another process may take it; twice in a row is very rare.
const MAX_PORTS_TRIED = 5;

/** The dev server keeps the limits of a shared cluster, which on one machine of our own only shed our own polls: the first would bite at about 54 frames a second. */
const DYNAMIC_CONFIG: Readonly<Record<string, number | boolean>> = {
  'frontend.rps': 100_000, // every poll counts against it
  'frontend.namespaceRPS': 100_000, // the same, per namespace: 2400 by default
  'frontend.namespaceCount': 20_000, // long polls held open at once: one per poller of every worker
  'matching.rps': 100_000, // 1200 by default, and the first to bite
  'history.rps': 100_000, // 3000 by default
  'matching.persistenceMaxQPS': 100_000, // backlog writes: 3000 by default
  // The one shard looks for new tasks 20 times a second by default, and so every hop through a queue would wait for the next 50 ms.
  'history.transferProcessorMaxPollRPS': 1_000,
  'history.timerProcessorMaxPollRPS': 1_000,
  'history.shardIOConcurrency': 8, // one shard holds everything here; SQL stores may be asked for several things at once
  'matching.numTaskqueueReadPartitions': 1, // more partitions only help several matching hosts, and each one adds idle latency
  'matching.numTaskqueueWritePartitions': 1,
  // Off by default: a worker that stops then cuts its polls off, and a task that was just on its way to it waits for its time limit.
  'frontend.enableCancelWorkerPollsOnShutdown': true,
};

/** Starts the server on its file and keeps it running. Its address is that of the last time while the port is free. One process at a time may hold the file; throws when another does. */
export async function startTemporalServer({ executable, dbFile, log, ui = false, longHistoryEvents }: TemporalServerOptions): Promise<EmbeddedTemporal> {
  mkdirSync(dirname(dbFile), { recursive: true });
  const lock = tryLock(`${dbFile}.in-use`);
  if ('heldBy' in lock) throw new Error(`the Temporal state in ${dbFile} is in use by process ${lock.heldBy.pid}; one Watchpost at a time may run a home`);
  const start = (ports: Ports): Promise<KeptProcess> => startOnce(serverOrder(executable, dbFile, ports, longHistoryEvents), ports);
  try {
    const { ports, first } = await startOnFreePorts(`${dbFile}.ports.json`, ui, start);
    const server = supervise('temporal', log, first, () => start(ports));
    return {
      address: `127.0.0.1:${ports.frontend}`,
      uiUrl: ports.ui === undefined ? undefined : `http://127.0.0.1:${ports.ui}`,
      get pid() {
        return server.pid;
      },
      kill9: server.kill9,
      async stop() {
        await server.stop();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function startOnFreePorts(note: string, ui: boolean, start: (ports: Ports) => Promise<KeptProcess>): Promise<{ ports: Ports; first: KeptProcess }> {
  let preferred: Partial<Ports> = existsSync(note) ? (JSON.parse(readFileSync(note, 'utf8')) as Partial<Ports>) : {};
  for (let tries = 1; ; tries += 1) {
    const frontend = await freePort(preferred.frontend);
    const ports: Ports = { frontend, ui: ui ? await freePort(preferred.ui === frontend ? undefined : preferred.ui) : undefined };
    try {
      const first = await start(ports);
      writeFileSync(note, JSON.stringify({ ...preferred, ...ports }));
      return { ports, first };
    } catch (error) {
      if (tries === MAX_PORTS_TRIED || !(error instanceof Error && /address already in use/i.test(error.message))) throw error;
      preferred = {};
    }
  }
}

function serverOrder(executable: string, dbFile: string, ports: Ports, longHistoryEvents: number | undefined): KeeperOrder {
  const config = longHistoryEvents === undefined ? DYNAMIC_CONFIG : { ...DYNAMIC_CONFIG, 'limit.historyCount.suggestContinueAsNew': longHistoryEvents };
  return {
    command: executable,
    args: [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(ports.frontend), '--log-level', 'warn'],
      ...(ports.ui === undefined ? ['--headless'] : ['--ui-port', String(ports.ui)]),
      // With the write-ahead log a file is as fast as memory. NORMAL may lose the last moments in a power cut, never in a crash; the ledger brings such frames home.
      ...['--db-filename', dbFile, '--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'],
      ...Object.entries(config).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${value}`]),
    ],
    cwd: dirname(dbFile),
    // The executable would take addresses and profiles from a user's environment and settings file.
    env: { PATH: '/usr/bin:/bin', HOME: dirname(dbFile), TZ: 'UTC' },
    stopSignals: STOP_SIGNALS,
    graceMs: STOP_GRACE_MS,
    logPath: `${dbFile}.log`,
    pidPath: `${dbFile}.pid`,
  };
}

async function startOnce(order: KeeperOrder, ports: Ports): Promise<KeptProcess> {
  await stopLeftover(order);
  const logOffset = rotateLog(order.logPath);
  const server = await startKept(order);
  let ended = false;
  void server.exited.then(() => (ended = true));
  const deadlineMs = Date.now() + READY_LIMIT_MS;
  while (!(await isReady(ports))) {
    if (ended) throw new Error(`Temporal did not start: ${logSince(order.logPath, logOffset) || `it said nothing, see ${order.logPath}`}`);
    if (Date.now() > deadlineMs) {
      await server.stop();
      throw new Error(`Temporal was not ready after ${READY_LIMIT_MS / 1000} s: ${logSince(order.logPath, logOffset)}`);
    }
    await sleep(LOOK_EVERY_MS);
  }
  return server;
}

/** Ready when the namespace that everything runs in is known; the port opens before that. */
async function isReady(ports: Ports): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address: `127.0.0.1:${ports.frontend}`, connectTimeout: '1s' });
    try {
      await connection.workflowService.describeNamespace({ namespace: 'default' });
      return true;
    } finally {
      await connection.close();
    }
  } catch {
    return false;
  }
}
