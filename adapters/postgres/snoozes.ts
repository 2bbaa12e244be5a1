/** Snoozes: matches that shall tell nobody for a time. */
import type { Snooze } from '../../policies/snooze.ts';
import { query } from './pool.ts';
import type { Queryable } from './pool.ts';

const HOLDS = 'ended_at IS NULL AND until_at > now()';

/** Those that hold now, by the clock of the database. */
export const activeSnoozes = (db: Queryable, userIds: readonly string[]): Promise<Snooze[]> => query<Snooze & Record<string, unknown>>(db, `
  SELECT snooze_id AS "snoozeId", user_id AS "userId", rule_id AS "ruleId", device_id AS "deviceId", labels, cause, until_at AS until
  FROM snoozes WHERE user_id = ANY($1) AND ${HOLDS}`, [[...new Set(userIds)]]);
