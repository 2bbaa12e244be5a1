/**
 * Starts servers that cannot outlive this process. Each runs under a keeper (keeper.mjs) in a session of its own: a Ctrl-C in the terminal
 * reaches only us, and we stop things in their order; when we die without a word, the keeper stops its server.
 */
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isAlive } from '../../scripts/provision/process-identity.mjs';
import type { ProcessIdentity } from '../../scripts/provision/process-identity.mjs';
import type { KeeperOrder } from './keeper.mjs';

export type { KeeperOrder };

/** What the embedded servers log; a pino logger is one. Never a password, never a connection string. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export const silentLog: Log = { info() {}, warn() {}, error() {} };

export interface ServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface KeptProcess {
  /** Of the server, not of its keeper. */
  readonly pid: number;
  /** Settles when the server is gone, or when its keeper is; never rejects. */
  readonly exited: Promise<ServerExit>;
  /** Sends the order's stop signals, and resolves when the server is gone. May be called again. */
  stop(): Promise<void>;
}

type KeeperEvent =
  | { event: 'started'; pid: number }
  | ({ event: 'exited' } & ServerExit)
  | { event: 'failed'; message: string };

const keeperPath = fileURLToPath(new URL('keeper.mjs', import.meta.url));
// Waiting for a process to go has no event to wait for; it takes some milliseconds, and a look costs one read.
const LOOK_EVERY_MS = 20;

/** Resolves once the server runs, which is long before it is ready. Rejects when its program cannot be run. */
export function startKept(order: KeeperOrder): Promise<KeptProcess> {
  const keeper = spawn(process.execPath, [keeperPath, JSON.stringify(order)], {
    // The keeper keeps no folder of the checkout busy, and needs nothing of our environment.
    cwd: '/',
    env: {},
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    let settleExit: (exit: ServerExit) => void = () => {};
    const exited = new Promise<ServerExit>((settle) => (settleExit = settle));
    keeper.on('error', reject);
    keeper.stdin.on('error', () => {}); // the keeper is gone already; 'exit' tells
    createInterface({ input: keeper.stdout }).on('line', (line) => {
      const event = JSON.parse(line) as KeeperEvent;
      if (event.event === 'failed') reject(new Error(`cannot run ${order.command}: ${event.message}`));
      if (event.event === 'exited') settleExit({ code: event.code, signal: event.signal });
      if (event.event === 'started') {
        const stop = async (): Promise<void> => {
          keeper.stdin.end();
          await exited;
          // Only after a kill -9 of the keeper is there anything left to stop.
          await stopLeftover(order);
        };
        resolve({ pid: event.pid, exited, stop });
      }
    });
    keeper.on('close', (code, signal) => {
      settleExit({ code, signal });
      reject(new Error(`the keeper of ${order.command} ended before it had started it (${signal ?? code})`));
    });
  });
}

/** Sends the signals one after the other, each with its grace, until the process is gone. */
export async function stopProcess(target: ProcessIdentity, { stopSignals, graceMs }: Pick<KeeperOrder, 'stopSignals' | 'graceMs'>): Promise<void> {
  for (const signal of stopSignals) {
    const graceEndsAtMs = Date.now() + graceMs;
    try {
      if (isAlive(target)) process.kill(target.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    while (Date.now() < graceEndsAtMs) {
      if (!isAlive(target)) return;
      await sleep(LOOK_EVERY_MS);
    }
  }
  throw new Error(`process ${target.pid} does not end, not even by ${stopSignals.at(-1)}`);
}

/** Stops the server that an earlier process of ours left running, if there is one, and resolves when it is gone. */
export async function stopLeftover(order: Pick<KeeperOrder, 'pidPath' | 'stopSignals' | 'graceMs'>): Promise<void> {
  const left = readIdentity(order.pidPath);
  if (left) await stopProcess(left, order);
  rmSync(order.pidPath, { force: true });
}

function readIdentity(pidPath: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(pidPath, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined; // none, or cut short by a power cut: then nothing runs either
  }
}
