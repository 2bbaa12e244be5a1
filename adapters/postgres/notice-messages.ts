/** Messages about equipment notices: rows of the outbox, due at once. Nobody is rung for: the sweep finds what is due. */
import { noticeDeliveryKeyOf } from '../../contracts/delivery.ts';
import type { NoticeTelling } from '../../contracts/equipment-notice.ts';
import { contactsToTell } from './contacts.ts';
import type { ContactToTell } from './contacts.ts';
import { query } from './pool.ts';
import type { Client } from './pool.ts';

export interface NoticeToTell {
  readonly noticeId: string;
  readonly userId: string;
}

export type NoticeContact = ContactToTell & { readonly noticeId: string };

type Whom = (client: Client, notices: readonly NoticeToTell[]) => Promise<readonly NoticeContact[]>;

/** A message for each contact. Where there is no contact nothing is due: the notice stands in the list all the same. */
export async function tellOfNotices(client: Client, notices: readonly NoticeToTell[], telling: NoticeTelling, whom: Whom): Promise<void> {
  if (notices.length === 0) return;
  const messages = (await whom(client, notices)).map((contact) => ({ ...contact, deliveryKey: noticeDeliveryKeyOf({ ...contact, telling }) }));
  await query(client, `
    WITH message AS (
      INSERT INTO deliveries (delivery_key, notice_id, contact_id, channel, address, telling)
      SELECT "deliveryKey", "noticeId", "contactId", channel, address, $2
      FROM jsonb_to_recordset($1) AS message ("deliveryKey" text, "noticeId" uuid, "contactId" text, channel text, address text) RETURNING notice_id)
    UPDATE equipment_notices SET next_due_at = now() WHERE notice_id IN (SELECT notice_id FROM message)`, [JSON.stringify(messages), telling]);
}

export async function ownersContacts(client: Client, notices: readonly NoticeToTell[]): Promise<NoticeContact[]> {
  const contacts = await contactsToTell(client, notices.map(({ userId }) => userId));
  return notices.flatMap(({ noticeId, userId }) => (contacts.get(userId) ?? []).map((contact) => ({ ...contact, noticeId })));
}

/** Whoever heard of no trouble need not hear that it is over. */
export const contactsThatWereTold: Whom = (client, notices) => query<NoticeContact & Record<string, unknown>>(client, `
  SELECT told.notice_id AS "noticeId", contact_id AS "contactId", contact.channel, contact.address
  FROM deliveries told JOIN contacts contact USING (contact_id) JOIN equipment_notices notice USING (notice_id)
  WHERE told.notice_id = ANY($1) AND told.state NOT IN ('failed', 'withdrawn') AND contact.enabled AND contact.user_id = notice.user_id
  ORDER BY contact.position, contact_id`, [notices.map(({ noticeId }) => noticeId)]);
