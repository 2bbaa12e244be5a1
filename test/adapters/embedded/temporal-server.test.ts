import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { silentLog } from '../../../adapters/embedded/kept-process.ts';
import { startTemporalServer } from '../../../adapters/embedded/temporal-server.ts';
import type { EmbeddedTemporal } from '../../../adapters/embedded/temporal-server.ts';
import { resolveNeed } from '../../../scripts/provision/assets.mjs';
import { identify, isAlive } from '../../../scripts/provision/process-identity.mjs';

const executable = resolveNeed('temporal')?.path;
if (!executable) console.warn('SKIPPED: tests of the embedded Temporal server, because there is no `temporal` executable; `npm run setup` fetches one');

let dir: string;
let servers: EmbeddedTemporal[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'watchpost-temporal-'));
  servers = [];
});
afterEach(async () => {
  for (const server of servers) await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function start(name = 'state.db', ui = false): Promise<EmbeddedTemporal> {
  const server = await startTemporalServer({ executable: String(executable), dbFile: join(dir, name), log: silentLog, ui });
  servers.push(server);
  return server;
}

async function withClient<T>(address: string, work: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await work(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

const startWorkflow = (address: string, workflowId: string) =>
  withClient(address, (client) => client.workflow.start('nobodyWorksOnThis', { workflowId, taskQueue: 'empty', args: ['kept'] }));
const stateOf = (address: string, workflowId: string) =>
  withClient(address, async (client) => (await client.workflow.getHandle(workflowId).describe()).status.name);

describe.skipIf(!executable)('the embedded Temporal server', () => {
  test('keeps workflows and its address over a restart, and stopping leaves no process behind', async () => {
    const first = await start();
    await startWorkflow(first.address, 'over-a-restart');
    const identity = identify(first.pid);
    await first.stop();
    expect(identity && isAlive(identity)).toBe(false);
    const second = await start();
    expect(second.address).toBe(first.address);
    expect(await stateOf(second.address, 'over-a-restart')).toBe('RUNNING');
  });

  test('comes back by itself at the same address, with its workflows, after a kill -9', async () => {
    const { address, kill9 } = await start();
    await startWorkflow(address, 'over-a-kill');
    kill9();
    await vi.waitFor(async () => expect(await stateOf(address, 'over-a-kill')).toBe('RUNNING'), { timeout: 50_000, interval: 200 });
  });

  test('lets a worker that stops take what is on its way to it, which the SDK asks the namespace for', async () => {
    const { address } = await start();
    const { namespaceInfo } = await withClient(address, ({ workflowService }) => workflowService.describeNamespace({ namespace: 'default' }));
    expect(namespaceInfo?.capabilities).toMatchObject({ workerPollCompleteOnShutdown: true });
  });

  test('steps over a port that somebody else has taken since', async () => {
    const stranger = createServer();
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const { port } = stranger.address() as AddressInfo;
    writeFileSync(join(dir, 'state.db.ports.json'), JSON.stringify({ frontend: port }));
    const { address } = await start();
    expect(address).not.toBe(`127.0.0.1:${port}`);
    await startWorkflow(address, 'elsewhere');
    stranger.close();
  });

  test('serves its web page when asked to', async () => {
    const { uiUrl } = await start('state.db', true);
    expect((await fetch(String(uiUrl))).status).toBe(200);
  });

  test('refuses to run twice on one file', async () => {
    await start();
    await expect(start()).rejects.toThrow(`in use by process ${process.pid}`);
  });

  test('says why it did not start', async () => {
    writeFileSync(join(dir, 'state.db'), 'this is no database'.repeat(100));
    await expect(start()).rejects.toThrow(/Temporal did not start: .*not a database/s);
  });
});
