/** Puts the HTTP API of this process together from the settings. */
import { inboxFolder } from '../adapters/embedded/inbox.ts';
import { openInboxStore } from '../adapters/embedded/inbox-store.ts';
import { COCO_LABELS } from '../adapters/detector/labels.ts';
import { openDiskFrameStore } from '../adapters/frame-store/disk.ts';
import { createPictureAnnotator } from '../adapters/images/picture-annotator.ts';
import { createLinks } from '../adapters/links/signed-links.ts';
import { createAlertFactSource } from '../adapters/postgres/alert-facts.ts';
import { createWebhookSecrets } from '../adapters/links/webhook-secret.ts';
import { createLedger } from '../adapters/postgres/ledger.ts';
import { noteRefusedUploads } from '../adapters/postgres/refused-uploads.ts';
import { refuseOldSchema } from '../adapters/postgres/migrate.ts';
import { createPool, refuseUnsafeDatabase } from '../adapters/postgres/pool.ts';
import { createReplay } from '../adapters/postgres/replay.ts';
import { readLedgerId } from '../adapters/postgres/retention.ts';
import { startApi } from '../api/main.ts';
import { createRefusalMemory } from '../api/refused-uploads.ts';
import type { InboxReader } from '../api/routes/inbox.ts';
import type { Settings } from '../config/settings.ts';
import { Failure } from '../contracts/failures.ts';
import { createDescribeIncident } from '../workers/describe-incident.ts';
import { openChannels } from '../workers/channels.ts';
import type { Log } from '../workers/log.ts';
import { ensureSigningSecret } from '../workers/signing-secret.ts';
import { startApiWatches } from './api-watches.ts';

/** Acceptance needs one for some milliseconds: ten carry hundreds of frames a second and leave the database to others. */
const CONNECTIONS = 10;

export interface ApiProcess {
  readonly url: string;
  close(): Promise<void>;
}

export async function startApiProcess(settings: Settings, log: Log, { stepOver }: { stepOver: boolean }): Promise<ApiProcess> {
  if (!settings.databaseUrl) throw new Failure('setting_invalid', 'DATABASE_URL is needed by an API that is started alone; `watchpost start` brings a database of its own');
  const pool = createPool(settings.databaseUrl.reveal(), { connections: CONNECTIONS, applicationName: 'watchpost api' });
  try {
    await refuseUnsafeDatabase(pool);
    await refuseOldSchema(pool);
    const inbox = await openInboxReader(settings);
    const frameStore = await openDiskFrameStore({
      home: settings.home, limits: { maxBytes: settings.frameStoreBytes, minFreeBytes: settings.frameStoreFreeBytes },
    });
    if (!await frameStore.adopt(await readLedgerId(pool))) {
      log.error({ home: settings.home }, 'the frame store in this home is the one of another database: frames are accepted, and nothing is removed from it');
    }
    const onClose: (() => Promise<void>)[] = [];
    const channels = untilOpen(() => openChannels({ settings, log, onClose: (close) => { onClose.unshift(close); } }));
    const refusals = createRefusalMemory((refused) => noteRefusedUploads(pool, refused));
    const api = await startApi({ host: settings.host, port: settings.port, stepOver }, {
      settings, pool, log, frameStore,
      acceptFrames: createLedger(pool).acceptFrames,
      replayFrames: createReplay(pool, frameStore),
      annotator: createPictureAnnotator(),
      defaultModel: { name: 'yolox-nano', labels: COCO_LABELS },
      links: createLinks({ secret: await ensureSigningSecret(settings, log), publicUrl: settings.publicUrl, days: settings.linkDays, now: Date.now }),
      describeIncident: createDescribeIncident(createAlertFactSource(pool)),
      channels,
      webhookSecretOf: createWebhookSecrets(await ensureSigningSecret(settings, log)),
      ...(inbox ? { inbox } : {}),
      ...(settings.twilioAccountSid !== '' && settings.twilioAuthToken ? { twilio: { authToken: settings.twilioAuthToken } } : {}),
      refusals,
      now: Date.now,
    });
    const watches = startApiWatches({ settings, pool, log, url: api.url, refusals, channels });
    return {
      url: api.url,
      async close() {
        await api.close();
        await watches.stop();
        for (const close of onClose) await close();
        await pool.end();
      },
    };
  } catch (error) {
    await pool.end();
    throw error;
  }
}

/** Opens once; a failure is not kept, because a file that was missing may be there the next time. */
function untilOpen<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => (opened ??= open().catch((error: unknown) => {
    opened = undefined;
    throw error;
  }));
}

/** Shown only where mails really go there: with a mail server elsewhere the page would promise what it does not have. */
async function openInboxReader({ smtpUrl, home }: Settings): Promise<InboxReader | undefined> {
  if (!smtpUrl || new URL(smtpUrl.reveal()).hostname !== '127.0.0.1') return undefined;
  return openInboxStore(inboxFolder(home));
}
