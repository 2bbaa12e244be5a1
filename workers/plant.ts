/** A whole plant on one machine: embedded servers where none are named, the schema, the admin key, and the processes. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startInbox } from '../adapters/embedded/inbox.ts';
import { startPostgres } from '../adapters/embedded/postgres.ts';
import type { SupervisedServer } from '../adapters/embedded/supervised-server.ts';
import { startTemporalServer } from '../adapters/embedded/temporal-server.ts';
import { MIGRATION_LIMIT_MS, migrate } from '../adapters/postgres/migrate.ts';
import { createPool, refuseUnsafeDatabase } from '../adapters/postgres/pool.ts';
import type { Settings } from '../config/settings.ts';
import { Failure } from '../contracts/failures.ts';
import { LOCAL_STAGES, PICTURE_STAGES } from '../contracts/stages.ts';
import type { StageName } from '../contracts/stages.ts';
import { resolveAsset } from '../scripts/provision/assets.mjs';
import { ensureAdminKey } from './admin-key.ts';
import { startChild } from './child-processes.ts';
import type { ChildPlan, ManagedChild } from './child-processes.ts';
import type { Log } from './log.ts';
import { isLoopback } from './loopback.ts';

/**
 * Pictures take all cores that they get. A frame that is to be accepted, a task that is to be handed on and a mail that is to be sent need a moment each, and should not
 * wait for a share of them; at 10 pictures get a tenth of what the others get, and all that those leave.
 */
const STEPS_BACK = { niceness: 10 } as const;

/** What decodes foreign bytes stands apart from what must not fall with it. */
export const ONE_BOX: readonly ChildPlan[] = [
  { ...workerPlan('pictures', PICTURE_STAGES), ...STEPS_BACK },
  { ...workerPlan('quarantine', ['quarantine']), ...STEPS_BACK },
  workerPlan('flow', ['workflows', ...LOCAL_STAGES, 'incidents', 'messages', 'dispatch']),
];

/** `options` are those of the first start; a restart keeps the port, which callers know by now. */
export function apiPlan(name: string, ...options: readonly string[]): ChildPlan {
  return {
    name, args: ['api', ...options],
    // Node writes files in four threads. A frame is written and synced before its 202, and syncs that wait side by side cost the disk hardly more than one.
    env: { UV_THREADPOOL_SIZE: '16' },
    again: ({ url = '' }) => ({ args: ['api'], env: { WATCHPOST_PORT: new URL(url).port } }),
  };
}

export function workerPlan(name: string, stages: readonly StageName[]): ChildPlan {
  return { name, args: ['worker', '--stages', stages.join(',')] };
}

export interface PlantOptions {
  readonly settings: Settings;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
  /** Log files of the processes, one each, below `<home>/log`; otherwise all write to standard error. */
  readonly logFiles: boolean;
  readonly workers?: readonly ChildPlan[];
}

/** What benches look at and fault tests do to an embedded server. */
export type PlantServer = Pick<SupervisedServer, 'pid' | 'kill9'>;

export interface Plant {
  readonly baseUrl: string;
  readonly adminKey: string;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalUiUrl: string | undefined;
  /** Processes by name, `api` among them; embedded servers where there are any. */
  readonly children: ReadonlyMap<string, ManagedChild>;
  readonly servers: ReadonlyMap<string, PlantServer>;
  stop(): Promise<void>;
}

/** Starts everything in order of need; what was started is stopped again when a later step fails. */
export async function startPlant({ settings, env, log, logFiles, workers = ONE_BOX }: PlantOptions): Promise<Plant> {
  const stopping: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of stopping.splice(0).reverse()) await end();
  };
  try {
    await mkdir(settings.home, { recursive: true });
    const servers: Servers = new Map();
    // Both to their end, also when one fails: a server that is still starting is not on the list of what to stop.
    const [database, temporal] = await allOrFirstError([
      openDatabase(settings, log, servers, stopping), openTemporal(settings, log, servers, stopping),
    ]);
    const adminKey = await prepareDatabase(database, settings, log);
    const smtpUrl = await openMail(settings, log, stopping);

    const childEnv = {
      ...env, DATABASE_URL: database, TEMPORAL_ADDRESS: temporal.address, SMTP_URL: smtpUrl,
      // Every queue of an embedded server makes a frame wait for its next look, and its server shares these cores.
      WATCHPOST_PLACEMENT: env['WATCHPOST_PLACEMENT'] || 'compact',
      WATCHPOST_HOME: settings.home, WATCHPOST_LOG_LEVEL: settings.logLevel,
    };
    const children = new Map<string, ManagedChild>();
    const startNamed = (plan: ChildPlan, more: NodeJS.ProcessEnv = {}): ManagedChild => {
      const child = startChild(plan, { env: { ...childEnv, ...more }, log, logPath: logFiles ? join(settings.home, 'log', `${plan.name}.log`) : null });
      children.set(plan.name, child);
      return child;
    };
    if (logFiles) await mkdir(join(settings.home, 'log'), { recursive: true });
    const api = startNamed(apiPlan('api', '--step-over'));
    const all = [api];
    // Together: each drains its own work, and none needs another to do so.
    stopping.push(async () => { await Promise.all(all.map((child) => child.stop())); });
    const links = await linksInMessages(settings, api);
    all.push(...workers.map((plan) => startNamed(plan, links)));
    await Promise.all(all.map((child) => child.ready));

    return {
      baseUrl: (await api.ready).url ?? '', adminKey, databaseUrl: database, temporalAddress: temporal.address, temporalUiUrl: temporal.uiUrl,
      children, servers, stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The address that the API got in the end, which may not be the one that it was told: workers wait for it. */
const linksInMessages = async (settings: Settings, api: ManagedChild): Promise<NodeJS.ProcessEnv> =>
  (messagesStayHere(settings) ? { WATCHPOST_PUBLIC_URL: (await api.ready).url } : {});

/**
 * Whoever reads the embedded inbox sits at this machine, so links there may lead straight to the API. As soon as one message really goes out, they may not:
 * nobody could open them elsewhere, and Twilio refuses texts whose callbacks lead to an address that it cannot reach.
 */
export const messagesStayHere = ({ publicUrl, smtpUrl, sendgridApiKey, twilioAccountSid, twilioBaseUrl, pagerdutyRoutingKeys }: Settings): boolean =>
  publicUrl === undefined && smtpUrl === undefined && sendgridApiKey === undefined && pagerdutyRoutingKeys.size === 0
  && (twilioAccountSid === '' || (twilioBaseUrl !== undefined && isLoopback(twilioBaseUrl)));

async function allOrFirstError<A, B>(work: readonly [Promise<A>, Promise<B>]): Promise<[A, B]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

type Stopping = (() => Promise<void>)[];
type Servers = Map<string, PlantServer>;

async function openDatabase(settings: Settings, log: Log, servers: Servers, stopping: Stopping): Promise<string> {
  if (settings.databaseUrl) return settings.databaseUrl.reveal();
  const server = await startPostgres({ home: settings.home, log });
  servers.set('postgres', server);
  stopping.push(() => server.stop());
  return server.url;
}

async function openTemporal(settings: Settings, log: Log, servers: Servers, stopping: Stopping): Promise<{ address: string; uiUrl: string | undefined }> {
  if (settings.temporalAddress) return { address: settings.temporalAddress, uiUrl: undefined };
  const executable = resolveAsset('temporal')?.path;
  if (!executable) throw new Failure('asset_missing', 'no `temporal` executable and no TEMPORAL_ADDRESS; run `npm run setup`');
  const server = await startTemporalServer({ executable, dbFile: join(settings.home, 'temporal', 'temporal.db'), ui: true, log });
  servers.set('temporal', server);
  stopping.push(() => server.stop());
  return server;
}

async function prepareDatabase(url: string, settings: Settings, log: Log): Promise<string> {
  const pool = createPool(url, { connections: 2, applicationName: 'watchpost start', queryLimitMs: MIGRATION_LIMIT_MS });
  try {
    await refuseUnsafeDatabase(pool);
    const applied = await migrate(pool);
    if (applied.length > 0) log.info({ applied }, 'schema brought up to date');
    return await ensureAdminKey(pool, settings.home, log);
  } finally {
    await pool.end();
  }
}

async function openMail(settings: Settings, log: Log, stopping: Stopping): Promise<string> {
  if (settings.smtpUrl) return settings.smtpUrl.reveal();
  const inbox = await startInbox({ home: settings.home, log });
  stopping.push(() => inbox.close());
  return inbox.url;
}
