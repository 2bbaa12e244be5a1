import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startKept, stopLeftover } from '../../../adapters/embedded/kept-process.ts';
import type { KeeperOrder } from '../../../adapters/embedded/kept-process.ts';
import { identify, isAlive } from '../../../scripts/provision/process-identity.mjs';
import type { ProcessIdentity } from '../../../scripts/provision/process-identity.mjs';
import { firstLine, startScript } from '../../scripts/processes.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'watchpost-kept-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A server in a few words: it tells its log what it hears, and ends on SIGINT unless it is `deaf`. */
const serverSource = (deaf: boolean) => `
  process.on('SIGINT', () => { console.log('heard SIGINT'); ${deaf ? '' : 'process.exit(0);'} });
  setInterval(() => {}, 1000);
  console.log('up');`;

const order = (deaf = false, changes: Partial<KeeperOrder> = {}): KeeperOrder => ({
  command: process.execPath,
  args: ['--eval', serverSource(deaf)],
  cwd: dir,
  env: {},
  stopSignals: ['SIGINT', 'SIGKILL'],
  graceMs: deaf ? 200 : 20_000,
  logPath: join(dir, 'log'),
  pidPath: join(dir, 'pid'),
  ...changes,
});

const logged = () => readFileSync(join(dir, 'log'), 'utf8');
const untilLogged = (text: string) => vi.waitFor(() => expect(logged()).toContain(text), { timeout: 30_000 });
const untilGone = (identity: ProcessIdentity) => vi.waitFor(() => expect(isAlive(identity)).toBe(false), { timeout: 30_000 });

function identityOf(pid: number): ProcessIdentity {
  const identity = identify(pid);
  if (!identity) throw new Error(`process ${pid} is not running`);
  return identity;
}

/** Starts the server from a process of its own, which then waits to be killed. */
async function startFromAnotherProcess(): Promise<{ parent: ReturnType<typeof startScript>; server: ProcessIdentity; keeper: ProcessIdentity }> {
  const parent = startScript(
    `import { startKept } from ${JSON.stringify(new URL('../../../adapters/embedded/kept-process.ts', import.meta.url).href)};
     import { readFileSync } from 'node:fs';
     const { pid } = await startKept(${JSON.stringify(order())});
     console.log(JSON.stringify({ server: pid, keeper: Number(readFileSync('/proc/' + pid + '/stat', 'utf8').split(') ')[1].split(' ')[1]) }));`,
    { tsx: true },
  );
  const { server, keeper } = JSON.parse(await firstLine(parent)) as { server: number; keeper: number };
  await untilLogged('up');
  return { parent, server: identityOf(server), keeper: identityOf(keeper) };
}

test('a server that is told to stop hears the signal, and is gone when stop resolves', async () => {
  const server = await startKept(order());
  const identity = identityOf(server.pid);
  await untilLogged('up');
  await server.stop();
  expect(isAlive(identity)).toBe(false);
  expect(logged()).toContain('heard SIGINT');
  expect(await server.exited).toEqual({ code: 0, signal: null });
  await server.stop();
});

test('a server that does not listen is killed when its grace is over', async () => {
  const server = await startKept(order(true));
  await untilLogged('up');
  await server.stop();
  expect(await server.exited).toEqual({ code: null, signal: 'SIGKILL' });
  expect(logged()).toContain('heard SIGINT');
});

test('a program that is not there is a clear error', async () => {
  await expect(startKept(order(false, { command: join(dir, 'nothing') }))).rejects.toThrow(/cannot run .*nothing.*ENOENT/);
});

test('a server whose parent is killed with -9 is stopped in order', async () => {
  const { parent, server, keeper } = await startFromAnotherProcess();
  parent.kill('SIGKILL');
  await untilGone(server);
  await untilGone(keeper);
  expect(logged()).toContain('heard SIGINT');
});

test('a server whose parent and keeper are killed with -9 is stopped by the next who wants to start it', async () => {
  const { parent, server, keeper } = await startFromAnotherProcess();
  // Held still first, or it would stop the server when its parent dies.
  process.kill(keeper.pid, 'SIGSTOP');
  parent.kill('SIGKILL');
  process.kill(keeper.pid, 'SIGKILL');
  await untilGone(keeper);
  expect(isAlive(server)).toBe(true);
  await stopLeftover(order());
  expect(isAlive(server)).toBe(false);
});

test('a Ctrl-C in the terminal does not reach the server, which is for us to stop', async () => {
  const server = await startKept(order());
  const sessionOf = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[3];
  expect(sessionOf(server.pid)).not.toBe(sessionOf(process.pid));
  await server.stop();
});
