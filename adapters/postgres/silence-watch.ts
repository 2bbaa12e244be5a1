/**
 * Silent devices: found by one look at all of them every half a minute, which costs acceptance nothing. When a device was last heard stands in the running
 * totals, which record moves anyway, and in the work list; both are of acceptance, by the clock of the database.
 */
import { uuidv7 } from 'uuidv7';
import { CANARY_ID } from '../../contracts/canary.ts';
import type { NoticeKind } from '../../contracts/equipment-notice.ts';
import type { Instant } from '../../contracts/time.ts';
import { returnsToTell, silencesToTell } from '../../policies/silence.ts';
import type { OpenSilence, QuietDevice, SilenceSettings } from '../../policies/silence.ts';
import { DOOR_SHUT_SECONDS } from './open-door.ts';
import { closeUnexpected, tellOfReturn, tellOfSilence } from './silence-notices.ts';
import { inTransaction, query } from './pool.ts';
import type { Client, Pool } from './pool.ts';

/** One look at a time, whatever number of dispatchers there are. */
const SILENCE_LOCK = 7_238_117;
const KIND: NoticeKind = 'silent';

export interface SilenceOptions extends SilenceSettings {
  /** For devices without a time of their own; 0: never. */
  readonly silentSeconds: number;
}

export interface SilentDevice extends QuietDevice {
  /** When it was last heard. */
  readonly lastAt: Instant;
}

export interface SilenceUnderWay extends OpenSilence {
  readonly noticeId: string;
  readonly toldWith: string;
}

/** Opens, closes and tells. Does nothing where another process looks right now, or where no API lives: then nobody can be heard. */
export const watchSilence = (pool: Pool, options: SilenceOptions): Promise<void> => inTransaction(pool, async (client) => {
  const [lock] = await query<{ ours: boolean }>(client, 'SELECT pg_try_advisory_xact_lock($1) AS ours', [SILENCE_LOCK]);
  if (!lock?.ours) return;
  const [door] = await query<{ now: Instant; open_since: Instant }>(client,
    "SELECT now() AS now, open_since FROM open_door WHERE seen_at > now() - $1 * interval '1 second'", [DOOR_SHUT_SECONDS]);
  if (!door) return;
  await closeUnexpected(client, options.silentSeconds);
  for (const back of returnsToTell(await silencesUnderWay(client, options.silentSeconds), door.now, options)) await tellOfReturn(client, back);
  const quiet = await quietDevices(client, door.open_since, options.silentSeconds);
  if (quiet.length === 0) return;
  const toldAt = await lastTold(client, [...new Set(quiet.map(({ userId }) => userId))]);
  for (const silent of silencesToTell(quiet, toldAt, door.now, options)) {
    await tellOfSilence(client, silent.map((device) => ({ ...device, noticeId: uuidv7() })));
  }
});

/** The newest hour of a device has at most a row per terminal state. */
const LAST_SETTLED = `
  SELECT max(last_accepted_at) AS at FROM (
    SELECT last_accepted_at FROM frame_counts books
    WHERE books.user_id = device.user_id AND books.device_id = device.device_id ORDER BY hour DESC LIMIT 5) newest`;

/**
 * Enabled devices past their time. The count begins anew where frames could not have been heard before: while no API lived, the device or its user was switched off. A device that
 * never sent is none of them, nor is one whose uploads are refused, or whose frames are on their way.
 */
const quietDevices = (client: Client, openSince: Instant, silentSeconds: number): Promise<SilentDevice[]> => query<SilentDevice & Record<string, unknown>>(client, `
  WITH heard AS MATERIALIZED (
    SELECT device.device_id, device.user_id, coalesce(device.silent_after_seconds, $2) * interval '1 second' AS patience,
           greatest(settled.at, refused.refused_at) AS last_at, greatest(settled.at, refused.refused_at, $1, device.enabled_since, owner.enabled_since) AS counts_from
    FROM devices device JOIN users owner ON owner.user_id = device.user_id
    LEFT JOIN refused_uploads refused ON refused.device_id = device.device_id
    CROSS JOIN LATERAL (${LAST_SETTLED}) settled
    WHERE device.enabled AND owner.enabled AND coalesce(device.silent_after_seconds, $2) > 0 AND device.device_id <> $4 AND settled.at IS NOT NULL)
  SELECT device_id AS "deviceId", user_id AS "userId", last_at AS "lastAt", counts_from AS "countsFrom", (extract(epoch FROM patience) * 1000)::bigint AS "limitMs",
         (SELECT max(opened_at) FROM equipment_notices notice WHERE notice.device_id = heard.device_id AND kind = $3) AS "lastNoticeAt"
  FROM heard
  WHERE counts_from + patience <= now()
    AND NOT EXISTS (SELECT FROM open_frames open WHERE open.device_id = heard.device_id AND open.run = 1 AND open.opened_at + patience > now())
    AND NOT EXISTS (SELECT FROM equipment_notices notice WHERE notice.device_id = heard.device_id AND kind = $3 AND state <> 'closed')
  ORDER BY last_at, device_id`, [openSince, silentSeconds, KIND, CANARY_ID]);

async function lastTold(client: Client, userIds: readonly string[]): Promise<ReadonlyMap<string, Instant>> {
  const rows = await query<{ user_id: string; at: Instant }>(client,
    'SELECT user_id, max(opened_at) AS at FROM equipment_notices WHERE user_id = ANY($1) AND kind = $2 GROUP BY user_id', [userIds, KIND]);
  return new Map(rows.map((row) => [row.user_id, row.at]));
}

/** All that are open, each with the moment at which a frame was first seen to have come since. */
const silencesUnderWay = (client: Client, silentSeconds: number): Promise<SilenceUnderWay[]> => query<SilenceUnderWay & Record<string, unknown>>(client, `
  WITH heard AS (
    SELECT notice.notice_id, greatest(settled.at, (SELECT max(opened_at) FROM open_frames open WHERE open.device_id = notice.device_id AND open.run = 1)) AS at
    FROM equipment_notices notice JOIN devices device ON device.device_id = notice.device_id
    CROSS JOIN LATERAL (${LAST_SETTLED}) settled
    WHERE notice.kind = $1 AND notice.state = 'open'),
  back AS (
    UPDATE equipment_notices notice SET well_since = heard.at FROM heard
    WHERE heard.notice_id = notice.notice_id AND notice.well_since IS NULL AND heard.at > notice.since RETURNING notice.notice_id, notice.well_since)
  SELECT notice.notice_id AS "noticeId", notice.user_id AS "userId", told_with AS "toldWith", coalesce(back.well_since, notice.well_since) AS "wellSince",
         coalesce(device.silent_after_seconds, $2) * 1000::bigint AS "limitMs"
  FROM equipment_notices notice JOIN devices device ON device.device_id = notice.device_id LEFT JOIN back ON back.notice_id = notice.notice_id
  WHERE notice.kind = $1 AND notice.state = 'open' ORDER BY notice.since, notice.notice_id`, [KIND, silentSeconds]);
