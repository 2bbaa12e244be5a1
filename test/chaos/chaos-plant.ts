/** The plant that is maltreated: several processes of each kind that there may be several of, a mail server and a disk that go wrong on demand. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '../../client/client.ts';
import type { Client } from '../../client/client.ts';
import type { Placement, StageName } from '../../contracts/stages.ts';
import type { ChildPlan } from '../../workers/child-processes.ts';
import { apiPlan, workerPlan } from '../../workers/plant.ts';
import { putAccount, removeHome, startTestPlant } from '../support/plant.ts';
import type { TestPlant } from '../support/plant.ts';
import { watchLedger } from './ledger-watch.ts';
import { startMailServer } from './mail-server.ts';
import type { MailServer } from './mail-server.ts';
import { continueAll } from './signals.ts';
import { mountSmallDisk } from './small-disk.ts';
import type { SmallDisk } from './small-disk.ts';

/**
 * Thirty seconds, so that a stop past it takes no minutes; and no less, because a frame that kills its worker dies twice within one batch before it is
 * condemned, ten seconds of missing heartbeats each.
 */
export const DEADLINE_MS = 30_000;
/** So that one run sees many incidents begin and end. */
const QUIET_SECONDS = 2;
/** Far below the smallest disk, or no frame would be accepted at all. */
const FREE_BYTES = 1024 * 1024;
/** Long enough that a process is often struck with a frame in hand. */
const FRAME_MS = 30;

const USERS = 6;
const DEVICES_PER_USER = 5;
export const DEVICES = Array.from({ length: USERS * DEVICES_PER_USER }, (_, n) => ({ userId: `user-${n % USERS}`, deviceId: `cam-${n}` }));

const SCRIPTED_WORKER = fileURLToPath(new URL('../support/scripted-worker.mjs', import.meta.url));
/** How many processes of each kind. `compact` runs evaluate, alert and record beside the workflows, in their processes. */
const PROCESSES: Readonly<Record<Placement, Partial<Record<StageName, number>>>> = {
  spread: { validate: 2, detect: 2, quarantine: 2, evaluate: 2, alert: 2, record: 2, workflows: 2, incidents: 2, messages: 2, dispatch: 2 },
  compact: { validate: 1, detect: 2, quarantine: 1, workflows: 2, incidents: 1, messages: 1, dispatch: 2 },
};
const SECOND_API = apiPlan('api-2');

export interface ChaosPlant extends TestPlant {
  readonly placement: Placement;
  readonly mail: MailServer;
  /** A sentence that says why there is none. */
  readonly disk: SmallDisk | string;
  /** One for each API process. */
  readonly apis: readonly Client[];
}

/** `env` comes on top of the settings that chaos wants. */
export async function startChaosPlant(placement: Placement, env: NodeJS.ProcessEnv = {}): Promise<ChaosPlant> {
  const home = await mkdtemp(join(tmpdir(), 'watchpost-chaos-'));
  const disk = mountSmallDisk(home);
  const mail = await startMailServer();
  const leave = async (): Promise<void> => {
    await mail.close();
    if (typeof disk !== 'string') disk.unmount();
    await removeHome(home);
  };
  const started = await startTestPlant({
    home, workers: [SECOND_API, ...plansFor(placement)],
    env: {
      WATCHPOST_PLACEMENT: placement, SMTP_URL: mail.url, WATCHPOST_LOG_LEVEL: 'info',
      WATCHPOST_BATCH_DEADLINE_SECONDS: String(DEADLINE_MS / 1000),
      WATCHPOST_INCIDENT_QUIET_SECONDS: String(QUIET_SECONDS), WATCHPOST_INCIDENT_COOLDOWN_SECONDS: '0', WATCHPOST_INCIDENT_REOPEN_SECONDS: '0', WATCHPOST_MESSAGES_PER_HOUR: '100000',
      ...(typeof disk === 'string' ? {} : { WATCHPOST_FRAME_STORE_FREE_BYTES: String(FREE_BYTES) }),
      WATCHPOST_TEST_FRAME_MS: String(FRAME_MS),
      ...env,
    },
  }).catch(async (error: unknown) => { await leave(); throw error; });
  await watchLedger(started.pool);
  for (let user = 0; user < USERS; user += 1) {
    const devices = DEVICES.filter(({ userId }) => userId === `user-${user}`).map(({ deviceId }) => deviceId);
    await putAccount(started, `user-${user}`, devices, { 100: 'RuleID: 100 | Unsafe Class: Person | ALL with probability>50%' });
  }
  const second = await started.plant.children.get(SECOND_API.name)!.ready;
  const apis = [started.plant.baseUrl, second.url ?? ''].map((baseUrl) => createClient({ baseUrl, key: started.plant.adminKey }));
  return {
    ...started, placement, mail, disk, apis,
    async stop() {
      continueAll();
      await Promise.all(apis.map((api) => api.close()));
      await started.stop();
      await leave();
    },
  };
}

function plansFor(placement: Placement): ChildPlan[] {
  return Object.entries(PROCESSES[placement]).flatMap(([stage, count]) => Array.from({ length: count }, (_, n) => {
    const plan = workerPlan(count === 1 ? stage : `${stage}-${n + 1}`, [stage as StageName]);
    return stage === 'detect' || stage === 'quarantine' ? { ...plan, executable: SCRIPTED_WORKER } : plan;
  }));
}
