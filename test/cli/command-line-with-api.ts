/** The command line beside a running API on a database of its own, with the address and admin key where `start` leaves them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { registerKey } from '../../adapters/postgres/api-keys.ts';
import { startApiProcess } from '../../cli/api-process.ts';
import { createClient } from '../../client/client.ts';
import type { Client } from '../../client/client.ts';
import { loadSettings } from '../../config/load.ts';
import { createLog } from '../../workers/log.ts';
import { freshDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { commandLine } from './command-line.ts';
import type { CommandLine } from './command-line.ts';

const KEY = 'wp_admin_test';

export interface CommandLineWithApi {
  readonly cli: CommandLine;
  readonly db: TestDatabase;
  readonly client: Client;
  close(): Promise<void>;
}

/** `env`: of the API beside what it needs. */
export async function commandLineWithApi(env: NodeJS.ProcessEnv = {}): Promise<CommandLineWithApi> {
  const db = await freshDatabase();
  const cli = await commandLine();
  await registerKey(db.pool, KEY, { role: 'admin', userId: null });
  const settings = loadSettings({ DATABASE_URL: db.url, WATCHPOST_HOME: cli.home, WATCHPOST_PORT: '0', ...env });
  const api = await startApiProcess(settings, createLog('api', 'silent'), { stepOver: false });
  await writeFile(join(cli.home, 'address'), `${api.url}\n`);
  await writeFile(join(cli.home, 'admin.key'), `${KEY}\n`);
  const client = createClient({ baseUrl: api.url, key: KEY });
  return {
    cli, db, client,
    async close() {
      await client.close();
      await api.close();
      await cli.remove();
      await db.drop();
    },
  };
}
