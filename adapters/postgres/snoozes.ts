/** Snoozes: matches that shall tell nobody for a time. */
import { uuidv7 } from 'uuidv7';
import { Failure } from '../../contracts/failures.ts';
import type { Instant } from '../../contracts/time.ts';
import type { Snooze, SnoozeReach } from '../../policies/snooze.ts';
import { isMissingReference } from './missing-reference.ts';
import { inTransaction, query } from './pool.ts';
import type { Pool, Queryable } from './pool.ts';

export interface StoredSnooze extends Snooze {
  readonly createdAt: Instant;
  /** `key:<id>`, or the way of an answer and its contact. */
  readonly createdBy: string;
  /** Null: it was not taken back. */
  readonly endedAt: Instant | null;
}

const REACH = 'snooze_id AS "snoozeId", user_id AS "userId", rule_id AS "ruleId", device_id AS "deviceId", labels, cause, until_at AS until';
const COLUMNS = `${REACH}, created_at AS "createdAt", created_by AS "createdBy", ended_at AS "endedAt"`;
const HOLDS = 'ended_at IS NULL AND until_at > now()';

/** Those that hold now, by the clock of the database. */
export const activeSnoozes = (db: Queryable, userIds: readonly string[]): Promise<Snooze[]> =>
  query<Snooze & Record<string, unknown>>(db, `SELECT ${REACH} FROM snoozes WHERE user_id = ANY($1) AND ${HOLDS}`, [[...new Set(userIds)]]);

/** Throws `user_unknown`. Whether rule and device are those of the user is for the caller to see. */
export async function addSnooze(db: Queryable, { userId, ruleId, deviceId, until }: Omit<SnoozeReach, 'labels'> & { readonly until: Instant }, createdBy: string): Promise<StoredSnooze> {
  try {
    const [row] = await query<StoredSnooze & Record<string, unknown>>(db, `
      INSERT INTO snoozes (snooze_id, user_id, rule_id, device_id, cause, until_at, created_by) VALUES ($1, $2, $3, $4, 'snoozed', $5, $6)
      RETURNING ${COLUMNS}`, [uuidv7(), userId, ruleId, deviceId, until, createdBy]);
    return row!;
  } catch (error) {
    if (isMissingReference(error)) throw new Failure('user_unknown', `no user ${userId}`);
    throw error;
  }
}

export interface SnoozeFilter {
  readonly userId: string | null;
  /** Those that hold now, or those that are over. */
  readonly active: boolean;
  /** Only older ones than this; null: from the newest. */
  readonly before: string | null;
  readonly limit: number;
}

/** Newest first. */
export const listSnoozes = (db: Queryable, { userId, active, before, limit }: SnoozeFilter): Promise<StoredSnooze[]> =>
  query<StoredSnooze & Record<string, unknown>>(db, `
    SELECT ${COLUMNS} FROM snoozes
    WHERE ($1::text IS NULL OR user_id = $1) AND ($2::uuid IS NULL OR snooze_id < $2) AND (${HOLDS}) = $3
    ORDER BY snooze_id DESC LIMIT $4`, [userId, before, active, limit]);

/**
 * Takes it back before its time, and lets be told by the next digest what it was to hold back until then. Repeating it keeps the
 * first moment. Throws `snooze_unknown`, also for a snooze of another user than `owner`.
 */
export function endSnooze(pool: Pool, snoozeId: string, owner: string | null): Promise<StoredSnooze> {
  return inTransaction(pool, async (client) => {
    const [ended] = await query<StoredSnooze & Record<string, unknown>>(client, `
      UPDATE snoozes SET ended_at = CASE WHEN until_at <= now() THEN ended_at ELSE coalesce(ended_at, now()) END
      WHERE snooze_id = $1 AND ($2::text IS NULL OR user_id = $2) RETURNING ${COLUMNS}`, [snoozeId, owner]);
    if (!ended) throw new Failure('snooze_unknown', `no snooze ${snoozeId}`);
    // What another snooze still covers goes on waiting.
    await query(client, `
      UPDATE held_back held SET due_at = least(due_at, now())
      WHERE user_id = $1 AND cause = 'snoozed' AND digest_id IS NULL AND ($2::text IS NULL OR rule_id = $2) AND ($3::text IS NULL OR device_id = $3)
        AND NOT EXISTS (SELECT 1 FROM snoozes other WHERE other.user_id = $1 AND cause = 'snoozed' AND ${HOLDS}
                          AND (other.rule_id IS NULL OR other.rule_id = held.rule_id) AND (other.device_id IS NULL OR other.device_id = held.device_id))`,
    [ended.userId, ended.ruleId, ended.deviceId]);
    return ended;
  });
}
