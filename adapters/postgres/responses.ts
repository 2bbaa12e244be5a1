/** Answers of people: kept as they were given, and carried out on the incident in the same transaction. */
import { Failure } from '../../contracts/failures.ts';
import type { IncidentState } from '../../contracts/incident.ts';
import { DEFAULT_KNOWN_HOURS, LABELS } from '../../contracts/response.ts';
import type { Label, Response, ResponseKind } from '../../contracts/response.ts';
import type { Instant } from '../../contracts/time.ts';
import { noteEvent } from './incident-events.ts';
import { inTransaction, query } from './pool.ts';
import type { Client, Pool, Queryable } from './pool.ts';
import { tellPrograms } from './program-messages.ts';
import { muteKnown } from './known-mutes.ts';

/** What became of the incident by an answer. */
export interface Answered {
  readonly incidentId: string;
  readonly state: IncidentState;
  /** False when it changed nothing: the same was said before in the same way. */
  readonly changed: boolean;
  readonly knownUntil: Instant | null;
}

/** Longer ones are no answer to anything that we asked. */
const SAID_LIMIT = 200;
/** Said in the commit that changes an incident; whoever hears it rings for the incident that it names. */
export const INCIDENT_ANSWERED = 'watchpost_incidents';

/** What an answer makes of an incident that is not closed. */
const BECOMES: Readonly<Record<ResponseKind, Extract<IncidentState, 'acknowledged' | 'resolved'>>> = {
  acknowledge: 'acknowledged', real: 'acknowledged', resolve: 'resolved', false_alarm: 'resolved', known: 'resolved',
};

interface AnswerableRow { state: IncidentState; user_id: string; device_id: string; rule_id: string; rule_version: number; frame_id: string; since: Instant }

/** Throws `incident_unknown`, also for an incident of another user than `owner`. Repeating an answer keeps the first moment. */
export function respond(pool: Pool, response: Response, owner: string | null): Promise<Answered> {
  return inTransaction(pool, async (client) => {
    const { incidentId, kind } = response;
    const incident = await lockIncident(client, incidentId, owner);
    if (await saidBefore(client, response, incident.since)) return { incidentId, state: incident.state, changed: false, knownUntil: null };
    const knownUntil = kind === 'known' ? await muteKnown(client, { incidentId, ...namesOf(incident), by: byOf(response), hours: response.knownHours ?? DEFAULT_KNOWN_HOURS }) : null;
    await keep(client, response, incident, knownUntil);
    const state = await carryOut(client, response, incident.state);
    return { incidentId, state, changed: true, knownUntil };
  });
}

/** Words or keys that mean nothing to us: kept with the incident that they most likely are about. */
export function keepUnderstoodNot(pool: Pool, response: Omit<Response, 'kind' | 'knownHours'>): Promise<void> {
  return inTransaction(pool, async (client) => {
    const incident = await lockIncident(client, response.incidentId, null);
    await keep(client, { ...response, kind: null }, incident, null);
  });
}

export interface ToldIncident {
  readonly incidentId: string;
  readonly contactId: string;
  readonly state: IncidentState;
  readonly label: Label | null;
  /** As it was told: `Person, 02:14, camera Back door` needs these. */
  readonly deviceName: string;
  readonly ruleName: string;
  readonly openedAt: Instant;
  readonly timeZone: string;
}

/** Incidents that this address was told of on the channel within `withinMs`, the latest told first. What was written and not yet taken counts: a provider may have it. */
export const incidentsTold = (db: Queryable, { channel, address, withinMs }: { readonly channel: 'sms' | 'call'; readonly address: string; readonly withinMs: number }): Promise<ToldIncident[]> =>
  query<ToldIncident & Record<string, unknown>>(db, `
    SELECT incident.incident_id AS "incidentId", told.contact_id AS "contactId", incident.state, labelled.kind AS label,
           coalesce(device.name, incident.device_id) AS "deviceName", coalesce(rule.name, 'Rule ' || incident.rule_id) AS "ruleName",
           incident.opened_at AS "openedAt", coalesce(device.time_zone, 'UTC') AS "timeZone"
    FROM (SELECT DISTINCT ON (incident_id) incident_id, contact_id, created_at FROM deliveries
          WHERE channel = $1 AND address = $2 AND created_at > now() - $3 * interval '1 millisecond' AND incident_id IS NOT NULL AND tries > 0
          ORDER BY incident_id, created_at DESC) told
    JOIN incidents incident USING (incident_id)
    LEFT JOIN devices device USING (device_id)
    LEFT JOIN rule_versions rule ON rule.rule_id = incident.rule_id AND rule.version = incident.rule_version
    LEFT JOIN LATERAL (
      SELECT kind FROM responses WHERE responses.incident_id = incident.incident_id AND kind = ANY($4) ORDER BY response_id DESC LIMIT 1) labelled ON true
    ORDER BY told.created_at DESC`, [channel, address, withinMs, LABELS]);

/** What a text message was about when it came for the first time; undefined when it comes now. */
export async function incidentAnsweredBy(db: Queryable, providerId: string): Promise<string | undefined> {
  const [row] = await query<{ incidentId: string }>(db, 'SELECT incident_id AS "incidentId" FROM responses WHERE provider_id = $1', [providerId]);
  return row?.incidentId;
}

/** With the frame that people were shown last, and since when it is as they were told: opened, reopened or risen. */
async function lockIncident(client: Client, incidentId: string, owner: string | null): Promise<AnswerableRow> {
  const [row] = await query<AnswerableRow & Record<string, unknown>>(client, `
    SELECT incident.state, incident.user_id, incident.device_id, incident.rule_id, incident.rule_version,
           coalesce((SELECT frame_id FROM deliveries WHERE incident_id = $1 AND frame_id IS NOT NULL AND tries > 0 ORDER BY created_at DESC LIMIT 1), incident.first_frame_id) AS frame_id,
           coalesce((SELECT max(at) FROM incident_events WHERE incident_id = $1 AND event IN ('opened', 'reopened', 'rose')), incident.created_at) AS since
    FROM incidents incident WHERE incident_id = $1 AND ($2::text IS NULL OR user_id = $2) FOR NO KEY UPDATE OF incident`, [incidentId, owner]);
  if (row === undefined) throw new Failure('incident_unknown', `no incident ${incidentId}`);
  return row;
}

const namesOf = ({ user_id: userId, device_id: deviceId, rule_id: ruleId }: AnswerableRow): { userId: string; deviceId: string; ruleId: string } => ({ userId, deviceId, ruleId });
const byOf = ({ way, contactId }: Response): string => (contactId === null ? way : `${way}:${contactId}`);

/** Providers repeat their callbacks, people press twice. `known` is taken again: the time may be another one. */
async function saidBefore(client: Client, { incidentId, kind, way, contactId }: Response, since: Instant): Promise<boolean> {
  if (kind === 'known') return false;
  const before = await query(client, `
    SELECT 1 FROM responses WHERE incident_id = $1 AND kind = $2 AND way = $3 AND contact_id IS NOT DISTINCT FROM $4 AND at >= $5 LIMIT 1`, [incidentId, kind, way, contactId, since]);
  return before.length > 0;
}

async function keep(
  client: Client, { incidentId, kind, way, contactId, said, providerId }: Omit<Response, 'kind' | 'knownHours'> & { readonly kind: ResponseKind | null }, incident: AnswerableRow, knownUntil: Instant | null,
): Promise<void> {
  await query(client, `
    INSERT INTO responses (incident_id, kind, way, contact_id, said, user_id, device_id, frame_id, rule_id, rule_version, known_until, provider_id)
    VALUES ($1, $2, $3, $4, left($5, $6), $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (provider_id) WHERE provider_id IS NOT NULL DO NOTHING`,
  [incidentId, kind, way, contactId, said?.replaceAll('\0', '') ?? null, SAID_LIMIT, incident.user_id, incident.device_id, incident.frame_id, incident.rule_id, incident.rule_version, knownUntil, providerId ?? null]);
}

/** A closed incident stays closed: the answer is noted. What was dealt with is not taken charge of any more. */
async function carryOut(client: Client, response: Response, state: IncidentState): Promise<IncidentState> {
  const { incidentId, kind } = response;
  const next = BECOMES[kind];
  if (state === 'closed' || state === next || state === 'resolved') return state;
  await query(client, `
    UPDATE incidents SET state = $2, acknowledged_at = coalesce(acknowledged_at, now()), resolved_at = CASE WHEN $2 = 'resolved' THEN now() ELSE resolved_at END, next_due_at = now()
    WHERE incident_id = $1`, [incidentId, next]);
  await noteEvent(client, incidentId, next, { by: byOf(response) });
  await withdrawWaiting(client, incidentId);
  await tellPrograms(client, incidentId, next === 'resolved' ? 'over' : 'taken');
  await query(client, 'SELECT pg_notify($1, $2)', [INCIDENT_ANSWERED, incidentId]);
  return next;
}

/** Messages that ask somebody to look, and are not on their way yet. One that is being claimed at this moment goes out: its claim came first. */
async function withdrawWaiting(client: Client, incidentId: string): Promise<void> {
  const withdrawn = await query<{ contact_id: string }>(client, `
    UPDATE deliveries SET state = 'withdrawn' WHERE delivery_key IN (
      SELECT delivery_key FROM deliveries WHERE incident_id = $1 AND state = 'waiting' AND telling NOT IN ('taken', 'over') FOR UPDATE SKIP LOCKED)
    RETURNING contact_id`, [incidentId]);
  if (withdrawn.length > 0) await noteEvent(client, incidentId, 'withdrawn', { contacts: withdrawn.map((row) => row.contact_id) });
}
