/** The account of the canary, its key, and whose turn it is to send. Written past the API, which lets nobody put what carries its id. */
import { CANARY_ID } from '../../contracts/canary.ts';
import { Failure } from '../../contracts/failures.ts';
import { readRule } from '../../policies/language/read-rule.ts';
import { createKey } from './api-keys.ts';
import { inTransaction, query } from './pool.ts';
import type { Client, Pool, Queryable } from './pool.ts';

/** Holds on every frame, because no picture of the canary shows one; and where a model knows no such class it holds as well. */
const RULE = `rule: ${CANARY_ID}\nname: Canary\nseverity: low\nunsafe:\n  none: [giraffe >= 99%]\n`;
/** More than this many on their way say nothing new, and a pipeline that comes back should not begin with a night of them. */
const MOST_OPEN = 3;
/** One that a dead process had is gone by then. A living one takes a new key before. */
const KEY_DAYS = 1;

/** User, device, rule and assignment, as they should be. No contact: whoever had one would be told every minute. */
export async function putCanary(pool: Pool): Promise<void> {
  const parsed = readRule(RULE);
  if (parsed.rule === null) throw new Failure('internal', 'the rule of the canary does not parse');
  const condition = JSON.stringify(parsed.rule.condition);
  await inTransaction(pool, async (client) => {
    await query(client, "INSERT INTO users (user_id, name) VALUES ($1, 'Canary') ON CONFLICT (user_id) DO UPDATE SET enabled = true", [CANARY_ID]);
    await query(client, `
      INSERT INTO devices (device_id, user_id, name, time_zone, silent_after_seconds) VALUES ($1, $1, 'Canary', 'UTC', 0)
      ON CONFLICT (device_id) DO UPDATE SET user_id = $1, enabled = true`, [CANARY_ID]);
    await putRule(client, condition);
    await query(client, "INSERT INTO assignments (user_id, rule_id, assigned_by) SELECT $1, $1, $1 WHERE NOT EXISTS (SELECT FROM assignments WHERE user_id = $1 AND rule_id = $1)", [CANARY_ID]);
  });
}

/** A version of its own when a release says it in other words. */
async function putRule(client: Client, condition: string): Promise<void> {
  const [current] = await query<{ version: number; source: string }>(client, `
    SELECT version.version, version.source FROM rules rule JOIN rule_versions version ON version.rule_id = rule.rule_id AND version.version = rule.current_version
    WHERE rule.rule_id = $1 FOR UPDATE OF rule`, [CANARY_ID]);
  if (current?.source === RULE) return;
  const version = (current?.version ?? 0) + 1;
  await query(client, `
    INSERT INTO rules (rule_id, current_version) VALUES ($1, $2) ON CONFLICT (rule_id) DO UPDATE SET current_version = $2, updated_at = now(), deleted_at = NULL`, [CANARY_ID, version]);
  await query(client, "INSERT INTO rule_versions (rule_id, version, source, name, severity, condition, created_by) VALUES ($1, $2, $3, 'Canary', 'low', $4, $1)",
    [CANARY_ID, version, RULE, condition]);
}

/** True for one of all processes that ask within a period; false while some are on their way already. */
export async function takeCanaryTurn(db: Queryable, periodMs: number): Promise<boolean> {
  const rows = await query(db, `
    UPDATE canary_watch SET sent_at = now()
    WHERE (sent_at IS NULL OR sent_at <= now() - $1 * interval '1 millisecond') AND (SELECT count(*) FROM open_frames WHERE device_id = $2) < $3 RETURNING 1`,
  [periodMs, CANARY_ID, MOST_OPEN]);
  return rows.length > 0;
}

/** A key for its own device and nothing else. Keys that are older than any process keeps them are gone with it. */
export async function mintCanaryKey(pool: Pool): Promise<string> {
  await query(pool, "DELETE FROM api_keys WHERE user_id = $1 AND created_at < now() - make_interval(days => $2)", [CANARY_ID, KEY_DAYS]);
  return (await createKey(pool, { role: 'ingest', userId: CANARY_ID })).key;
}
