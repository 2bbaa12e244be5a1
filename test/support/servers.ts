/**
 * The servers that all test files share: one Postgres, of which each file takes databases of its own, and one Temporal,
 * started when the first file asks for it (temporal.ts), because most files need none.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { silentLog } from '../../adapters/embedded/kept-process.ts';
import { startPostgres } from '../../adapters/embedded/postgres.ts';
import { startTemporalServer } from '../../adapters/embedded/temporal-server.ts';
import { pullNeed } from '../../scripts/provision/pull.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** Superuser address of the server that this run may fill with databases. */
    postgresUrl: string;
    /** Port on 127.0.0.1 that says, to whoever connects, where Temporal is; one line of JSON, a `TemporalAnswer`. */
    temporalDeskPort: number;
  }
}

export type TemporalAnswer = { readonly address: string } | { readonly reason: string };

interface Server {
  stop(): Promise<void>;
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = await mkdtemp(join(tmpdir(), 'watchpost-test-'));
  const servers = [await providePostgres(project, home), await provideTemporal(project, home)];
  return async () => {
    for (const server of servers) await server.stop();
    await rm(home, { recursive: true, force: true });
  };
}

async function providePostgres(project: TestProject, home: string): Promise<Server> {
  const given = process.env['WATCHPOST_TEST_DATABASE_URL'];
  if (given) {
    project.provide('postgresUrl', given);
    return { stop: async () => {} };
  }
  const server = await startPostgres({ home, log: silentLog });
  project.provide('postgresUrl', server.url);
  return { stop: () => server.remove() };
}

/** Files run in processes of their own and come and go, so the server is this process's, and they ask here where it is. */
async function provideTemporal(project: TestProject, home: string): Promise<Server> {
  let starting: ReturnType<typeof startTemporal> | undefined;
  const desk = createServer((asker) => {
    asker.on('error', () => {}); // whoever asked is gone
    starting ??= startTemporal(home);
    void starting.then(({ answer }) => asker.end(`${JSON.stringify(answer)}\n`));
  });
  await new Promise<void>((done) => { desk.listen(0, '127.0.0.1', done); });
  project.provide('temporalDeskPort', (desk.address() as AddressInfo).port);
  return {
    async stop() {
      desk.close();
      await (await starting)?.server?.stop();
    },
  };
}

async function startTemporal(home: string): Promise<{ answer: TemporalAnswer; server?: Server }> {
  try {
    const { path: executable } = await pullNeed('temporal');
    const server = await startTemporalServer({ executable, dbFile: join(home, 'temporal', 'temporal.db'), log: silentLog });
    return { answer: { address: server.address }, server };
  } catch (error) {
    return { answer: { reason: error instanceof Error ? error.message : String(error) } };
  }
}
