/** Equipment notices as people see them, with every message about them; what their mails tell; and those that are due. */
import type { NoticeFactSource } from '../../activities/ports/notice-facts.ts';
import type { NoticeKind, NoticeState } from '../../contracts/equipment-notice.ts';
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
  readonly createdAt: Instant;
  readonly messages: readonly MessageOfIncident[];
}

export interface NoticeFilter {
  readonly userId: string | null;
  readonly deviceId: string | null;
  readonly state: NoticeState | null;
  /** Place of the last notice of the page before. */
  readonly after: { readonly openedAt: Instant; readonly noticeId: string } | null;
  readonly limit: number;
}

/** Newest first. What is only suspected nobody was told, and nobody sees. */
export async function listNotices(db: Queryable, { userId, deviceId, state, after, limit }: NoticeFilter): Promise<EquipmentNotice[]> {
  const notices = await query<Omit<EquipmentNotice, 'messages'>>(db, `
    SELECT notice_id AS "noticeId", kind, user_id AS "userId", device_id AS "deviceId", state, reason, since, last_at AS "lastAt", frames,
           first_frame_id AS "firstFrameId", off_seconds AS "offSeconds", told_with AS "toldWith",
           well_since AS "wellSince", opened_at AS "openedAt", closed_at AS "closedAt", created_at AS "createdAt"
    FROM equipment_notices
    WHERE state <> 'suspected' AND ($1::text IS NULL OR user_id = $1) AND ($2::text IS NULL OR device_id = $2) AND ($3::text IS NULL OR state = $3)
      AND ($4::timestamptz IS NULL OR (opened_at, notice_id) < ($4, $5::uuid))
    ORDER BY opened_at DESC, notice_id DESC LIMIT $6`,
  [userId, deviceId, state, after?.openedAt ?? null, after?.noticeId ?? null, limit]);
  if (notices.length === 0) return [];
  const messages = await query<MessageOfIncident & { noticeId: string }>(db, `
    SELECT notice_id AS "noticeId", ${MESSAGE_COLUMNS} FROM deliveries WHERE notice_id = ANY($1) ORDER BY created_at, delivery_key`,
  [notices.map(({ noticeId }) => noticeId)]);
  return notices.map((notice) => ({
    ...notice, messages: messages.filter(({ noticeId }) => noticeId === notice.noticeId).map(({ noticeId: _, ...message }) => message),
  }));
}

export function createNoticeFactSource(pool: Pool): NoticeFactSource {
  return {
    async factsOf(noticeId) {
      const [facts] = await query<Awaited<ReturnType<NoticeFactSource['factsOf']>> & Record<string, unknown>>(pool, `
        SELECT notice_id AS "noticeId", kind, reason, since, last_at AS "lastAt", frames, well_since AS "wellSince", state = 'closed' AS closed,
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
