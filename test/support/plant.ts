/** A whole plant for a test: embedded servers, processes and inbox in a home of its own, and an account to send frames for. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inboxFolder } from '../../adapters/embedded/inbox.ts';
import { openInboxStore } from '../../adapters/embedded/inbox-store.ts';
import type { InboxStore } from '../../adapters/embedded/inbox-store.ts';
import { removePostgresData } from '../../adapters/embedded/postgres.ts';
import type { FrameStatus } from '../../api/shapes/frames.ts';
import { createPool } from '../../adapters/postgres/pool.ts';
import type { Pool } from '../../adapters/postgres/pool.ts';
import { loadSettings } from '../../config/load.ts';
import type { ChildPlan } from '../../workers/child-processes.ts';
import { createLog } from '../../workers/log.ts';
import { startPlant } from '../../workers/plant.ts';
import type { Plant } from '../../workers/plant.ts';

export interface TestPlant {
  readonly plant: Plant;
  /** Straight into the ledger, for what the API does not tell. */
  readonly pool: Pool;
  readonly home: string;
  /** One API call as the admin; throws on any answer but 2xx. */
  call<T = unknown>(method: 'GET' | 'PUT' | 'POST', path: string, body?: object | string): Promise<T>;
  inbox(): Promise<InboxStore>;
  /** Stops the processes and keeps the home. */
  stop(): Promise<void>;
}

export interface TestPlantOptions {
  readonly home?: string;
  readonly workers?: readonly ChildPlan[];
  readonly env?: NodeJS.ProcessEnv;
}

export async function startTestPlant({ home = '', workers, env = {} }: TestPlantOptions = {}): Promise<TestPlant> {
  const place = home === '' ? await mkdtemp(join(tmpdir(), 'watchpost-plant-')) : home;
  // The run's own environment may name servers for other tests; a plant brings its own.
  const { DATABASE_URL: _database, TEMPORAL_ADDRESS: _temporal, SMTP_URL: _smtp, ...inherited } = process.env;
  // Without the canary: tests, benches and chaos count frames.
  const all = { ...inherited, WATCHPOST_HOME: place, WATCHPOST_PORT: '0', WATCHPOST_CANARY_SECONDS: '0', ...env };
  const plant = await startPlant({
    settings: loadSettings(all), env: all, log: createLog('plant', 'silent'), logFiles: true, ...(workers ? { workers } : {}),
  });
  const pool = createPool(plant.databaseUrl, { connections: 3, applicationName: 'test' });
  return {
    plant, pool, home: place,
    async call<T>(method: string, path: string, body?: object | string): Promise<T> {
      const answer = await fetch(plant.baseUrl + path, {
        method, ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        headers: { authorization: `Bearer ${plant.adminKey}`, ...(body === undefined ? {} : { 'content-type': typeof body === 'string' ? 'text/plain' : 'application/json' }) },
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return JSON.parse(text) as T;
    },
    inbox: () => openInboxStore(inboxFolder(place)),
    async stop() {
      await pool.end();
      await plant.stop();
    },
  };
}

export async function removeHome(home: string): Promise<void> {
  removePostgresData(home);
  await rm(home, { recursive: true, force: true });
}

/** Through the API, as an admin would: a user with a mail contact, devices, and rules that are the user's. */
export async function putAccount(plant: TestPlant, userId: string, devices: readonly string[], rules: Readonly<Record<string, string>>): Promise<void> {
  await plant.call('PUT', `/v1/users/${userId}`, { name: userId });
  for (const deviceId of devices) await plant.call('PUT', `/v1/devices/${deviceId}`, { userId, name: deviceId, timeZone: 'Europe/Berlin' });
  await plant.call('PUT', `/v1/contacts/${userId}-mail`, { userId, channel: 'email', address: `${userId}@example.org` });
  for (const [ruleId, text] of Object.entries(rules)) await plant.call('PUT', `/v1/rules/${ruleId}`, text);
  await plant.call('PUT', `/v1/users/${userId}/rules`, { rules: Object.keys(rules).map((ruleId) => ({ ruleId })) });
}

/** Looks until it holds. The test's own time limit ends it, and then says what it waited for. */
export async function until<T>(what: string, look: () => Promise<T | undefined | false>, limitMs = 180_000): Promise<T> {
  const giveUpAt = Date.now() + limitMs;
  for (;;) {
    const seen = await look().catch(() => undefined);
    if (seen !== undefined && seen !== false) return seen;
    if (Date.now() > giveUpAt) throw new Error(`waited in vain for ${what}`);
    await new Promise((done) => { setTimeout(done, 100); });
  }
}

/** The frame once it has its terminal state. */
export const frameSettled = (plant: TestPlant, frameId: string): Promise<FrameStatus> => until(`frame ${frameId} to settle`, async () => {
  const frame = await plant.call<FrameStatus>('GET', `/v1/frames/${frameId}`);
  return frame.settledAt !== null && frame;
});
