/** Contacts: where a user is told, in the order in which the user wants to be told. */
import { CHANNELS } from '../../contracts/delivery.ts';
import type { Channel } from '../../contracts/delivery.ts';
import { Failure } from '../../contracts/failures.ts';
import type { QuietHours } from '../../contracts/quiet-hours.ts';
import type { Instant } from '../../contracts/time.ts';
import { chainsWithContact } from './chains.ts';
import { inTurn } from './changes.ts';
import { isMissingReference } from './missing-reference.ts';
import { query } from './pool.ts';
import type { Pool, Queryable } from './pool.ts';
import { refuseIfInUse } from './still-in-use.ts';
import type { Put } from './users.ts';

export interface Contact {
  readonly contactId: string;
  readonly userId: string;
  readonly channel: Channel;
  readonly address: string;
  readonly enabled: boolean;
  /** Lowest first. */
  readonly position: number;
  /** Null: those of the policy that brought the rule, if any. */
  readonly quietHours: QuietHours | null;
  /** Why it was switched off by itself; null when it was not. */
  readonly failedCode: string | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

const COLUMNS = `contact_id AS "contactId", user_id AS "userId", channel, address, enabled, position,
                 quiet_hours AS "quietHours", failed_code AS "failedCode", created_at AS "createdAt", updated_at AS "updatedAt"`;

/** Throws `user_unknown`. Messages that are written already keep their address. Enabled by hand it is one that did not fail. */
export async function putContact(db: Queryable, contact: Omit<Contact, 'failedCode' | 'createdAt' | 'updatedAt'>): Promise<Put<Contact>> {
  try {
    const [row] = await query<Put<Contact> & Record<string, unknown>>(db, `
      INSERT INTO contacts (contact_id, user_id, channel, address, enabled, position, quiet_hours) VALUES ($1, $2, $3, $4, $5, $6, $7)
      ON CONFLICT (contact_id) DO UPDATE SET user_id = EXCLUDED.user_id, channel = EXCLUDED.channel, address = EXCLUDED.address,
        enabled = EXCLUDED.enabled, position = EXCLUDED.position, quiet_hours = EXCLUDED.quiet_hours,
        failed_code = CASE WHEN EXCLUDED.enabled THEN NULL ELSE contacts.failed_code END, updated_at = now()
      RETURNING ${COLUMNS}, xmax = 0 AS created`,
    [contact.contactId, contact.userId, contact.channel, contact.address, contact.enabled, contact.position, contact.quietHours && JSON.stringify(contact.quietHours)]);
    return row!;
  } catch (error) {
    if (isMissingReference(error)) throw new Failure('user_unknown', `no user ${contact.userId}`);
    throw error;
  }
}

/** Throws `contact_unknown`, also for a contact of another user than `owner`. */
export async function getContact(db: Queryable, contactId: string, owner: string | null): Promise<Contact> {
  const [row] = await query<Contact & Record<string, unknown>>(db, `SELECT ${COLUMNS} FROM contacts WHERE contact_id = $1 AND ($2::text IS NULL OR user_id = $2)`, [contactId, owner]);
  if (!row) throw new Failure('contact_unknown', `no contact ${contactId}`);
  return row;
}

/** In order of id, those after `after`; `userId` null is every user. */
export const listContacts = (db: Queryable, { userId, after, limit }: { userId: string | null; after: string; limit: number }): Promise<Contact[]> =>
  query<Contact & Record<string, unknown>>(db, `
    SELECT ${COLUMNS} FROM contacts WHERE contact_id > $1 AND ($2::text IS NULL OR user_id = $2) ORDER BY contact_id LIMIT $3`, [after, userId, limit]);

/** True when there was one. Throws `still_in_use` while a chain names it: its level would pass in silence. */
export function removeContact(pool: Pool, contactId: string): Promise<boolean> {
  return inTurn(pool, async (client) => {
    refuseIfInUse(`contact ${contactId}`, { chains: await chainsWithContact(client, contactId) });
    return (await query(client, 'DELETE FROM contacts WHERE contact_id = $1 RETURNING contact_id', [contactId])).length > 0;
  });
}

/** Of those contacts, whoever's they are. */
export const contactsNamed = (db: Queryable, contactIds: readonly string[]): Promise<Pick<Contact, 'contactId' | 'channel' | 'enabled'>[]> =>
  query<Pick<Contact, 'contactId' | 'channel' | 'enabled'>>(db, 'SELECT contact_id AS "contactId", channel, enabled FROM contacts WHERE contact_id = ANY($1)', [contactIds]);

/** Of these users those who can be told of incidents: by a contact of their own, or by one that their chain or the chain of one of their policies names. */
export async function usersWithContact(db: Queryable, userIds: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await query<{ userId: string }>(db, `
    WITH owners AS (SELECT DISTINCT unnest($1::text[]) AS user_id),
    own AS (SELECT user_id FROM owners WHERE EXISTS (SELECT 1 FROM contacts WHERE contacts.user_id = owners.user_id AND enabled)),
    others AS (SELECT user_id FROM owners EXCEPT SELECT user_id FROM own),
    chained AS (
      SELECT user_id, chain_id FROM others JOIN users USING (user_id)
      UNION
      SELECT reached.user_id, version.content -> 'defaults' ->> 'chain'
      FROM (SELECT user_id, policy_id FROM others JOIN assignments USING (user_id)
            UNION SELECT others.user_id, policy_id FROM others JOIN group_members USING (user_id) JOIN assignments ON assignments.group_id = group_members.group_id) reached
      JOIN policies policy ON policy.policy_id = reached.policy_id AND policy.deleted_at IS NULL
      JOIN policy_versions version ON version.policy_id = policy.policy_id AND version.version = policy.current_version)
    SELECT user_id AS "userId" FROM own
    UNION
    SELECT chained.user_id FROM chained JOIN chains USING (chain_id), jsonb_array_elements(levels) AS level, jsonb_array_elements_text(nullif(level -> 'contacts', 'null')) AS named
    JOIN contacts contact ON contact.contact_id = named AND contact.enabled`, [userIds]);
  return new Set(rows.map(({ userId }) => userId));
}

export type ContactToTell = Pick<Contact, 'contactId' | 'channel' | 'address'>;

/** Those that are enabled, by user, each user's in the order of telling. */
export async function contactsToTell(db: Queryable, userIds: readonly string[]): Promise<ReadonlyMap<string, readonly ContactToTell[]>> {
  const rows = await query<ContactToTell & { userId: string }>(db, `
    SELECT user_id AS "userId", contact_id AS "contactId", channel, address FROM contacts
    WHERE user_id = ANY($1) AND enabled AND channel = ANY($2) ORDER BY position, contact_id`, [[...new Set(userIds)], CHANNELS]);
  const contacts = new Map<string, ContactToTell[]>();
  for (const { userId, ...contact } of rows) contacts.set(userId, [...(contacts.get(userId) ?? []), contact]);
  return contacts;
}
