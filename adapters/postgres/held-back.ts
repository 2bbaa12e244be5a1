/** What people were not told, gathered for a digest: one row for each thing and reader, counted up while it goes on. */
import type { MatchToDecide } from '../../activities/alert.ts';
import type { HoldCause } from '../../contracts/digest.ts';
import type { Severity } from '../../contracts/severity.ts';
import { instantToEpochMs } from '../../contracts/time.ts';
import type { Instant } from '../../contracts/time.ts';
import { query } from './pool.ts';
import type { Client } from './pool.ts';

export interface ThingHeldBack {
  readonly userId: string;
  /** Null: from the user. */
  readonly contactId: string | null;
  readonly cause: HoldCause;
  /** Null: matches that open none. */
  readonly incidentId: string | null;
  readonly ruleId: string;
  readonly deviceId: string;
  readonly severity: Severity;
  /** So far: of an incident all, which replace the number of before; of matches those that are new. */
  readonly matches: number;
  readonly frame: { readonly frameId: string; readonly capturedAt: Instant };
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  readonly dueAtMs: number;
}

/** Things of one transaction, each reader and thing once. A thing that is held already keeps its time: it was promised for then. */
export async function holdBack(client: Client, things: readonly ThingHeldBack[]): Promise<void> {
  if (things.length === 0) return;
  await query(client, `
    INSERT INTO held_back AS held (user_id, contact_id, cause, incident_id, rule_id, device_id, severity, matches, frame_id, frame_captured_at, first_at, last_at, due_at)
    SELECT user_id, contact_id, cause, incident_id, rule_id, device_id, severity, matches, frame_id, frame_captured_at, first_at, last_at, to_timestamp(due_at_ms / 1000)
    FROM jsonb_to_recordset($1) AS thing (user_id text, contact_id text, cause text, incident_id uuid, rule_id text, device_id text, severity text, matches int,
      frame_id uuid, frame_captured_at timestamptz, first_at timestamptz, last_at timestamptz, due_at_ms float8)
    ON CONFLICT (user_id, coalesce(contact_id, ''), cause, rule_id, device_id, coalesce(incident_id, '00000000-0000-0000-0000-000000000000')) WHERE digest_id IS NULL
    DO UPDATE SET matches = CASE WHEN held.incident_id IS NULL THEN held.matches + EXCLUDED.matches ELSE EXCLUDED.matches END,
      severity = CASE WHEN array_position(${ORDER}, EXCLUDED.severity) > array_position(${ORDER}, held.severity) THEN EXCLUDED.severity ELSE held.severity END,
      first_at = least(held.first_at, EXCLUDED.first_at), last_at = greatest(held.last_at, EXCLUDED.last_at)`,
  [JSON.stringify(things.map(({ userId, contactId, cause, incidentId, ruleId, deviceId, severity, matches, frame, firstAt, lastAt, dueAtMs }) => ({
    user_id: userId, contact_id: contactId, cause, incident_id: incidentId, rule_id: ruleId, device_id: deviceId, severity, matches,
    frame_id: frame.frameId, frame_captured_at: frame.capturedAt, first_at: firstAt, last_at: lastAt, due_at_ms: dueAtMs,
  })))]);
}

const ORDER = "ARRAY['low', 'medium', 'high', 'critical']";

/** A snooze of weeks is told of each day, so that nobody forgets it. */
const LONGEST_SILENCE_MS = 24 * 3_600_000;

/** Matches that a snooze holds: one row for each rule and device. */
export async function holdSnoozed(client: Client, held: readonly { readonly match: MatchToDecide; readonly untilAt: Instant }[]): Promise<void> {
  const things = new Map<string, ThingHeldBack>();
  const latestMs = Date.now() + LONGEST_SILENCE_MS;
  for (const { match: { frame, verdict: { ruleId, severity } }, untilAt } of held) {
    const { userId, deviceId, frameId, capturedAt } = frame;
    const key = [userId, ruleId, deviceId].join('\n');
    const before = things.get(key);
    things.set(key, before === undefined ? {
      userId, contactId: null, cause: 'snoozed', incidentId: null, ruleId, deviceId, severity, matches: 1, frame: { frameId, capturedAt }, firstAt: capturedAt, lastAt: capturedAt,
      dueAtMs: Math.min(instantToEpochMs(untilAt), latestMs),
    } : { ...before, matches: before.matches + 1, lastAt: capturedAt > before.lastAt ? capturedAt : before.lastAt });
  }
  await holdBack(client, [...things.values()]);
}
