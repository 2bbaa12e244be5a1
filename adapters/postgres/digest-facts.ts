/** What the ledger knows of a digest, gathered for its messages. */
import type { DigestFacts, DigestFactSource, HeldFacts } from '../../activities/ports/digest-facts.ts';
import { SEVERITIES } from '../../contracts/severity.ts';
import type { Instant } from '../../contracts/time.ts';
import { query } from './pool.ts';
import type { Pool } from './pool.ts';
import { shownFrames } from './shown-frames.ts';

export function createDigestFactSource(pool: Pool): DigestFactSource {
  return {
    async factsOf(digestId, entries) {
      const [counts] = await query<Counts>(pool, COUNTS, [digestId]);
      // A message refers to its digest, and digests stay.
      if (counts === undefined) throw new Error(`no digest ${digestId}`);
      const held = await query<HeldRow>(pool, HELD, [digestId, entries, SEVERITIES]);
      const shown = await shownFrames(pool, held);
      return {
        digestId, ...counts,
        entries: held.map(({ capturedAt: _, deviceId: _device, deviceTimeZone, ...row }, index): HeldFacts => {
          const { evidence, seenIn, zones, picture, timeZone } = shown[index]!;
          return { ...row, evidence, seenIn, zones, picture, timeZone: timeZone ?? deviceTimeZone };
        }),
      };
    },
  };
}

interface Counts extends Omit<DigestFacts, 'digestId' | 'entries'> {
  [column: string]: unknown;
}

const COUNTS = `
  SELECT digest.created_at AS "createdAt", count(held_id)::int AS things, count(DISTINCT device_id)::int AS devices,
         coalesce(array_agg(DISTINCT cause) FILTER (WHERE cause IS NOT NULL), '{}') AS causes
  FROM digests digest LEFT JOIN held_back USING (digest_id) WHERE digest_id = $1 GROUP BY digest_id`;

interface HeldRow extends Omit<HeldFacts, 'timeZone' | 'evidence' | 'seenIn' | 'zones' | 'picture'> {
  readonly deviceId: string;
  readonly capturedAt: Instant;
  readonly deviceTimeZone: string;
  [column: string]: unknown;
}

/** The name of a rule is that of the version which matched; of the one in force where the match is not known any more. */
const HELD = `
  SELECT held.cause, held.severity, held.matches, held.incident_id AS "incidentId", held.rule_id AS "ruleId", rule_version.name AS "ruleName",
         held.device_id AS "deviceId", coalesce(device.name, held.device_id) AS "deviceName", coalesce(device.time_zone, 'UTC') AS "deviceTimeZone",
         held.first_at AS "firstAt", held.last_at AS "lastAt", held.frame_id AS "frameId", held.frame_captured_at AS "capturedAt", coalesce(match.labels, '{}') AS labels
  FROM held_back held
  LEFT JOIN devices device ON device.device_id = held.device_id
  LEFT JOIN matches match ON match.frame_id = held.frame_id AND match.rule_id = held.rule_id
  LEFT JOIN rules rule ON rule.rule_id = held.rule_id
  LEFT JOIN rule_versions rule_version ON rule_version.rule_id = held.rule_id AND rule_version.version = coalesce(match.rule_version, rule.current_version)
  WHERE held.digest_id = $1
  ORDER BY array_position($3::text[], held.severity) DESC, held.last_at DESC, held.held_id DESC
  LIMIT $2`;
