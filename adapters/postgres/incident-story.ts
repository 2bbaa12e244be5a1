/**
 * The whole story of an incident: what happened to it, its matches in short, every message with every try and callback, every
 * answer, and what was held back. One statement, so one snapshot; put into words elsewhere.
 */
import type { Arrival, Channel, DeliveryState } from '../../contracts/delivery.ts';
import type { HoldCause } from '../../contracts/digest.ts';
import type { IncidentEvent } from '../../contracts/incident.ts';
import type { ResponseKind, ResponseWay } from '../../contracts/response.ts';
import type { Severity } from '../../contracts/severity.ts';
import type { Instant } from '../../contracts/time.ts';
import { query } from './pool.ts';
import type { Queryable } from './pool.ts';

/** Which message an entry is about. */
interface OfMessage {
  readonly deliveryKey: string;
  readonly contactId: string;
  readonly channel: Channel;
  readonly address: string;
}

interface Answered {
  /** Null: what was said is no answer that we know. */
  readonly response: ResponseKind | null;
  readonly way: ResponseWay;
  readonly contactId: string | null;
  readonly said: string | null;
  readonly frameId: string;
  /** Of `known`: until when it is muted. */
  readonly knownUntil: Instant | null;
}

/** One thing that happened; `at` is always the clock of the database. */
export type StoryFact = { readonly at: Instant } & (
  /** An event of contracts/incident.ts with what was noted of it. */
  | { readonly kind: 'event'; readonly event: IncidentEvent; readonly detail: Readonly<Record<string, unknown>> }
  /** The first, the worst and the latest by capture time; one frame may be several of them. */
  | { readonly kind: 'match'; readonly which: readonly MatchRole[]; readonly frameId: string; readonly capturedAt: Instant; readonly severity: Severity;
    readonly labels: readonly string[]; readonly probability: number | null }
  | OfMessage & { readonly kind: 'message'; readonly telling: string; readonly severity: Severity; readonly level: number; readonly round: number; readonly state: DeliveryState }
  | OfMessage & { readonly kind: 'attempt'; readonly attempt: number; readonly outcome: AttemptOutcome | null; readonly answer: string | null; readonly ms: number | null }
  | OfMessage & { readonly kind: 'arrival'; readonly arrival: Arrival; readonly providerId: string; readonly providerCode: string | null }
  | OfMessage & { readonly kind: 'resent'; readonly resentBy: string }
  | Answered & { readonly kind: 'response' }
  | { readonly kind: 'held_back'; readonly cause: HoldCause; readonly contactId: string | null; readonly matches: number; readonly dueAt: Instant; readonly digestId: string | null }
  | { readonly kind: 'digest'; readonly digestId: string; readonly messages: readonly (Omit<OfMessage, 'deliveryKey'> & { readonly state: DeliveryState })[] });

export type MatchRole = 'first' | 'worst' | 'latest';
/** Null while a try is under way. */
export type AttemptOutcome = 'delivered' | 'refused' | 'unavailable' | 'uncertain';

/** What an incident is called. */
export interface StorySubject {
  readonly deviceName: string;
  /** IANA name: of the device today; UTC where the device is gone. */
  readonly timeZone: string;
  /** Null for a rule without a name; of the version that opened it. */
  readonly ruleName: string | null;
  /** What the first match showed; empty where it has no name. */
  readonly labels: readonly string[];
}

export interface Story extends StorySubject {
  readonly facts: readonly StoryFact[];
  /** Facts that are left out: those after the first `HEAD` and before the last `TAIL`. */
  readonly left: number;
}

/** How it began, and what happened of late; between them lie the tries of a provider that was away for days. */
const HEAD = 100;
const TAIL = 400;

/** As an `Instant`: in JSON Postgres would write it otherwise. */
const instant = (column: string): string => `to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
const MESSAGE = `'deliveryKey', delivery_key, 'contactId', contact_id, 'channel', channel, 'address', address`;

/**
 * `place` decides between facts of one moment. A row that takes its time from the begin of its transaction would come before
 * what it follows from, so a message is put beside the event that had it written.
 */
const STORY = `
  WITH subject AS (SELECT * FROM incidents WHERE incident_id = $1),
  message AS MATERIALIZED (SELECT * FROM deliveries WHERE incident_id = $1),
  event AS MATERIALIZED (SELECT * FROM incident_events WHERE incident_id = $1),
  match AS MATERIALIZED (SELECT frame_id, captured_at, matched_at, severity, labels, probability FROM matches WHERE incident_id = $1),
  chosen AS (
    (SELECT 'first' AS role, match.* FROM match ORDER BY captured_at, frame_id LIMIT 1) UNION ALL
    (SELECT 'worst', match.* FROM match ORDER BY array_position(ARRAY['low', 'medium', 'high', 'critical'], severity) DESC, probability DESC NULLS LAST, captured_at LIMIT 1) UNION ALL
    (SELECT 'latest', match.* FROM match ORDER BY captured_at DESC, frame_id DESC LIMIT 1)),
  held AS MATERIALIZED (SELECT * FROM held_back WHERE incident_id = $1),
  fact (at, place, number, kind, detail) AS (
    SELECT created_at, 0, 0::bigint, 'event', jsonb_build_object('event', 'opened', 'detail', coalesce((SELECT detail FROM event WHERE event = 'opened' ORDER BY event_id LIMIT 1), '{}')) FROM subject
    UNION ALL
    SELECT at, 2, event_id, 'event', jsonb_build_object('event', event, 'detail', detail)
    FROM event WHERE event <> 'opened'
    UNION ALL
    SELECT matched_at, 1, 0, 'match', jsonb_build_object('which', jsonb_agg(role ORDER BY array_position(ARRAY['first', 'worst', 'latest'], role)), 'frameId', frame_id, 'capturedAt', ${instant('captured_at')}, 'severity', severity,
             'labels', to_jsonb(labels), 'probability', round(probability::numeric, 4))
    FROM chosen GROUP BY frame_id, captured_at, matched_at, severity, labels, probability
    UNION ALL
    SELECT coalesce((SELECT min(at) FROM event WHERE at BETWEEN created_at AND created_at + interval '10 s' AND CASE telling
                       WHEN 'taken' THEN event = 'acknowledged' WHEN 'over' THEN event IN ('resolved', 'closed')
                       ELSE event = 'told' AND telling = detail ->> 'telling' AND split_part(delivery_key, ':', 2) = detail ->> 'level' END), created_at), 3, row_number() OVER (ORDER BY delivery_key), 'message', jsonb_build_object(${MESSAGE}, 'telling', telling, 'severity', severity,
             'level', split_part(delivery_key, ':', 2)::int, 'round', split_part(delivery_key, ':', 3)::int, 'state', state)
    FROM message
    UNION ALL
    SELECT coalesce(finished_at, started_at), 4, attempt_id, 'attempt', jsonb_build_object(${MESSAGE}, 'attempt', row_number() OVER (PARTITION BY delivery_key ORDER BY attempt_id),
             'outcome', outcome, 'answer', answer, 'ms', round(extract(epoch FROM finished_at - started_at) * 1000))
    FROM delivery_attempts JOIN message USING (delivery_key)
    UNION ALL
    SELECT received_at, 5, receipt_id, 'arrival', jsonb_build_object(${MESSAGE}, 'arrival', receipt.arrival, 'providerId', receipt.provider_id, 'providerCode', receipt.provider_code)
    FROM delivery_receipts receipt JOIN message USING (delivery_key)
    UNION ALL
    SELECT resent_at, 2, 0, 'resent', jsonb_build_object(${MESSAGE}, 'resentBy', resent_by) FROM message WHERE resent_at IS NOT NULL
    UNION ALL
    SELECT at, 1, response_id, 'response', jsonb_build_object('response', kind, 'way', way, 'contactId', contact_id, 'said', said, 'frameId', frame_id, 'knownUntil', ${instant('known_until')})
    FROM responses WHERE incident_id = $1
    UNION ALL
    SELECT coalesce(match.matched_at, subject.created_at), 6, held_id, 'held_back',
           jsonb_build_object('cause', cause, 'contactId', contact_id, 'matches', held.matches, 'dueAt', ${instant('due_at')}, 'digestId', digest_id)
    FROM held CROSS JOIN subject LEFT JOIN match ON match.frame_id = held.frame_id AND match.captured_at = held.frame_captured_at
    UNION ALL
    SELECT created_at, 2, 0, 'digest', jsonb_build_object('digestId', digest_id, 'messages', (
             SELECT coalesce(jsonb_agg(jsonb_build_object('contactId', told.contact_id, 'channel', channel, 'address', address, 'state', state) ORDER BY delivery_key), '[]')
             FROM deliveries told WHERE told.digest_id = digest.digest_id))
    FROM digests digest WHERE digest_id IN (SELECT digest_id FROM held)),
  numbered AS (SELECT *, row_number() OVER (ORDER BY at, place, number, detail) AS turn, count(*) OVER () AS facts FROM fact)
  SELECT at, kind, detail, facts FROM numbered WHERE turn <= $2 OR turn > facts - $3 ORDER BY turn`;

/** Of an incident that there is. */
export async function readStory(db: Queryable, incidentId: string): Promise<Story> {
  const [rows, [subject]] = await Promise.all([
    query<{ at: Instant; kind: string; detail: object; facts: number }>(db, STORY, [incidentId, HEAD, TAIL]),
    query<StorySubject & Record<string, unknown>>(db, `
      SELECT coalesce(device.name, incident.device_id) AS "deviceName", coalesce(device.time_zone, 'UTC') AS "timeZone", rule.name AS "ruleName",
             coalesce(first.labels, '{}') AS labels
      FROM incidents incident LEFT JOIN devices device USING (device_id)
      LEFT JOIN rule_versions rule ON rule.rule_id = incident.rule_id AND rule.version = incident.rule_version
      LEFT JOIN matches first ON first.frame_id = incident.first_frame_id AND first.rule_id = incident.rule_id
      WHERE incident.incident_id = $1`, [incidentId]),
  ]);
  if (subject === undefined) throw new Error(`no incident ${incidentId}`);
  return { ...subject, facts: rows.map(({ at, kind, detail }) => ({ ...detail, at, kind }) as StoryFact), left: Math.max(0, (rows[0]?.facts ?? 0) - HEAD - TAIL) };
}
