/** What a message shows of the frames that it tells of: why the rule matched, what was seen and where, and the picture. */
import type { AlertFacts } from '../../activities/ports/alert-facts.ts';
import type { Detection } from '../../contracts/detection.ts';
import { failureIn } from '../../contracts/failures.ts';
import type { Instant } from '../../contracts/time.ts';
import type { Verdict } from '../../contracts/verdict.ts';
import type { Zone } from '../../contracts/zone.ts';
import { readCondition } from '../../policies/conditions/index.ts';
import { zonesAsked, zonesSeenIn } from '../../policies/zones-asked.ts';
import type { ZonesAsked } from '../../policies/zones-asked.ts';
import { query } from './pool.ts';
import type { Queryable } from './pool.ts';

/** A frame as the rule matched it. */
export interface FrameAsked {
  readonly frameId: string;
  readonly capturedAt: Instant;
  readonly ruleId: string;
  readonly deviceId: string;
}

export interface ShownFrame extends Pick<AlertFacts, 'tag' | 'clauses' | 'evidence' | 'seenIn' | 'zones' | 'picture'> {
  /** Of the device when the frame was accepted; null once the frame has left the ledger. */
  readonly timeZone: string | null;
}

/** One for each, in their order. What is gone by now leaves its fields empty. */
export async function shownFrames(db: Queryable, asked: readonly FrameAsked[]): Promise<ShownFrame[]> {
  const rows = await query<ShownRow>(db, SHOWN, [
    asked.map(({ frameId }) => frameId), asked.map(({ capturedAt }) => capturedAt), asked.map(({ ruleId }) => ruleId), asked.map(({ deviceId }) => deviceId),
  ]);
  return rows.map(shownIn);
}

interface ShownRow {
  tag: string | null; time_zone: string | null; sha256: string | null; width: number | null; height: number | null; detections: Detection[] | null; verdict: Verdict | null;
  condition: unknown; zones: Zone[] | null; assigned: string[] | null;
}

/**
 * The verdict is the earliest that matched: later runs of the frame are replays, and nobody is told of those. Zones are those by which
 * it was judged; of now only for verdicts from before rule sets were recorded. Each frame is looked up for itself: its capture time leads to one partition.
 */
const SHOWN = `
  SELECT frame.tag, frame.time_zone, frame.sha256, detected.width, detected.height, detected.detections, judged.verdict, rule.condition,
         coalesce(used.zones, device.zones) AS zones, used.assigned
  FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[]) WITH ORDINALITY asked (frame_id, captured_at, rule_id, device_id, place)
  LEFT JOIN devices device ON device.device_id = asked.device_id
  LEFT JOIN LATERAL (
    SELECT tag, time_zone, encode(standard_sha256, 'hex') AS sha256 FROM frames WHERE device_id = asked.device_id AND captured_at = asked.captured_at LIMIT 1) frame ON true
  LEFT JOIN LATERAL (
    SELECT width, height, detections FROM frame_detections WHERE frame_id = asked.frame_id AND captured_at = asked.captured_at LIMIT 1) detected ON true
  LEFT JOIN LATERAL (
    SELECT verdict, rule_set_id
    FROM frame_verdicts, jsonb_array_elements(verdicts) verdict
    WHERE frame_id = asked.frame_id AND captured_at = asked.captured_at AND verdict ->> 'ruleId' = asked.rule_id AND (verdict ->> 'matched')::boolean
    ORDER BY run LIMIT 1) judged ON true
  LEFT JOIN rule_versions rule ON rule.rule_id = asked.rule_id AND rule.version = (judged.verdict ->> 'ruleVersion')::int
  LEFT JOIN LATERAL (
    SELECT contents -> 'zones' AS zones,
           (SELECT nullif(entry -> 'zones', 'null') FROM jsonb_array_elements(contents -> 'rules') entry WHERE entry ->> 'ruleId' = asked.rule_id LIMIT 1) AS assigned
    FROM rule_sets WHERE rule_set_id = judged.rule_set_id) used ON true
  ORDER BY asked.place`;

function shownIn({ tag, time_zone: timeZone, sha256, width, height, detections, verdict, ...row }: ShownRow): ShownFrame {
  const clauses = verdict?.clauses ?? [];
  const evidence = (verdict?.evidence ?? []).flatMap((index) => detections?.[index] ?? []);
  const drawn = row.zones ?? [];
  const size = width === null || height === null ? null : { width, height };
  const { named, inside } = askedOf(row, verdict);
  return {
    tag, timeZone, clauses, evidence,
    seenIn: size === null ? inside : zonesSeenIn(inside, drawn, evidence, size),
    zones: drawn.filter(({ name, kind }) => kind === 'zone' && named.includes(name)).map(({ name, polygon }) => ({ name, polygon })),
    picture: sha256 === null || size === null ? null : { sha256, size },
  };
}

function askedOf({ condition, assigned }: Pick<ShownRow, 'condition' | 'assigned'>, verdict: Verdict | null): ZonesAsked {
  if (verdict === null || condition === null) return NOWHERE;
  try {
    return zonesAsked(readCondition(condition), assigned, verdict.clauses);
  } catch (error) {
    // A rule that this build cannot read judges nothing either; what it matched before is told without its zones.
    if (failureIn(error)?.code === 'rule_malformed') return NOWHERE;
    throw error;
  }
}

const NOWHERE: ZonesAsked = { named: [], inside: [] };
