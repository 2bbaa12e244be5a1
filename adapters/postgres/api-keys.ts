/** Keys of the HTTP API. Only their SHA-256 is kept: a key is 256 random bits, so the hash cannot be turned back. */
import { createHash, randomBytes } from 'node:crypto';
import { CANARY_ID } from '../../contracts/canary.ts';
import { Failure } from '../../contracts/failures.ts';
import type { Instant } from '../../contracts/time.ts';
import { isMissingReference } from './missing-reference.ts';
import { query } from './pool.ts';
import type { Queryable } from './pool.ts';

export const KEY_ROLES = ['ingest', 'customer', 'admin', 'ops'] as const;
export type KeyRole = (typeof KEY_ROLES)[number];

export interface KeyHolder {
  readonly keyId: string;
  readonly role: KeyRole;
  /** The only user whose things the key reaches; null is every user. */
  readonly userId: string | null;
}

export interface KeyRow extends KeyHolder {
  readonly createdAt: Instant;
  readonly revokedAt: Instant | null;
}

const COLUMNS = 'key_id AS "keyId", role, user_id AS "userId", created_at AS "createdAt", revoked_at AS "revokedAt"';

/** The prefix lets people and secret scanners see what it is. */
export const mintKey = (role: KeyRole): string => `wp_${role}_${randomBytes(32).toString('base64url')}`;

const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest();

/** Makes a given key valid, so that one kept in a file works again on a new database; repeating it changes nothing. Throws `user_unknown`. */
export async function registerKey(db: Queryable, key: string, { role, userId }: Pick<KeyHolder, 'role' | 'userId'>): Promise<KeyRow> {
  try {
    const [row] = await query<KeyRow>(db, `
      INSERT INTO api_keys (key_sha256, role, user_id) VALUES ($1, $2, $3)
      ON CONFLICT (key_sha256) DO UPDATE SET key_sha256 = EXCLUDED.key_sha256 RETURNING ${COLUMNS}`, [hashOf(key), role, userId]);
    return row!;
  } catch (error) {
    if (isMissingReference(error)) throw new Failure('user_unknown', `no user ${userId}`);
    throw error;
  }
}

/** The only time that the key itself is seen. Throws `user_unknown`. */
export async function createKey(db: Queryable, holder: Pick<KeyHolder, 'role' | 'userId'>): Promise<KeyRow & { readonly key: string }> {
  const key = mintKey(holder.role);
  return { ...(await registerKey(db, key, holder)), key };
}

/** Undefined when the key is not known or revoked. */
export async function findKey(db: Queryable, key: string): Promise<KeyHolder | undefined> {
  const [row] = await query<KeyHolder>(db, `
    SELECT key_id AS "keyId", role, user_id AS "userId" FROM api_keys WHERE key_sha256 = $1 AND revoked_at IS NULL`, [hashOf(key)]);
  return row;
}

/** Newest first; revoked ones too, the canary's not. */
export const listKeys = (db: Queryable): Promise<KeyRow[]> => query<KeyRow>(db, `SELECT ${COLUMNS} FROM api_keys WHERE user_id IS DISTINCT FROM $1 ORDER BY created_at DESC, key_id`, [CANARY_ID]);

/** True when there is one. Repeating it keeps the first moment. */
export async function revokeKey(db: Queryable, keyId: string): Promise<boolean> {
  return (await query(db, 'UPDATE api_keys SET revoked_at = coalesce(revoked_at, now()) WHERE key_id = $1 RETURNING key_id', [keyId])).length > 0;
}
