/** All that is known when a run is over, as plain data: what was planned, what the ledger says, and what everybody who was told has. The laws judge it, and nothing else. */
import { messageIdOf } from '../../../adapters/channels/email/message-id.ts';
import { webhookIdOf } from '../../../adapters/channels/webhook/webhook-channel.ts';
import type { Channel, DeliveryState, IncidentTelling } from '../../../contracts/delivery.ts';
import type { HoldCause } from '../../../contracts/digest.ts';
import type { IncidentEvent, IncidentState } from '../../../contracts/incident.ts';
import type { Pool } from '../../../adapters/postgres/pool.ts';
import type { AlertPlant } from './alert-plant.ts';
import type { Household } from './households.ts';
import type { Answered } from './people.ts';
import type { Heard } from './program-peers.ts';

export interface IncidentBook {
  readonly incidentId: string;
  readonly userId: string;
  readonly deviceId: string;
  readonly state: IncidentState;
  /** Something is still due. */
  readonly due: boolean;
}

export interface EventBook {
  readonly incidentId: string;
  readonly event: IncidentEvent;
  readonly atMs: number;
  /** Of `told`. */
  readonly telling: IncidentTelling | null;
  readonly level: number | null;
  /** Of `told`, and of `held` where it names whom. */
  readonly contacts: readonly string[];
}

export interface DeliveryBook {
  readonly key: string;
  /** Null of a digest. */
  readonly incidentId: string | null;
  readonly digestId: string | null;
  readonly contactId: string;
  readonly channel: Channel;
  readonly telling: string;
  readonly state: DeliveryState;
  readonly code: string | null;
  /** Begun. */
  readonly tries: number;
  /** Tries of which nobody knows whether they arrived. */
  readonly uncertain: number;
  readonly hour: string;
}

export interface HeldBook {
  readonly userId: string;
  readonly contactId: string | null;
  readonly cause: HoldCause;
  readonly incidentId: string;
  readonly digestId: string | null;
}

/** A mail, text, call or webhook as whoever was told has it. */
export interface Copy {
  readonly channel: Channel;
  /** Null: of a message that the ledger does not know. */
  readonly key: string | null;
  readonly to: string;
  readonly said: string;
}

export interface Books {
  readonly households: readonly Household[];
  readonly incidents: readonly IncidentBook[];
  /** In order. */
  readonly events: readonly EventBook[];
  /** In the order in which they were written. */
  readonly deliveries: readonly DeliveryBook[];
  readonly responses: readonly { readonly incidentId: string; readonly way: string }[];
  readonly answered: readonly Answered[];
  readonly held: readonly HeldBook[];
  readonly budgets: readonly { readonly userId: string; readonly hour: string; readonly told: number }[];
  readonly copies: readonly Copy[];
  readonly programs: Readonly<Record<'webhook' | 'pagerduty' | 'nagios', readonly Heard[]>>;
  /** Incidents of PagerDuty, each as often as one was opened. */
  readonly pagerdutyShows: readonly { readonly incidentId: string; readonly state: string }[];
  /** Workflows of incidents, notices and digests that still run. */
  readonly running: readonly string[];
  readonly leaks: readonly string[];
}

/** Right side of every Message-ID, from the default sender. */
const MAIL_DOMAIN = 'localhost';
const INCIDENT_MS = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;

export async function readBooks(plant: AlertPlant, answered: readonly Answered[], leaks: readonly string[]): Promise<Books> {
  const { pool, households, webhook, pagerduty, nagios } = plant;
  const deliveries = await rows<DeliveryBook>(pool, `
    SELECT delivery_key AS key, incident_id AS "incidentId", digest_id AS "digestId", contact_id AS "contactId", channel, telling, state, code, tries, uncertain, date_trunc('hour', created_at)::text AS hour
    FROM deliveries ORDER BY created_at, delivery_key`);
  return {
    households, answered, leaks, deliveries,
    incidents: await rows(pool, 'SELECT incident_id AS "incidentId", user_id AS "userId", device_id AS "deviceId", state, next_due_at IS NOT NULL AS due FROM incidents ORDER BY opened_at'),
    events: await rows(pool, `
      SELECT incident_id AS "incidentId", event, ${INCIDENT_MS('at')} AS "atMs", detail ->> 'telling' AS telling, (detail ->> 'level')::int AS level,
             coalesce((SELECT array_agg(value) FROM jsonb_array_elements_text(detail -> 'contacts')), '{}') AS contacts
      FROM incident_events ORDER BY event_id`),
    responses: await rows(pool, 'SELECT incident_id AS "incidentId", way FROM responses WHERE kind IS NOT NULL ORDER BY response_id'),
    held: await rows(pool, 'SELECT user_id AS "userId", contact_id AS "contactId", cause, incident_id AS "incidentId", digest_id AS "digestId" FROM held_back ORDER BY held_id'),
    budgets: await rows(pool, 'SELECT user_id AS "userId", hour::text AS hour, told FROM message_budgets'),
    copies: await copiesAt(plant, deliveries),
    programs: { webhook: webhook.heard, pagerduty: pagerduty.heard(), nagios: typeof nagios === 'string' ? [] : await nagios.heard() },
    pagerdutyShows: pagerduty.shown().map(({ dedupKey, state }) => ({ incidentId: dedupKey.replace('watchpost-', ''), state })),
    running: await runningWorkflows(plant),
  };
}

async function copiesAt({ mail, twilio, webhook }: AlertPlant, deliveries: readonly DeliveryBook[]): Promise<Copy[]> {
  const byMail = new Map(deliveries.map(({ key }) => [messageIdOf(key, MAIL_DOMAIN), key]));
  const byWebhook = new Map(deliveries.map(({ key }) => [webhookIdOf(key), key]));
  const known = new Set(deliveries.map(({ key }) => key));
  return [
    ...(await mail.taken()).map(({ messageId, to, said }): Copy => ({ channel: 'email', key: byMail.get(messageId) ?? null, to, said })),
    ...twilio.texts.map(({ deliveryKey, to, body }): Copy => ({ channel: 'sms', key: deliveryKey !== null && known.has(deliveryKey) ? deliveryKey : null, to, said: body })),
    ...twilio.calls.map(({ deliveryKey, to, twiml }): Copy => ({ channel: 'call', key: deliveryKey !== null && known.has(deliveryKey) ? deliveryKey : null, to, said: twiml })),
    ...webhook.heard.map(({ contactId, id, body }): Copy => ({ channel: 'webhook', key: byWebhook.get(id ?? '') ?? null, to: contactId ?? '', said: body })),
  ];
}

export async function runningWorkflows({ temporal }: Pick<AlertPlant, 'temporal'>): Promise<string[]> {
  const running: string[] = [];
  for await (const { workflowId, status } of temporal.workflow.list()) {
    if (status.name === 'RUNNING' && /^(incident|digest|notice)-/.test(workflowId)) running.push(workflowId);
  }
  return running;
}

const rows = async <Row>(pool: Pool, sql: string): Promise<Row[]> => (await pool.query(sql)).rows as Row[];
