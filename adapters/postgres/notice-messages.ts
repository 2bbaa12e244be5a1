/** The word that a device is well again: rows of the outbox for all who heard of its trouble, due at once. Nobody is rung for: the sweep finds what is due. */
import { noticeDeliveryKeyOf } from '../../contracts/delivery.ts';
import type { Channel } from '../../contracts/delivery.ts';
import { query } from './pool.ts';
import type { Client } from './pool.ts';

export interface WellNotice {
  readonly noticeId: string;
  /** The notices in whose messages people heard of the trouble; itself, but for devices that were told of together. */
  readonly toldIn: readonly string[];
}

type ToldContact = { readonly noticeId: string; readonly contactId: string; readonly channel: Channel; readonly address: string };

export async function tellThatWell(client: Client, notices: readonly WellNotice[]): Promise<void> {
  if (notices.length === 0) return;
  const messages = (await contactsThatWereTold(client, notices)).map((contact) => ({ ...contact, deliveryKey: noticeDeliveryKeyOf({ ...contact, telling: 'well' }) }));
  await query(client, `
    WITH message AS (
      INSERT INTO deliveries (delivery_key, notice_id, contact_id, channel, address, telling)
      SELECT "deliveryKey", "noticeId", "contactId", channel, address, 'well'
      FROM jsonb_to_recordset($1) AS message ("deliveryKey" text, "noticeId" uuid, "contactId" text, channel text, address text) RETURNING notice_id)
    UPDATE equipment_notices SET next_due_at = now() WHERE notice_id IN (SELECT notice_id FROM message)`, [JSON.stringify(messages)]);
}

/**
 * Whoever heard of no trouble need not hear that it is over, but a message that was withdrawn after a try may have been heard; nor does whoever has a contact by now that was another's then, unless the chain names it. Nobody is
 * called for it: good news can wait until somebody looks.
 */
const contactsThatWereTold = (client: Client, notices: readonly WellNotice[]): Promise<ToldContact[]> => query<ToldContact & Record<string, unknown>>(client, `
  SELECT DISTINCT well.notice_id AS "noticeId", contact_id AS "contactId", contact.channel, contact.address, contact.position
  FROM unnest($1::uuid[], $2::uuid[]) AS well (notice_id, told_id)
  JOIN equipment_notices notice ON notice.notice_id = well.notice_id
  JOIN deliveries told ON told.notice_id = well.told_id AND told.telling = 'opened' AND (told.state NOT IN ('failed', 'withdrawn') OR told.state = 'withdrawn' AND told.tries > 0)
  JOIN contacts contact USING (contact_id)
  WHERE contact.enabled AND contact.channel <> 'call' AND (contact.user_id = notice.user_id OR EXISTS (
    SELECT FROM users owner JOIN chains chain ON chain.chain_id = owner.equipment_chain_id, jsonb_array_elements(chain.levels) AS row_of (chain_level)
    WHERE owner.user_id = notice.user_id AND chain_level -> 'contacts' ? contact_id))
  ORDER BY contact.position, contact_id`,
[notices.flatMap(({ noticeId, toldIn }) => toldIn.map(() => noticeId)), notices.flatMap(({ toldIn }) => toldIn)]);
