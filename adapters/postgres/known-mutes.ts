/** "I know this": mutes the things that an incident showed, on its camera, for a time. */
import { uuidv7 } from 'uuidv7';
import type { Instant } from '../../contracts/time.ts';
import { query } from './pool.ts';
import type { Client } from './pool.ts';

export interface KnownThing {
  readonly incidentId: string;
  readonly userId: string;
  readonly deviceId: string;
  readonly ruleId: string;
  /** Who says so: a way, and a contact where there is one. */
  readonly by: string;
  readonly hours: number;
}

/**
 * By what was seen, for every rule of the user on that camera: who knows the dog does not want to hear of it from another rule. Where the incident showed
 * nothing that has a name, the rule itself is muted there. Said again, the new time holds.
 */
export async function muteKnown(client: Client, { incidentId, userId, deviceId, ruleId, by, hours }: KnownThing): Promise<Instant> {
  const [{ labels, until }] = await query<{ labels: string[] | null; until: Instant }>(client, `
    SELECT (SELECT array_agg(DISTINCT label ORDER BY label) FROM matches, unnest(labels) AS label WHERE incident_id = $1) AS labels, now() + $2 * interval '1 hour' AS until`,
  [incidentId, hours]) as [{ labels: string[] | null; until: Instant }];
  const rule = labels === null ? ruleId : null;
  const renewed = await query(client, `
    UPDATE snoozes SET until_at = $6, created_by = $5
    WHERE user_id = $1 AND device_id = $2 AND rule_id IS NOT DISTINCT FROM $3 AND labels IS NOT DISTINCT FROM $4::text[] AND cause = 'known' AND ended_at IS NULL AND until_at > now()
    RETURNING snooze_id`, [userId, deviceId, rule, labels, by, until]);
  if (renewed.length > 0) return until;
  await query(client, `
    INSERT INTO snoozes (snooze_id, user_id, rule_id, device_id, labels, cause, until_at, created_by) VALUES ($1, $2, $3, $4, $5, 'known', $6, $7)`,
  [uuidv7(), userId, rule, deviceId, labels, until, by]);
  return until;
}
