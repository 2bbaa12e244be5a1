/** Equipment notices as people see them, with every message about them; what their mails tell; and those that are due. */
import type { NoticeFactSource } from '../../activities/ports/notice-facts.ts';
import { Failure } from '../../contracts/failures.ts';
import type { NoticeKind, NoticeState } from '../../contracts/equipment-notice.ts';
import type { Severity } from '../../contracts/severity.ts';
import type { Instant } from '../../contracts/time.ts';
import { MESSAGE_COLUMNS } from './incident-list.ts';
import type { MessageOfIncident } from './incident-list.ts';
import { query } from './pool.ts';
import type { Pool, Queryable } from './pool.ts';

export interface EquipmentNotice {
  readonly noticeId: string;
  readonly kind: NoticeKind;
  readonly userId: string;
  readonly deviceId: string;
  readonly state: NoticeState;
  /** Failure code of its latest frame, or another of `NOTICE_REASONS`. */
  readonly reason: string;
  /** Capture time of its first frame; of silence and wrong clocks by our clock: when it was last heard, when the first was accepted or refused. */
  readonly since: Instant;
  /** The same of its latest frame. */
  readonly lastAt: Instant;
  readonly frames: number;
  /** Null of a silent device, and where its frames were refused at the door. */
  readonly firstFrameId: string | null;
  /** Of a wrong clock: how far ahead of ours, negative when behind; null otherwise. */
  readonly offSeconds: number | null;
  /** Of silence: the notice whose messages name this device too; null otherwise. */
  readonly toldWith: string | null;
  /** The same of the first good frame after its latest one; null while there is none. */
  readonly wellSince: Instant | null;
  /** When it was told, by the same clock. */
  readonly openedAt: Instant;
  readonly closedAt: Instant | null;
  readonly severity: Severity;
  /** When somebody took charge; null before. */
  readonly acknowledgedAt: Instant | null;
  /** The chain of its user's equipment has nobody further to tell. */
  readonly exhausted: boolean;
  readonly createdAt: Instant;
  readonly messages: readonly MessageOfIncident[];
}

export interface NoticeFilter {
  readonly noticeId?: string;
  readonly userId: string | null;
  readonly deviceId: string | null;
  readonly state: NoticeState | null;
  /** Place of the last notice of the page before. */
  readonly after: { readonly openedAt: Instant; readonly noticeId: string } | null;
  readonly limit: number;
}

/** Newest first. What is only suspected nobody was told, and nobody sees. */
export async function listNotices(db: Queryable, { noticeId, userId, deviceId, state, after, limit }: NoticeFilter): Promise<EquipmentNotice[]> {
  const notices = await query<Omit<EquipmentNotice, 'messages'>>(db, `
    SELECT notice_id AS "noticeId", kind, user_id AS "userId", device_id AS "deviceId", state, reason, since, last_at AS "lastAt", frames,
           first_frame_id AS "firstFrameId", off_seconds AS "offSeconds", told_with AS "toldWith",
           well_since AS "wellSince", opened_at AS "openedAt", closed_at AS "closedAt", created_at AS "createdAt",
           severity, acknowledged_at AS "acknowledgedAt", exhausted
    FROM equipment_notices
    WHERE state <> 'suspected' AND ($7::uuid IS NULL OR notice_id = $7) AND ($1::text IS NULL OR user_id = $1) AND ($2::text IS NULL OR device_id = $2) AND ($3::text IS NULL OR state = $3)
      AND ($4::timestamptz IS NULL OR (opened_at, notice_id) < ($4, $5::uuid))
    ORDER BY opened_at DESC, notice_id DESC LIMIT $6`,
  [userId, deviceId, state, after?.openedAt ?? null, after?.noticeId ?? null, limit, noticeId ?? null]);
  if (notices.length === 0) return [];
  const messages = await query<MessageOfIncident & { noticeId: string }>(db, `
    SELECT notice_id AS "noticeId", ${MESSAGE_COLUMNS} FROM deliveries WHERE notice_id = ANY($1) ORDER BY created_at, delivery_key`,
  [notices.map(({ noticeId }) => noticeId)]);
  return notices.map((notice) => ({
    ...notice, messages: messages.filter(({ noticeId }) => noticeId === notice.noticeId).map(({ noticeId: _, ...message }) => message),
  }));
}

/** Throws `notice_unknown`, also for a notice of another user than `owner`. */
export async function getNotice(db: Queryable, noticeId: string, owner: string | null): Promise<EquipmentNotice> {
  const [notice] = await listNotices(db, { noticeId, userId: owner, deviceId: null, state: null, after: null, limit: 1 });
  if (notice === undefined) throw new Failure('notice_unknown', `no equipment notice ${noticeId}`);
  return notice;
}

/**
 * Somebody takes charge: nobody else is told, but that it is well. Devices that were told of together are taken together. Repeating it keeps the first moment; one that is
 * over notes it. Throws `notice_unknown`.
 */
export async function acknowledgeNotice(pool: Pool, noticeId: string, owner: string | null, by: string): Promise<EquipmentNotice> {
  await getNotice(pool, noticeId, owner);
  await query(pool, `
    WITH taken AS (
      UPDATE equipment_notices notice SET acknowledged_at = now(), acknowledged_by = $2, escalate_at = NULL
      FROM (SELECT notice_id, coalesce(told_with, notice_id) AS told_in FROM equipment_notices WHERE notice_id = $1) asked
      WHERE (notice.notice_id = asked.told_in OR notice.told_with = asked.told_in) AND notice.acknowledged_at IS NULL
        AND (notice.state = 'open' OR notice.notice_id = asked.told_in) RETURNING notice.notice_id)
    UPDATE deliveries SET state = 'withdrawn'
    WHERE notice_id IN (SELECT notice_id FROM taken) AND telling = 'opened' AND state = 'waiting' AND tries = 0`, [noticeId, by]);
  return getNotice(pool, noticeId, owner);
}

/** Which devices the message of this notice names, by the column that says so. */
const named = (column: 'told_with' | 'well_with'): string => `
  (SELECT jsonb_agg(jsonb_build_object('deviceName', coalesce(device.name, silent.device_id), 'since', ${INSTANT}) ORDER BY silent.since, silent.notice_id)
   FROM equipment_notices silent LEFT JOIN devices device USING (device_id) WHERE silent.${column} = notice.notice_id)`;
/** As every moment is written: a date inside JSON does not pass through the reader of moments. */
const INSTANT = `to_char(silent.since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

const SILENCE = `
  CASE WHEN kind = 'silent' THEN jsonb_build_object('opened', coalesce(${named('told_with')}, '[]'), 'well', coalesce(${named('well_with')}, '[]'),
    'stillSilent', coalesce((SELECT jsonb_agg(coalesce(device.name, silent.device_id) ORDER BY silent.since) FROM equipment_notices silent LEFT JOIN devices device USING (device_id)
      WHERE silent.user_id = notice.user_id AND silent.kind = 'silent' AND silent.state = 'open'), '[]')) END`;

export function createNoticeFactSource(pool: Pool): NoticeFactSource {
  return {
    async factsOf(noticeId) {
      const [facts] = await query<Awaited<ReturnType<NoticeFactSource['factsOf']>> & Record<string, unknown>>(pool, `
        SELECT notice_id AS "noticeId", kind, reason, since, last_at AS "lastAt", frames, well_since AS "wellSince", state = 'closed' AS closed,
               off_seconds AS "offSeconds", ${SILENCE} AS silence,
               coalesce(device.name, notice.device_id) AS "deviceName", coalesce(device.time_zone, 'UTC') AS "timeZone"
        FROM equipment_notices notice LEFT JOIN devices device USING (device_id) WHERE notice_id = $1`, [noticeId]);
      // A message refers to its notice, and notices stay.
      if (facts === undefined) throw new Error(`no notice ${noticeId}`);
      return facts;
    },
  };
}

/** Notices with a message that is due: nobody has rung for it yet, or its workflow is gone. Bounded, oldest first. */
export async function dueNotices(pool: Pool): Promise<string[]> {
  const rows = await query<{ notice_id: string }>(pool, 'SELECT notice_id FROM equipment_notices WHERE next_due_at <= now() ORDER BY next_due_at LIMIT 100');
  return rows.map((row) => row.notice_id);
}
