/** The canary as the ledger knows it: when one last came through, and the alarm under way. Several API processes look; the row lets one of them tell. */
import { CANARY_END, CANARY_ID } from '../../contracts/canary.ts';
import type { Instant } from '../../contracts/time.ts';
import type { CanaryKnown } from '../../policies/canary-watch.ts';
import { query } from './pool.ts';
import type { Queryable } from './pool.ts';

export interface CanaryRow extends CanaryKnown {
  readonly alarmId: string | null;
  readonly tellings: number;
}

/** Further back nothing is looked for: what is known from before stands in the row. */
const LOOK_BACK_HOURS = 6;

const ROW = `now() AS now, settled_at AS "settledAt", coalesce((SELECT open_since FROM open_door), now()) AS "openSince",
             alarm_id AS "alarmId", alarm_at AS "alarmAt", told_at AS "toldAt", tellings`;

/** Looks into the ledger, and remembers. One that was rejected, or failed, or matched nothing has not come through. */
export async function lookForCanary(db: Queryable): Promise<CanaryRow> {
  const [row] = await query<CanaryRow & Record<string, unknown>>(db, `
    UPDATE canary_watch SET settled_at = greatest(settled_at, (
      SELECT settled_at FROM frames WHERE device_id = $1 AND captured_at > now() - make_interval(hours => $2) AND state = $3 AND reason = $4 ORDER BY captured_at DESC LIMIT 1))
    RETURNING ${ROW}`, [CANARY_ID, LOOK_BACK_HOURS, CANARY_END.state, CANARY_END.reason]);
  return row!;
}

/** As it was last looked at: for whoever only shows it. */
export async function readCanary(db: Queryable): Promise<CanaryRow> {
  const [row] = await query<CanaryRow & Record<string, unknown>>(db, `SELECT ${ROW} FROM canary_watch`);
  return row!;
}

/** The alarm that is to be told now; undefined when another process tells of it. `toldAgoMs`: how long ago it counts as told. */
export async function claimTelling(db: Queryable, { tellings }: Pick<CanaryRow, 'tellings'>, newAlarmId: string): Promise<{ alarmId: string; alarmAt: Instant; tellings: number } | undefined> {
  const [claimed] = await query<{ alarmId: string; alarmAt: Instant; tellings: number } & Record<string, unknown>>(db, `
    UPDATE canary_watch SET alarm_id = coalesce(alarm_id, $1), alarm_at = coalesce(alarm_at, now()), told_at = now(), tellings = tellings + 1
    WHERE tellings = $2 RETURNING alarm_id AS "alarmId", alarm_at AS "alarmAt", tellings`, [newAlarmId, tellings]);
  return claimed;
}

/** A word that could not be brought out is due again that soon. */
export async function tellAgainIn(db: Queryable, alarmId: string, remindMs: number, inMs: number): Promise<void> {
  await query(db, "UPDATE canary_watch SET told_at = now() - $2 * interval '1 millisecond' WHERE alarm_id = $1", [alarmId, remindMs - inMs]);
}

/** False when another process has ended it. */
export async function endAlarm(db: Queryable, alarmId: string): Promise<boolean> {
  const rows = await query(db, 'UPDATE canary_watch SET alarm_id = NULL, alarm_at = NULL, told_at = NULL, tellings = 0 WHERE alarm_id = $1 RETURNING 1', [alarmId]);
  return rows.length > 0;
}
