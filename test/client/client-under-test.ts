/** A client that reaches a real API over a line on which things go wrong as told. */
import { startApi } from '../../api/main.ts';
import type { ApiSettings } from '../../api/deps.ts';
import { createClient } from '../../client/client.ts';
import type { Client } from '../../client/client.ts';
import { startApiUnderTest } from '../api/api-under-test.ts';
import type { ApiUnderTest } from '../api/api-under-test.ts';
import { startFaultyLine } from './faulty-line.ts';
import type { FaultyLine } from './faulty-line.ts';

export interface ClientUnderTest {
  readonly api: ApiUnderTest;
  readonly line: FaultyLine;
  readonly client: Client;
  /** Of the client; hands over frames of all users. */
  readonly key: string;
  framesNow(): Promise<number>;
  close(): Promise<void>;
}

export async function startClientUnderTest(settings: Partial<ApiSettings>): Promise<ClientUnderTest> {
  const api = await startApiUnderTest({ settings });
  await api.accounts();
  const key = await api.key('ingest');
  const server = await startApi({ host: '127.0.0.1', port: 0, stepOver: false }, api.deps);
  const line = await startFaultyLine(server.url);
  const client = createClient({ baseUrl: line.url, key });
  return {
    api, line, client, key,
    framesNow: async () => Number((await api.db.pool.query('SELECT count(*) FROM frames')).rows[0].count),
    async close() {
      await client.close();
      await line.close();
      await server.close();
      await api.close();
    },
  };
}
