/** Equipment notices as rows: those that are not closed, the last closed ones, and what a plan makes of them. */
import type { NoticeKind } from '../../contracts/equipment-notice.ts';
import type { Instant } from '../../contracts/time.ts';
import type { ClockStretch } from '../../policies/clock-watch.ts';
import type { Stretch } from '../../policies/equipment-watch.ts';
import { tellOpened } from './escalate-notices.ts';
import { tellThatWell } from './notice-messages.ts';
import type { AnyStretch, KnownNotice, PastNotice, PlannedNotice } from './notice-plan.ts';
import { query } from './pool.ts';
import type { Client } from './pool.ts';

export type UnclosedNotice = KnownNotice<Stretch & ClockStretch> & { readonly kind: NoticeKind };

/** Of these kinds, locked until the commit. */
export async function unclosedNotices(client: Client, devices: readonly string[], kinds: readonly NoticeKind[]): Promise<UnclosedNotice[]> {
  return query<UnclosedNotice & Record<string, unknown>>(client, `
    SELECT kind, notice_id AS "noticeId", device_id AS "deviceId", user_id AS "userId", reason, since, last_at AS "lastAt", frames, first_frame_id AS "firstFrameId",
           well_since AS "wellSince", seen_until AS "seenUntil", opened_at AS "openedAt", coalesce(off_seconds, 0) AS "offSeconds", right_frames AS "rightFrames"
    FROM equipment_notices WHERE device_id = ANY($1) AND kind = ANY($2) AND state <> 'closed' ORDER BY device_id, kind FOR NO KEY UPDATE`, [devices, kinds]);
}

export const byDevice = <N extends { readonly deviceId: string; readonly kind: NoticeKind }>(notices: readonly N[], kind: NoticeKind): Map<string, N> =>
  new Map(notices.filter((notice) => notice.kind === kind).map((notice) => [notice.deviceId, notice]));

export async function lastClosed(client: Client, devices: readonly string[], kind: NoticeKind): Promise<Map<string, PastNotice>> {
  if (devices.length === 0) return new Map();
  const rows = await query<{ device_id: string; openedAt: Instant; seenUntil: Instant }>(client, `
    SELECT device_id, past.* FROM unnest($1::text[]) AS device (device_id)
    CROSS JOIN LATERAL (
      SELECT opened_at AS "openedAt", seen_until AS "seenUntil" FROM equipment_notices notice
      WHERE notice.device_id = device.device_id AND kind = $2 AND state = 'closed' ORDER BY opened_at DESC LIMIT 1) past`, [devices, kind]);
  return new Map(rows.map(({ device_id: deviceId, ...past }) => [deviceId, past]));
}

/** Writes the notices of a plan, and the messages that come of them. */
export async function carryOutNotices<S extends AnyStretch>(client: Client, kind: NoticeKind, notices: readonly PlannedNotice<S>[]): Promise<void> {
  const dropped = notices.filter(({ state }) => state === 'dropped');
  if (dropped.length > 0) await query(client, 'DELETE FROM equipment_notices WHERE notice_id = ANY($1)', [dropped.map(({ noticeId }) => noticeId)]);
  const kept = notices.filter(({ state }) => state !== 'dropped');
  // Before those that are new go in: an index allows one that is not closed to a device.
  await writeNotices(client, kind, kept.filter(({ before }) => before !== null));
  await writeNotices(client, kind, kept.filter(({ before }) => before === null));
  const opened = kept.filter(({ openedAt, before }) => openedAt !== null && (before === null || before.openedAt === null));
  await tellOpened(client, opened.map(({ noticeId }) => noticeId));
  await tellThatWell(client, kept.filter(({ well }) => well).map(({ noticeId }) => ({ noticeId, toldIn: [noticeId] })));
}

async function writeNotices(client: Client, kind: NoticeKind, notices: readonly object[]): Promise<void> {
  if (notices.length === 0) return;
  await query(client, `
    INSERT INTO equipment_notices AS notice (notice_id, kind, device_id, user_id, state, reason, since, last_at, frames, first_frame_id, well_since, seen_until, opened_at, closed_at, off_seconds, right_frames)
    SELECT "noticeId", $2, "deviceId", "userId", state, reason, since, "lastAt", frames, "firstFrameId", "wellSince", "seenUntil", "openedAt", CASE WHEN state = 'closed' THEN now() END,
           CASE WHEN $2 = 'clock' THEN "offSeconds" END, coalesce("rightFrames", 0)
    FROM jsonb_to_recordset($1) AS planned ("noticeId" uuid, "deviceId" text, "userId" text, state text, reason text, since timestamptz, "lastAt" timestamptz,
      frames int, "firstFrameId" uuid, "wellSince" timestamptz, "seenUntil" timestamptz, "openedAt" timestamptz, "offSeconds" bigint, "rightFrames" int)
    ON CONFLICT (notice_id) DO UPDATE SET state = EXCLUDED.state, reason = EXCLUDED.reason, last_at = EXCLUDED.last_at, frames = EXCLUDED.frames,
      well_since = EXCLUDED.well_since, seen_until = EXCLUDED.seen_until, opened_at = EXCLUDED.opened_at, closed_at = EXCLUDED.closed_at,
      off_seconds = EXCLUDED.off_seconds, right_frames = EXCLUDED.right_frames`,
  [JSON.stringify(notices), kind]);
}
