import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { identify, isAlive } from '../../scripts/provision/process-identity.mjs';
import type { ProcessIdentity } from '../../scripts/provision/process-identity.mjs';
import { firstLine, startScript } from '../scripts/processes.ts';

const LIFECYCLE = JSON.stringify(new URL('../../workers/lifecycle.ts', import.meta.url).href);

/** Serves until it is asked to end, and then takes its time: it ends when its standard input does. */
const SERVER = `
  import { sayReady, stopRequested } from ${LIFECYCLE};
  const asked = stopRequested();
  sayReady({ url: 'http://here' });
  console.log('serving ' + process.pid);
  process.stdin.resume();
  asked.then((reason) => console.log('asked: ' + reason));`;

let left: ChildProcess[] = [];
let orphan: ProcessIdentity | undefined;
afterEach(() => {
  for (const process of left.splice(0)) process.kill('SIGKILL');
  if (orphan && isAlive(orphan)) process.kill(orphan.pid, 'SIGKILL');
});

interface Server { readonly process: ChildProcess; next(): Promise<string> }

function serve(source = SERVER, supervised = false): Server {
  const server = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', source], { stdio: ['pipe', 'pipe', 'inherit', ...(supervised ? ['ipc' as const] : [])] });
  left.push(server);
  const lines = createInterface({ input: server.stdout as Readable })[Symbol.asyncIterator]();
  return { process: server, next: async () => String((await lines.next()).value) };
}

async function serving(supervised = false): Promise<Server> {
  const server = serve(SERVER, supervised);
  expect(await server.next()).toBe(`serving ${server.process.pid}`);
  return server;
}

const endOf = async ({ process: server }: Server): Promise<unknown[]> => once(server, 'exit');

describe('a process of ours', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('is asked to end by %s, and ends in its own time', async (signal) => {
    const server = await serving();
    server.process.kill(signal);
    expect(await server.next()).toBe(`asked: ${signal}`);
    const end = endOf(server);
    server.process.stdin?.end();
    expect(await end).toEqual([0, null]);
  });

  it('leaves at once when Ctrl-C is pressed again', async () => {
    const server = await serving();
    const end = endOf(server);
    const pressing = setInterval(() => server.process.kill('SIGINT'), 50);
    expect(await end).toEqual([130, null]);
    clearInterval(pressing);
  });

  it('takes a Ctrl-C that both the terminal and npm pass on for one', async () => {
    const server = serve(`
      import { stopRequested } from ${LIFECYCLE};
      const asked = stopRequested();
      process.emit('SIGINT');
      process.emit('SIGINT');
      console.log(await asked);
      process.exit(0);`);
    expect([await server.next(), await endOf(server)]).toEqual(['SIGINT', [0, null]]);
  });

  it('does not leave in a hurry because it is asked twice in an orderly way', async () => {
    const server = await serving();
    server.process.kill('SIGTERM');
    expect(await server.next()).toBe('asked: SIGTERM');
    server.process.kill('SIGTERM');
    const end = endOf(server);
    server.process.stdin?.end();
    expect(await end).toEqual([0, null]);
  });

  it('tells its supervisor when it serves, and where', async () => {
    const server = serve(SERVER, true);
    expect((await once(server.process, 'message'))[0]).toEqual({ ready: true, url: 'http://here' });
  });

  it('is asked to end when its supervisor lets go of it', async () => {
    const server = await serving(true);
    server.process.disconnect();
    expect(await server.next()).toBe('asked: supervisor gone');
  });

  it('is not kept alive by its supervisor once it has done what it was asked to do', async () => {
    const server = serve(`
      import { sayReady, stopRequested } from ${LIFECYCLE};
      void stopRequested();
      sayReady();
      console.log('done');`, true);
    expect(await endOf(server)).toEqual([0, null]);
  });

  it('ends when its supervisor is killed', async () => {
    const supervisor = startScript(`
      import { startChild } from ${JSON.stringify(new URL('../../workers/child-processes.ts', import.meta.url).href)};
      import { createLog } from ${JSON.stringify(new URL('../../workers/log.ts', import.meta.url).href)};
      const child = startChild({ name: 'child', args: [], executable: ${JSON.stringify(new URL('orphan-to-be.mjs', import.meta.url).pathname)} }, {
        env: process.env, logPath: '/dev/null', log: createLog('test', 'silent'),
      });
      await child.ready;
      console.log(child.pid);`, { tsx: true });
    left.push(supervisor);
    orphan = identify(Number(await firstLine(supervisor)));
    expect(orphan && isAlive(orphan)).toBe(true);
    supervisor.kill('SIGKILL');
    await vi.waitFor(() => expect(orphan && isAlive(orphan)).toBe(false), { timeout: 30_000, interval: 20 });
  });
});
