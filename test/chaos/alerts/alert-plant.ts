/** The plant of the alerts: what makes, tells and closes incidents in processes of their own, and everybody whom it tells, as peers that go wrong. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { createClient } from '../../../client/client.ts';
import type { Client as ApiClient } from '../../../client/client.ts';
import type { StageName } from '../../../contracts/stages.ts';
import type { ChildPlan } from '../../../workers/child-processes.ts';
import { workerPlan } from '../../../workers/plant.ts';
import { TWILIO_ACCOUNT, startTwilioPeer } from '../../adapters/channels/twilio/twilio-peer.ts';
import type { TwilioPeer } from '../../adapters/channels/twilio/twilio-peer.ts';
import { removeHome, startTestPlant } from '../../support/plant.ts';
import type { TestPlant } from '../../support/plant.ts';
import { planHouseholds } from './households.ts';
import type { Household } from './households.ts';
import { startMailPeer } from './mail-peer.ts';
import type { MailPeer } from './mail-peer.ts';
import { settle } from './move-in.ts';
import { startNagiosBook, startPagerdutyBook, startWebhookPeer } from './program-peers.ts';
import type { NagiosBook, PagerdutyBook, WebhookPeer } from './program-peers.ts';
import { ROUTING_KEY, SIGNING_SECRET } from './secrets.ts';

/** What links and callbacks are told; the proxy in front of the API is made believe. */
export const PUBLIC_URL = 'https://watch.example.org';
/** So that one run sees many incidents begin and end. */
const QUIET_SECONDS = 3;
/** Long enough that a further look finds the second row in the same digest. */
const DIGEST_SECONDS = 5;
/** As plants have it, where those of tests play any past. */
const OLD_SECONDS = 600;
const ROUTING_NAME = 'guards';
const SCRIPTED_WORKER = fileURLToPath(new URL('../../support/scripted-worker.mjs', import.meta.url));

export interface AlertPlant extends TestPlant {
  readonly households: readonly Household[];
  readonly api: ApiClient;
  readonly temporal: Client;
  readonly mail: MailPeer;
  readonly twilio: TwilioPeer;
  readonly webhook: WebhookPeer;
  readonly pagerduty: PagerdutyBook;
  /** A sentence that says why there is none. */
  readonly nagios: NagiosBook | string;
}

export interface AlertPlantOptions {
  readonly incidents: number;
  readonly seed: number;
  /** Processes of each kind that is killed. */
  readonly processes: number;
  /** Twilio's own description of its API. */
  readonly specPath: string;
}

export async function startAlertPlant({ incidents, seed, processes, specPath }: AlertPlantOptions): Promise<AlertPlant> {
  const home = await mkdtemp(join(tmpdir(), 'watchpost-chaos-alerts-'));
  const closing: (() => Promise<void>)[] = [() => removeHome(home)];
  const leave = async (): Promise<void> => { for (const close of closing.splice(0).reverse()) await close(); };
  const opened = async <Peer extends { close(): Promise<void> }>(starting: Promise<Peer>): Promise<Peer> => {
    const peer = await starting;
    closing.push(() => peer.close());
    return peer;
  };
  try {
    const [webhook, pagerduty, nagios, twilio] = await Promise.all([
      opened(startWebhookPeer()), opened(startPagerdutyBook()), startNagiosBook(), opened(startTwilioPeer({ specPath })),
    ]);
    if (typeof nagios !== 'string') closing.push(() => nagios.close());
    const households = planHouseholds(incidents, seed, { webhook: webhook.url, pagerduty: ROUTING_NAME, nagios: typeof nagios === 'string' ? [] : nagios.addresses });
    const contacts = households.flatMap((household) => household.contacts);
    const mail = await opened(startMailPeer(contacts.filter(({ channel, refused }) => channel === 'email' && !refused).map(({ address }) => address)));
    for (const { address } of contacts.filter(({ channel, refused }) => channel === 'sms' && refused)) {
      twilio.refuse(address, { status: 400, code: 21610, message: 'Attempt to send to unsubscribed recipient' });
    }
    const started = await startTestPlant({
      home, workers: plansFor(processes),
      env: {
        WATCHPOST_PLACEMENT: 'spread', WATCHPOST_LOG_LEVEL: 'info', WATCHPOST_PUBLIC_URL: PUBLIC_URL, WATCHPOST_SIGNING_SECRET: SIGNING_SECRET,
        WATCHPOST_INCIDENT_QUIET_SECONDS: String(QUIET_SECONDS), WATCHPOST_INCIDENT_COOLDOWN_SECONDS: '0', WATCHPOST_DIGEST_SECONDS: String(DIGEST_SECONDS), WATCHPOST_CALL_GAP_SECONDS: '5',
        WATCHPOST_OLD_ALERT_SECONDS: String(OLD_SECONDS),
        SMTP_URL: mail.url, TWILIO_ACCOUNT_SID: TWILIO_ACCOUNT.accountSid, TWILIO_AUTH_TOKEN: TWILIO_ACCOUNT.authToken, TWILIO_FROM: TWILIO_ACCOUNT.from, TWILIO_BASE_URL: twilio.url,
        PAGERDUTY_ROUTING_KEYS: `${ROUTING_NAME}=${ROUTING_KEY}`, PAGERDUTY_BASE_URL: pagerduty.url, WATCHPOST_WEBHOOK_NETWORKS: '127.0.0.0/8',
        ...(typeof nagios === 'string' ? {} : { NAGIOS_COMMAND_FILE: nagios.commandFile }),
      },
    });
    closing.push(() => started.stop());
    twilio.route(PUBLIC_URL, started.plant.baseUrl);
    const connection = await opened(Connection.connect({ address: started.plant.temporalAddress }));
    const api = await opened(Promise.resolve(createClient({ baseUrl: started.plant.baseUrl, key: started.plant.adminKey })));
    await settle(started, households);
    return { ...started, households, api, temporal: new Client({ connection }), mail, twilio, webhook, pagerduty, nagios, stop: leave };
  } catch (error) {
    await leave();
    throw error;
  }
}

/** Frames are nobody's business here: one process sees them, another carries them. */
function plansFor(processes: number): ChildPlan[] {
  const several = (stage: StageName): ChildPlan[] => Array.from({ length: processes }, (_, n) => workerPlan(processes === 1 ? stage : `${stage}-${n + 1}`, [stage]));
  return [
    { ...workerPlan('pictures', ['validate', 'detect', 'quarantine']), executable: SCRIPTED_WORKER }, workerPlan('flow', ['workflows', 'evaluate', 'record', 'dispatch']),
    ...(['alert', 'incidents', 'messages'] as const).flatMap(several),
  ];
}
