/** All that is asked to decide who is told next of an incident, in a few reads for many incidents. */
import { CHANNELS, deliveryPartsOf } from '../../contracts/delivery.ts';
import type { Arrival, Channel, DeliveryState } from '../../contracts/delivery.ts';
import type { HoldCause } from '../../contracts/digest.ts';
import { DEFAULT_CHAIN } from '../../contracts/escalation.ts';
import type { Chain, Level } from '../../contracts/escalation.ts';
import type { IncidentState } from '../../contracts/incident.ts';
import type { QuietHours } from '../../contracts/quiet-hours.ts';
import type { Severity } from '../../contracts/severity.ts';
import type { Instant } from '../../contracts/time.ts';
import type { Escalation, Reachable, SentMessage } from '../../policies/escalation.ts';
import { quietUntil } from '../../policies/quiet-time.ts';
import { query } from './pool.ts';
import type { Client } from './pool.ts';

export interface ReachableContact extends Reachable {
  readonly address: string;
  /** How often it was told of this incident on each level: the next round. */
  readonly roundOf: (level: number) => number;
}

export interface IncidentToEscalate extends Escalation {
  readonly incidentId: string;
  readonly userId: string;
  readonly ruleId: string;
  readonly deviceId: string;
  readonly state: IncidentState;
  readonly matches: number;
  /** Why nobody was told so far; null otherwise. */
  readonly held: HoldCause | null;
  readonly openedAt: Instant;
  readonly lastMatchAt: Instant;
  readonly chain: Chain;
  readonly reachable: readonly ReachableContact[];
  readonly messagesPerHour: number | null;
  /** The frame to show: the worst, of those the surest, of those the first. */
  readonly frame: { readonly frameId: string; readonly capturedAt: Instant };
  /** Clock of the database. */
  readonly now: Instant;
  readonly nowMs: number;
}

interface IncidentRow {
  incidentId: string; userId: string; ruleId: string; deviceId: string; state: IncidentState; severity: Severity; level: number; repeats: number; toldAtMs: number | null;
  matches: number; held: HoldCause | null; openedAt: Instant; lastMatchAt: Instant; quietHours: QuietHours | null; levels: readonly Level[] | null; messagesPerHour: number | null;
  frameId: string; frameCapturedAt: Instant; now: Instant; nowMs: number;
}

/** By incident id. The incidents are locked until the end of the transaction. */
export async function incidentsToEscalate(client: Client, incidentIds: readonly string[]): Promise<ReadonlyMap<string, IncidentToEscalate>> {
  const rows = await query<IncidentRow & Record<string, unknown>>(client, INCIDENTS, [[...incidentIds].sort()]);
  const messages = await messagesOf(client, incidentIds);
  const contacts = await contactsFor(client, rows);
  return new Map(rows.map((row) => [row.incidentId, incidentIn(row, messages.filter(({ incidentId }) => incidentId === row.incidentId), contacts)]));
}

const INCIDENTS = `
  SELECT incident.incident_id AS "incidentId", incident.user_id AS "userId", incident.rule_id AS "ruleId", incident.device_id AS "deviceId", incident.state, incident.severity,
         incident.level, incident.repeats, (extract(epoch FROM incident.told_at) * 1000)::float8 AS "toldAtMs", incident.matches, incident.held,
         incident.opened_at AS "openedAt", incident.last_match_at AS "lastMatchAt", incident.quiet_hours AS "quietHours", chain.levels, owner.messages_per_hour AS "messagesPerHour",
         coalesce(best.frame_id, incident.first_frame_id) AS "frameId", coalesce(best.captured_at, incident.opened_at) AS "frameCapturedAt",
         now() AS now, (extract(epoch FROM now()) * 1000)::float8 AS "nowMs"
  FROM incidents incident
  LEFT JOIN users owner ON owner.user_id = incident.user_id
  LEFT JOIN chains chain ON chain.chain_id = incident.chain_id
  LEFT JOIN LATERAL (
    SELECT frame_id, captured_at FROM matches WHERE matches.incident_id = incident.incident_id
    ORDER BY array_position(ARRAY['low', 'medium', 'high', 'critical'], severity) DESC, probability DESC NULLS LAST, captured_at LIMIT 1) best ON true
  WHERE incident.incident_id = ANY($1) ORDER BY incident.incident_id FOR NO KEY UPDATE OF incident`;

export interface MessageRow { incidentId: string; key: string; contactId: string; channel: Channel; state: DeliveryState; arrival: Arrival | null; writtenAtMs: number; takenAtMs: number | null }

const messagesOf = (client: Client, incidentIds: readonly string[]): Promise<MessageRow[]> => query<MessageRow & Record<string, unknown>>(client, `
  SELECT incident_id AS "incidentId", delivery_key AS key, contact_id AS "contactId", channel, state, arrival,
         (extract(epoch FROM created_at) * 1000)::float8 AS "writtenAtMs", (extract(epoch FROM delivered_at) * 1000)::float8 AS "takenAtMs"
  FROM deliveries WHERE incident_id = ANY($1) AND telling NOT IN ('taken', 'over') ORDER BY created_at, delivery_key`, [incidentIds]);

export interface ContactRow { contactId: string; userId: string; channel: Channel; address: string; quietHours: QuietHours | null }

/** Those of the users, and those that their chains name, who may be somebody else's. Each user's in the user's order. */
export const contactsFor = (client: Client, incidents: readonly Pick<IncidentRow, 'userId' | 'levels'>[]): Promise<ContactRow[]> => query<ContactRow & Record<string, unknown>>(client, `
  SELECT contact_id AS "contactId", user_id AS "userId", channel, address, quiet_hours AS "quietHours" FROM contacts
  WHERE (user_id = ANY($1) OR contact_id = ANY($2)) AND enabled AND channel = ANY($3) ORDER BY user_id, position, contact_id`,
[incidents.map(({ userId }) => userId), incidents.flatMap(({ levels }) => (levels ?? []).flatMap(({ contacts }) => contacts ?? [])), CHANNELS]);

function incidentIn({ levels, frameId, frameCapturedAt, quietHours, ...row }: IncidentRow, messages: readonly MessageRow[], contacts: readonly ContactRow[]): IncidentToEscalate {
  const chain: Chain = levels === null ? DEFAULT_CHAIN : { levels };
  const named = new Set(chain.levels.flatMap((level) => level.contacts ?? []));
  const toldMs = row.toldAtMs ?? Number.POSITIVE_INFINITY;
  return {
    ...row, chain, frame: { frameId, capturedAt: frameCapturedAt },
    sent: messages.filter(({ key, writtenAtMs }) => writtenAtMs >= toldMs && deliveryPartsOf(key)?.level === row.level).map(sentIn),
    reachable: contacts.filter(({ userId, contactId }) => userId === row.userId || named.has(contactId)).map((contact) => ({
      contactId: contact.contactId, channel: contact.channel, address: contact.address, own: contact.userId === row.userId,
      quietUntilMs: quietUntil(contact.quietHours ?? quietHours, row.severity, row.nowMs),
      roundOf: (level) => messages.filter(({ key, contactId }) => contactId === contact.contactId && deliveryPartsOf(key)?.level === level).length,
    })),
  };
}

const CALL_ENDS: readonly (Arrival | null)[] = ['completed', 'busy', 'no_answer', 'undelivered'];

export const sentIn = ({ contactId, channel, state, arrival, writtenAtMs, takenAtMs }: Omit<MessageRow, 'incidentId' | 'key'>): SentMessage => ({
  contactId, channel, writtenAtMs, takenAtMs,
  over: state === 'failed' || state === 'withdrawn' || (channel === 'call' ? CALL_ENDS.includes(arrival) : arrival === 'undelivered'),
});
