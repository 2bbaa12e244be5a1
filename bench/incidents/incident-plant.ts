/** A plant whose incident worker stands alone, with a mail server that takes everything, and the alert stage in this process. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AlertPorts, Doorbell } from '../../activities/alert.ts';
import { openDiskFrameStore } from '../../adapters/frame-store/disk.ts';
import { createIncidentLedger } from '../../adapters/postgres/alerts.ts';
import { createPool } from '../../adapters/postgres/pool.ts';
import type { Pool } from '../../adapters/postgres/pool.ts';
import { connectClient } from '../../adapters/temporal/connection.ts';
import { createDigestDoorbell, createDoorbell } from '../../adapters/temporal/doorbell.ts';
import { loadSettings } from '../../config/load.ts';
import { MAX_WAIT_SECONDS } from '../../contracts/escalation.ts';
import { startMailSink } from '../../test/support/mail-sink.ts';
import type { MailSink } from '../../test/support/mail-sink.ts';
import { removeHome, startTestPlant } from '../../test/support/plant.ts';
import type { TestPlant } from '../../test/support/plant.ts';
import { createLog } from '../../workers/log.ts';
import { workerPlan } from '../../workers/plant.ts';
import type { Metered } from '../pipeline/measure/cpu-meter.ts';

export interface IncidentPlant {
  readonly plant: TestPlant;
  /** With room for decisions side by side. */
  readonly pool: Pool;
  readonly mail: MailSink;
  /** Name of the picture that every frame shows, in the frame store of the plant. */
  readonly picture: string;
  /** Of the alert stage. */
  readonly alert: AlertPorts;
  readonly messagesPerHour: number;
  readonly digestDoorbell: Doorbell;
  /** Those that incidents keep busy. A server that is not the plant's own is missing. */
  metered(): Metered[];
  stop(): Promise<void>;
}

/** Decisions side by side, as one alert worker makes them, and what the bench looks up meanwhile. */
const CONNECTIONS = 12;

/** However slow the machine, no incident is over before the bench says so. */
const PATIENCE = { WATCHPOST_INCIDENT_QUIET_SECONDS: String(MAX_WAIT_SECONDS) } as const;

/** `given` may name servers, which the plant then takes in place of its own. */
export async function startIncidentPlant(jpeg: Buffer, given: NodeJS.ProcessEnv = {}): Promise<IncidentPlant> {
  const env = { ...PATIENCE, ...given };
  const home = await mkdtemp(join(tmpdir(), 'watchpost-bench-'));
  const mail = await startMailSink();
  const settings = loadSettings(env);
  const closing: (() => Promise<unknown>)[] = [() => removeHome(home), () => mail.close()];
  const stop = async (): Promise<void> => { for (const close of closing.splice(0).reverse()) await close(); };
  try {
    const plant = await startTestPlant({
      home, env: { ...env, SMTP_URL: mail.url },
      // Nothing dispatches: no sweep rings, so what is told is told by the bell of the alert stage and by the workflows themselves.
      workers: [workerPlan('incidents', ['incidents']), workerPlan('messages', ['messages'])],
    });
    closing.push(() => plant.stop());
    const { picture, pool, temporal } = await open(plant, home, settings.temporalNamespace, jpeg);
    closing.push(() => pool.end(), () => temporal.close());
    const { oldAlertSeconds, digestSeconds, messagesPerHour, callGapSeconds, incidentQuietSeconds, incidentCooldownSeconds, incidentReopenSeconds } = settings;
    return {
      plant, pool, mail, picture, messagesPerHour, digestDoorbell: createDigestDoorbell(temporal.client), stop,
      alert: {
        ledger: createIncidentLedger(pool, { oldMs: oldAlertSeconds * 1000, digestMs: digestSeconds * 1000, messagesPerHour, callGapMs: callGapSeconds * 1000 }),
        doorbell: createDoorbell(temporal.client), log: createLog('bench', 'silent'),
        grouping: { quietMs: incidentQuietSeconds * 1000, cooldownMs: incidentCooldownSeconds * 1000, reopenMs: incidentReopenSeconds * 1000 },
      },
      metered: () => [
        ...['incidents', 'messages'].map((name) => ({ name, pid: plant.plant.children.get(name)?.pid, withChildren: false })),
        ...[...plant.plant.servers].map(([name, { pid }]) => ({ name, pid, withChildren: name === 'postgres' })),
      ],
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function open({ plant }: TestPlant, home: string, namespace: string, jpeg: Buffer) {
  const { sha256: picture } = await (await openDiskFrameStore({ home })).put(jpeg);
  const temporal = await connectClient({ address: plant.temporalAddress, namespace });
  return { picture, temporal, pool: createPool(plant.databaseUrl, { connections: CONNECTIONS, applicationName: 'bench' }) };
}
