import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { loadSettings } from '../../config/load.ts';
import { openDependencies } from '../../workers/dependencies.ts';
import { startDispatch } from '../../workers/dispatch.ts';
import { createLog } from '../../workers/log.ts';
import { freshDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { freshNamespace, temporalForTest } from '../support/temporal.ts';

const address = await temporalForTest();

let db: TestDatabase;
let home: string;
beforeAll(async () => {
  db = await freshDatabase();
  home = await mkdtemp(join(tmpdir(), 'dispatch-'));
});
afterAll(async () => {
  await db.drop();
  await rm(home, { recursive: true, force: true });
});

it.skipIf(!address)('the dispatcher\'s process forgets idempotency keys that are of age, and no others', async () => {
  await db.pool.query(`
    INSERT INTO idempotency_keys (api_key_id, idempotency_key, frame_id, device_id, captured_at, duplicate, kept_at)
    SELECT gen_random_uuid(), name, gen_random_uuid(), 'gate', now(), false, kept_at
    FROM (VALUES ('of age', now() - interval '3 hours'), ('of today', now() - interval '1 hour')) AS key (name, kept_at)`);
  const { namespace, close } = await freshNamespace(address!);
  const settings = loadSettings({
    DATABASE_URL: db.url, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, WATCHPOST_HOME: home, WATCHPOST_IDEMPOTENCY_KEY_HOURS: '2',
  });
  const deps = openDependencies(settings, createLog('test', 'silent'), { process: 'dispatch', connections: 4 });
  const dispatch = await startDispatch(deps);
  try {
    await vi.waitFor(async () => {
      expect((await db.pool.query('SELECT idempotency_key AS name FROM idempotency_keys')).rows).toEqual([{ name: 'of today' }]);
    }, { timeout: 30_000, interval: 20 });
  } finally {
    await dispatch.stop();
    await deps.close();
    await close();
  }
});
