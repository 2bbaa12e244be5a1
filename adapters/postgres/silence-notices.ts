/** Notices of silence as rows: several devices of one user are told of in one message, which hangs on one of their notices and names them all. */
import type { NoticeKind } from '../../contracts/equipment-notice.ts';
import { tellOpened } from './escalate-notices.ts';
import { tellThatWell } from './notice-messages.ts';
import { query } from './pool.ts';
import type { Client } from './pool.ts';
import type { SilenceUnderWay, SilentDevice } from './silence-watch.ts';

const KIND: NoticeKind = 'silent';

/** Of one user, the longest silent first. */
export async function tellOfSilence(client: Client, silent: readonly (SilentDevice & { readonly noticeId: string })[]): Promise<void> {
  const [told] = silent;
  if (told === undefined) return;
  await query(client, `
    INSERT INTO equipment_notices (notice_id, kind, device_id, user_id, state, reason, since, last_at, frames, seen_until, opened_at, told_with)
    SELECT "noticeId", $2, "deviceId", "userId", 'open', 'no_frames', "lastAt", "lastAt", 0, now(), now(), $3
    FROM jsonb_to_recordset($1) AS silent ("noticeId" uuid, "deviceId" text, "userId" text, "lastAt" timestamptz)`, [JSON.stringify(silent), KIND, told.noticeId]);
  await tellOpened(client, [told.noticeId]);
}

/** Of one user. */
export async function tellOfReturn(client: Client, back: readonly SilenceUnderWay[]): Promise<void> {
  const [told] = back;
  if (told === undefined) return;
  await query(client, "UPDATE equipment_notices SET state = 'closed', closed_at = now(), well_with = $2 WHERE notice_id = ANY($1)", [back.map(({ noticeId }) => noticeId), told.noticeId]);
  const toldWith = [...new Set(back.map((notice) => notice.toldWith))];
  await withdrawUnsent(client, toldWith);
  await tellThatWell(client, [{ noticeId: told.noticeId, toldIn: toldWith }]);
}

/** Nobody waits any more for frames of a device that was switched off, moved to another user or may be silent for ever: its notice ends without a word. */
export async function closeUnexpected(client: Client, silentSeconds: number): Promise<void> {
  await query(client, `
    UPDATE equipment_notices notice SET state = 'closed', closed_at = now()
    FROM devices device JOIN users owner ON owner.user_id = device.user_id
    WHERE notice.kind = $1 AND notice.state = 'open' AND device.device_id = notice.device_id
      AND (device.user_id <> notice.user_id OR NOT device.enabled OR NOT owner.enabled OR coalesce(device.silent_after_seconds, $2) = 0)`, [KIND, silentSeconds]);
}

/** A message that never left, as while our own line was down, has nothing more to say once all its devices are back. */
async function withdrawUnsent(client: Client, toldWith: readonly string[]): Promise<void> {
  await query(client, `
    UPDATE deliveries SET state = 'withdrawn'
    WHERE notice_id = ANY($1) AND telling = 'opened' AND state = 'waiting' AND uncertain = 0
      AND NOT EXISTS (SELECT FROM equipment_notices silent WHERE silent.told_with = deliveries.notice_id AND silent.state = 'open')`, [toldWith]);
}
