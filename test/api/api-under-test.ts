/** The API on a real database and a real disk, with a key per role and a small account. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { pino } from 'pino';
import { createApp } from '../../api/app.ts';
import type { ApiDeps, ApiSettings } from '../../api/deps.ts';
import { openDiskFrameStore } from '../../adapters/frame-store/disk.ts';
import type { SpaceLimits } from '../../adapters/frame-store/space.ts';
import { createPictureAnnotator } from '../../adapters/images/picture-annotator.ts';
import { createLinks } from '../../adapters/links/signed-links.ts';
import { createAlertFactSource } from '../../adapters/postgres/alert-facts.ts';
import { createWebhookSecrets } from '../../adapters/links/webhook-secret.ts';
import { createKey } from '../../adapters/postgres/api-keys.ts';
import type { KeyRole } from '../../adapters/postgres/api-keys.ts';
import { createLedger } from '../../adapters/postgres/ledger.ts';
import { createReplay } from '../../adapters/postgres/replay.ts';
import { loadSettings } from '../../config/load.ts';
import { createDescribeIncident } from '../../workers/describe-incident.ts';
import { freshDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { describedBy } from './described-by.ts';

export interface ApiUnderTest {
  readonly app: FastifyInstance;
  readonly deps: ApiDeps;
  readonly db: TestDatabase;
  readonly home: string;
  /** Lines of the log, as objects. */
  readonly log: Record<string, unknown>[];
  key(role: KeyRole, userId?: string): Promise<string>;
  /** As admin, with a JSON body. */
  put(url: string, body: object): Promise<{ status: number; json: any }>;
  get(url: string, key?: string): Promise<{ status: number; json: any; headers: Record<string, unknown> }>;
  call(options: InjectOptions & { key?: string }): Promise<{ status: number; json: any; headers: Record<string, unknown>; payload: Buffer }>;
  /** User `anna` with device `door` and contact `anna-mail`, user `bert` with device `gate`. */
  accounts(): Promise<void>;
  push(device: string, capturedAt: string, bytes: Uint8Array, extra?: { key?: string; headers?: Record<string, string> }): Promise<{ status: number; json: any; headers: Record<string, unknown> }>;
  close(): Promise<void>;
}

export const COCO: ApiDeps['defaultModel'] = { name: 'coco80', labels: ['person', 'car', 'truck', 'bus', 'dog', 'cat'] };
/** Bytes that call themselves a JPEG: acceptance does not look inside. */
export const jpeg = (text: string): Buffer => Buffer.concat([Buffer.of(0xff, 0xd8, 0xff), Buffer.from(text)]);
export const LINK_SECRET = 'a secret of this test that signs links';
const base = Math.floor(Date.now() / 1000) - 100_000;
let taken = 0;
/** A capture time within the last days, whole seconds, that no other call of this test file gets. */
export const freshMoment = (): string => new Date((base + taken++) * 1000).toISOString();
export const secondsAgo = (seconds: number): string => new Date(Math.floor(Date.now() / 1000 - seconds) * 1000).toISOString();

export async function startApiUnderTest(overrides: {
  settings?: Partial<ApiSettings>; limits?: SpaceLimits; deps?: Partial<ApiDeps>; db?: TestDatabase;
} = {}): Promise<ApiUnderTest> {
  const db = overrides.db ?? await freshDatabase();
  const home = await mkdtemp(join(tmpdir(), 'api-'));
  const log: Record<string, unknown>[] = [];
  const frameStore = await openDiskFrameStore({ home, limits: overrides.limits ?? { maxBytes: 1e9, minFreeBytes: 0 } });
  const deps: ApiDeps = {
    settings: { ...loadSettings({}), home, ...overrides.settings },
    pool: db.pool,
    frameStore,
    acceptFrames: createLedger(db.pool).acceptFrames,
    replayFrames: createReplay(db.pool, frameStore),
    annotator: createPictureAnnotator(),
    defaultModel: COCO,
    links: createLinks({ secret: LINK_SECRET, publicUrl: undefined, days: 7, now: Date.now }),
    describeIncident: createDescribeIncident(createAlertFactSource(db.pool)),
    channels: async () => ({}),
    webhookSecretOf: createWebhookSecrets('a signing secret of this test file'),
    log: pino({ level: 'debug' }, { write: (line: string) => { log.push(JSON.parse(line)); } }),
    now: Date.now,
    ...overrides.deps,
  };
  const app = await createApp(deps);
  const admin = (await createKey(db.pool, { role: 'admin', userId: null })).key;

  const refuseUndescribed = describedBy((await app.inject('/openapi.json')).json());
  const call: ApiUnderTest['call'] = async ({ key = admin, headers, ...options }) => {
    const response = await app.inject({ ...options, headers: { authorization: `Bearer ${key}`, ...headers } });
    let json: any;
    try { json = JSON.parse(response.body); } catch { /* not JSON */ }
    refuseUndescribed(options.method ?? 'GET', String(options.url), response.statusCode, json);
    return { status: response.statusCode, json, headers: response.headers, payload: response.rawPayload };
  };
  const put: ApiUnderTest['put'] = (url, body) => call({ method: 'PUT', url, payload: body });

  return {
    app, deps, db, home, log, call, put,
    get: (url, key) => call({ method: 'GET', url, ...(key === undefined ? {} : { key }) }),
    key: async (role, userId) => (await createKey(db.pool, { role, userId: userId ?? null })).key,
    async accounts() {
      for (const [user, device, timeZone] of [['anna', 'door', 'Europe/Berlin'], ['bert', 'gate', 'America/New_York']] as const) {
        await put(`/v1/users/${user}`, { name: user });
        await put(`/v1/devices/${device}`, { userId: user, name: device, timeZone });
        await put(`/v1/contacts/${user}-mail`, { userId: user, channel: 'email', address: `${user}@example.org` });
      }
    },
    push: (device, capturedAt, bytes, { key, headers } = {}) => call({
      method: 'POST', url: `/v1/devices/${device}/frames?captured_at=${encodeURIComponent(capturedAt)}`, payload: Buffer.from(bytes),
      headers: { 'content-type': 'image/jpeg', ...headers }, ...(key === undefined ? {} : { key }),
    }),
    async close() {
      await app.close();
      await db.drop();
      await rm(home, { recursive: true, force: true });
    },
  };
}
