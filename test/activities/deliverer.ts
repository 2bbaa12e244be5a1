/** The deliver activity over a real database and a real mail server, with a picture made of thin air. */
import { createDeliverActivities } from '../../activities/deliver.ts';
import type { DeliverPorts } from '../../activities/deliver.ts';
import { createEmailChannel } from '../../adapters/channels/email/email-channel.ts';
import { silentLog } from '../../adapters/embedded/kept-process.ts';
import { createAlertFactSource } from '../../adapters/postgres/alert-facts.ts';
import { createOutbox } from '../../adapters/postgres/outbox.ts';
import type { Pool } from '../../adapters/postgres/pool.ts';

export interface Deliverer {
  readonly deliver: (incidentId: string) => Promise<{ delivered: number; nextTryInMs: number | null }>;
  close(): void;
}

export const SENDER = { from: 'Watchpost <alerts@watchpost.test>', domain: 'watchpost.test' };

/** The picture that arrives tells what was drawn: bytes, size, boxes, zones and use, as JSON. */
export function createDeliverer(pool: Pool, smtpUrl: string, changed: (ports: DeliverPorts) => Partial<DeliverPorts> = () => ({})): Deliverer {
  const email = createEmailChannel({ smtpUrl, from: SENDER.from });
  const ports: DeliverPorts = {
    outbox: createOutbox(pool, { cooldownMs: 600_000 }),
    facts: createAlertFactSource(pool),
    store: { get: async (sha256) => Buffer.from(`frame ${sha256}`) },
    annotator: { annotate: async (jpeg, size, boxes, zones, use) => Buffer.from(JSON.stringify({ jpeg: String(jpeg), size, boxes, zones, use })) },
    channels: { email },
    linkTo: (incidentId) => `https://watchpost.test/incidents/${incidentId}`,
    log: silentLog,
  };
  const { deliverMessages } = createDeliverActivities({ ...ports, ...changed(ports) });
  return { deliver: (incidentId) => deliverMessages({ incidentId }), close: () => email.close() };
}
