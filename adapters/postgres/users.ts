/** Users: the customers who own devices and are told. */
import { CANARY_ID } from '../../contracts/canary.ts';
import { Failure } from '../../contracts/failures.ts';
import type { Instant } from '../../contracts/time.ts';
import { forgetAssignments } from './assignments.ts';
import { inTurn } from './changes.ts';
import { leaveGroups } from './groups.ts';
import { isMissingReference } from './missing-reference.ts';
import { query } from './pool.ts';
import type { Client, Pool, Queryable } from './pool.ts';
import { requireKnown } from './require-known.ts';
import { NAMES_TO_READ, refuseIfInUse } from './still-in-use.ts';

export interface User {
  readonly userId: string;
  readonly name: string;
  readonly enabled: boolean;
  /** Turns at the dispatcher, 1 to 100. */
  readonly weight: number;
  /** Escalation chain of its incidents; null: that of the policy that brought the rule, or the default. */
  readonly chain: string | null;
  /** Escalation chain of its equipment notices; null: the default. */
  readonly equipmentChain: string | null;
  /** Null: the setting. */
  readonly messagesPerHour: number | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** A row that was put, and whether it is new. */
export type Put<T> = T & { readonly created: boolean };

const COLUMNS = `user_id AS "userId", name, enabled, weight, chain_id AS chain, equipment_chain_id AS "equipmentChain", messages_per_hour AS "messagesPerHour",
                 created_at AS "createdAt", updated_at AS "updatedAt"`;

/** Throws `chain_unknown`. */
export async function putUser(db: Queryable, user: Omit<User, 'createdAt' | 'updatedAt'>): Promise<Put<User>> {
  try {
    const [row] = await query<Put<User>>(db, `
      INSERT INTO users AS known (user_id, name, enabled, weight, chain_id, equipment_chain_id, messages_per_hour) VALUES ($1, $2, $3, $4, $5, $6, $7)
      ON CONFLICT (user_id) DO UPDATE SET name = EXCLUDED.name, enabled = EXCLUDED.enabled, weight = EXCLUDED.weight,
        chain_id = EXCLUDED.chain_id, equipment_chain_id = EXCLUDED.equipment_chain_id, messages_per_hour = EXCLUDED.messages_per_hour,
        enabled_since = CASE WHEN EXCLUDED.enabled AND NOT known.enabled THEN now() ELSE known.enabled_since END, updated_at = now()
      RETURNING ${COLUMNS}, xmax = 0 AS created`,
    [user.userId, user.name, user.enabled, user.weight, user.chain, user.equipmentChain, user.messagesPerHour]);
    return row!;
  } catch (error) {
    if (!isMissingReference(error)) throw error;
    await requireKnown(db, 'chain', [user.chain, user.equipmentChain].filter((chain) => chain !== null));
    // It was put a moment after the user was refused: as good as unknown.
    throw new Failure('chain_unknown', 'no such escalation chain');
  }
}

/** Throws `user_unknown`. */
export async function getUser(db: Queryable, userId: string): Promise<User> {
  const [row] = await query<User>(db, `SELECT ${COLUMNS} FROM users WHERE user_id = $1`, [userId]);
  if (!row) throw new Failure('user_unknown', `no user ${userId}`);
  return row;
}

/** In order of id, those after `after`; without the canary's. */
export const listUsers = (db: Queryable, { after, limit }: { after: string; limit: number }): Promise<User[]> =>
  query<User>(db, `SELECT ${COLUMNS} FROM users WHERE user_id > $1 AND user_id <> $3 ORDER BY user_id LIMIT $2`, [after, limit, CANARY_ID]);

/**
 * True when there was one. Assignments, places in groups and the keys limited to the user go along: such a key without its user would be a
 * key to every user. Settled frames and closed incidents stay in the ledger. Throws `still_in_use`.
 */
export function removeUser(pool: Pool, userId: string, changedBy: string): Promise<boolean> {
  return inTurn(pool, async (client) => {
    // Holds off whatever refers to the user until the commit; what was there first is seen by the statement after this one.
    const [user] = await query(client, 'SELECT 1 FROM users WHERE user_id = $1 FOR UPDATE', [userId]);
    if (!user) return false;
    refuseIfInUse(`user ${userId}`, await referencesTo(client, userId));
    await forgetAssignments(client, userId, changedBy);
    await leaveGroups(client, userId, changedBy);
    await query(client, 'DELETE FROM api_keys WHERE user_id = $1', [userId]);
    await query(client, 'DELETE FROM users WHERE user_id = $1', [userId]);
    return true;
  });
}

/**
 * No lock holds off frames and incidents, and none is needed: a frame that is let in while its device is removed or moved
 * to another user is rejected or judged by no rule, and an incident needs a contact and a frame on its way.
 */
async function referencesTo(client: Client, userId: string): Promise<Record<string, readonly string[]>> {
  const [names] = await query<Record<string, readonly string[]>>(client, `
    SELECT ARRAY(SELECT device_id FROM devices WHERE user_id = $1 ORDER BY device_id LIMIT $2) AS devices,
           ARRAY(SELECT contact_id FROM contacts WHERE user_id = $1 ORDER BY contact_id LIMIT $2) AS contacts,
           ARRAY(SELECT incident_id::text FROM incidents WHERE user_id = $1 AND state <> 'closed' ORDER BY incident_id LIMIT $2) AS "open incidents",
           ARRAY(SELECT frame_id::text FROM open_frames WHERE user_id = $1 ORDER BY frame_id LIMIT $2) AS "frames on their way"`,
  [userId, NAMES_TO_READ]);
  return names!;
}
