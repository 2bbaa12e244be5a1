/**
 * Equipment notices, moved by what validate made of frames: in the transaction that writes those outcomes, under their fence, so that a crash neither
 * loses a notice nor makes a second one. Nobody is rung for: a sweep finds what is due, and a worker that decodes foreign bytes needs no line to Temporal.
 */
import type { StageOutcome } from '../../activities/ports/staged-frame.ts';
import { noticeDeliveryKeyOf } from '../../contracts/delivery.ts';
import { VOID_CODES } from '../../contracts/equipment-notice.ts';
import type { NoticeKind, NoticeTelling } from '../../contracts/equipment-notice.ts';
import type { Instant } from '../../contracts/time.ts';
import type { PastNotice, WatchSettings } from '../../policies/equipment-watch.ts';
import { captureSpan } from './capture-span.ts';
import { contactsToTell } from './contacts.ts';
import type { ContactToTell } from './contacts.ts';
import { planNotices } from './notice-plan.ts';
import type { DeviceFrame, KnownNotice, PlannedNotice } from './notice-plan.ts';
import { query } from './pool.ts';
import type { Client } from './pool.ts';

const KIND: NoticeKind = 'void';

/**
 * To be called after the outcomes are written: a second try of the same batch waits there for the first one, and then sees here what that has made of the
 * same frames. Batches of one device never meet, by its lane; if they did, an index would refuse the second notice, and the try would be repeated.
 */
export async function watchEquipment(client: Client, held: readonly Pick<StageOutcome, 'frame' | 'outcome' | 'code'>[], settings: WatchSettings): Promise<void> {
  const frames = held.flatMap(watchedIn).sort((one, other) => (one.capturedAt < other.capturedAt ? -1 : 1));
  const devices = [...new Set(frames.map(({ deviceId }) => deviceId))];
  const blind = [...new Set(frames.filter(({ shows }) => shows === 'nothing').map(({ deviceId }) => deviceId))];
  if (devices.length === 0) return;
  const known = await unclosed(client, devices);
  // Where nearly every batch ends: good frames of devices that are well cost this one look into an index that is next to empty.
  if (blind.length === 0 && known.size === 0) return;
  const late = await lateOnes(client, frames.filter(({ deviceId, shows }) => shows === 'nothing' && !known.has(deviceId)), frames);
  await carryOut(client, planNotices(frames.filter(({ frameId }) => !late.has(frameId)), known, await lastClosed(client, blind), settings));
}

/** First runs only: a replay is of the past and tells nobody. A frame that was refused for something else says nothing of the equipment. */
function watchedIn({ frame, outcome, code }: Pick<StageOutcome, 'frame' | 'outcome' | 'code'>): DeviceFrame[] {
  const { frameId, deviceId, userId, capturedAt, run } = frame;
  const isVoid = outcome === 'refused' && code !== null && VOID_CODES.includes(code);
  if (run > 1 || !(isVoid || outcome === 'done')) return [];
  return [{ frameId, deviceId, userId, capturedAt, shows: isVoid ? 'nothing' : 'something', code: isVoid ? code : null }];
}

async function unclosed(client: Client, devices: readonly string[]): Promise<Map<string, KnownNotice>> {
  const rows = await query<KnownNotice & Record<string, unknown>>(client, `
    SELECT notice_id AS "noticeId", device_id AS "deviceId", user_id AS "userId", reason, since, last_at AS "lastAt", frames,
           first_frame_id AS "firstFrameId", well_since AS "wellSince", seen_until AS "seenUntil", opened_at AS "openedAt"
    FROM equipment_notices WHERE device_id = ANY($1) AND kind = $2 AND state <> 'closed' ORDER BY device_id FOR NO KEY UPDATE`, [devices, KIND]);
  return new Map(rows.map((row) => [row.deviceId, row]));
}

/**
 * Frames that show nothing of a device that has shown something since: what a recorder sends after it was offline is of the past, and no trouble of today.
 * Good frames of a device that is well leave no trace of their own, so the ledger is asked; `batch` is left out of it, being in order anyway.
 */
async function lateOnes(client: Client, blind: readonly DeviceFrame[], batch: readonly DeviceFrame[]): Promise<ReadonlySet<string>> {
  if (blind.length === 0) return new Set();
  const rows = await query<{ frame_id: string }>(client, `
    SELECT frame_id FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS blind (frame_id, device_id, captured_at)
    WHERE EXISTS (
      SELECT 1 FROM frames newer
      WHERE newer.device_id = blind.device_id AND newer.captured_at > blind.captured_at AND newer.captured_at > $4
        AND newer.standard_sha256 IS NOT NULL AND newer.frame_id <> ALL($5::uuid[]) OFFSET 0)`, [
    blind.map(({ frameId }) => frameId), blind.map(({ deviceId }) => deviceId), blind.map(({ capturedAt }) => capturedAt),
    captureSpan(blind.map(({ capturedAt }) => capturedAt)).from, batch.map(({ frameId }) => frameId)]);
  return new Set(rows.map((row) => row.frame_id));
}

async function lastClosed(client: Client, devices: readonly string[]): Promise<Map<string, PastNotice>> {
  if (devices.length === 0) return new Map();
  const rows = await query<{ device_id: string; openedAt: Instant; seenUntil: Instant }>(client, `
    SELECT device_id, past.* FROM unnest($1::text[]) AS device (device_id)
    CROSS JOIN LATERAL (
      SELECT opened_at AS "openedAt", seen_until AS "seenUntil" FROM equipment_notices notice
      WHERE notice.device_id = device.device_id AND kind = $2 AND state = 'closed' ORDER BY opened_at DESC LIMIT 1) past`, [devices, KIND]);
  return new Map(rows.map(({ device_id: deviceId, ...past }) => [deviceId, past]));
}

async function carryOut(client: Client, notices: readonly PlannedNotice[]): Promise<void> {
  const dropped = notices.filter(({ state }) => state === 'dropped');
  if (dropped.length > 0) await query(client, 'DELETE FROM equipment_notices WHERE notice_id = ANY($1)', [dropped.map(({ noticeId }) => noticeId)]);
  const kept = notices.filter(({ state }) => state !== 'dropped');
  // Before those that are new go in: an index allows one that is not closed to a device.
  await write(client, kept.filter(({ before }) => before !== null));
  await write(client, kept.filter(({ before }) => before === null));
  await tell(client, kept.filter(({ openedAt, before }) => openedAt !== null && (before === null || before.openedAt === null)), 'opened', ownersContacts);
  await tell(client, kept.filter(({ well }) => well), 'well', contactsThatWereTold);
}

async function write(client: Client, notices: readonly PlannedNotice[]): Promise<void> {
  if (notices.length === 0) return;
  await query(client, `
    INSERT INTO equipment_notices AS notice (notice_id, kind, device_id, user_id, state, reason, since, last_at, frames, first_frame_id, well_since, seen_until, opened_at, closed_at)
    SELECT "noticeId", $2, "deviceId", "userId", state, reason, since, "lastAt", frames, "firstFrameId", "wellSince", "seenUntil", "openedAt", CASE WHEN state = 'closed' THEN now() END
    FROM jsonb_to_recordset($1) AS planned ("noticeId" uuid, "deviceId" text, "userId" text, state text, reason text, since timestamptz, "lastAt" timestamptz,
      frames int, "firstFrameId" uuid, "wellSince" timestamptz, "seenUntil" timestamptz, "openedAt" timestamptz)
    ON CONFLICT (notice_id) DO UPDATE SET state = EXCLUDED.state, reason = EXCLUDED.reason, last_at = EXCLUDED.last_at, frames = EXCLUDED.frames,
      well_since = EXCLUDED.well_since, seen_until = EXCLUDED.seen_until, opened_at = EXCLUDED.opened_at, closed_at = EXCLUDED.closed_at`,
  [JSON.stringify(notices), KIND]);
}

type NoticeContact = ContactToTell & { readonly noticeId: string };

/** A message for each contact, due at once. Where there is no contact nothing is due: the notice stands in the list all the same. */
async function tell(
  client: Client, notices: readonly PlannedNotice[], telling: NoticeTelling, whom: (client: Client, notices: readonly PlannedNotice[]) => Promise<NoticeContact[]>,
): Promise<void> {
  if (notices.length === 0) return;
  const messages = (await whom(client, notices)).map((contact) => ({ ...contact, deliveryKey: noticeDeliveryKeyOf({ ...contact, telling }) }));
  await query(client, `
    WITH message AS (
      INSERT INTO deliveries (delivery_key, notice_id, contact_id, channel, address)
      SELECT "deliveryKey", "noticeId", "contactId", channel, address
      FROM jsonb_to_recordset($1) AS message ("deliveryKey" text, "noticeId" uuid, "contactId" text, channel text, address text) RETURNING notice_id)
    UPDATE equipment_notices SET next_due_at = now() WHERE notice_id IN (SELECT notice_id FROM message)`, [JSON.stringify(messages)]);
}

async function ownersContacts(client: Client, notices: readonly PlannedNotice[]): Promise<NoticeContact[]> {
  const contacts = await contactsToTell(client, notices.map(({ userId }) => userId));
  return notices.flatMap(({ noticeId, userId }) => (contacts.get(userId) ?? []).map((contact) => ({ ...contact, noticeId })));
}

/** Whoever heard of no trouble need not hear that it is over. */
const contactsThatWereTold = (client: Client, notices: readonly PlannedNotice[]): Promise<NoticeContact[]> => query<NoticeContact & Record<string, unknown>>(client, `
  SELECT told.notice_id AS "noticeId", contact_id AS "contactId", contact.channel, contact.address
  FROM deliveries told JOIN contacts contact USING (contact_id) JOIN equipment_notices notice USING (notice_id)
  WHERE told.notice_id = ANY($1) AND told.state <> 'failed' AND contact.enabled AND contact.user_id = notice.user_id
  ORDER BY contact.position, contact_id`, [notices.map(({ noticeId }) => noticeId)]);
