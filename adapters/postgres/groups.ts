/** Groups: users that get rules and policies together. */
import { Failure } from '../../contracts/failures.ts';
import type { Instant } from '../../contracts/time.ts';
import { inTurn, noteChange } from './changes.ts';
import { query } from './pool.ts';
import type { Client, Pool, Queryable } from './pool.ts';
import { requireKnown } from './require-known.ts';
import { NAMES_TO_READ, refuseIfInUse } from './still-in-use.ts';
import type { Put } from './users.ts';

export interface Group {
  readonly groupId: string;
  readonly name: string;
  /** How many users are in it. */
  readonly members: number;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

const COLUMNS = `group_id AS "groupId", name, (SELECT count(*) FROM group_members member WHERE member.group_id = groups.group_id) AS members,
                 created_at AS "createdAt", updated_at AS "updatedAt"`;

export function putGroup(pool: Pool, { groupId, name }: Pick<Group, 'groupId' | 'name'>, changedBy: string): Promise<Put<Group>> {
  return inTurn(pool, async (client) => {
    const [before = null] = await query<{ name: string }>(client, 'SELECT name FROM groups WHERE group_id = $1', [groupId]);
    const [put] = await query<Group>(client, `
      INSERT INTO groups (group_id, name) VALUES ($1, $2) ON CONFLICT (group_id) DO UPDATE SET name = EXCLUDED.name, updated_at = now()
      RETURNING ${COLUMNS}`, [groupId, name]);
    if (before?.name !== name) await noteChange(client, changedBy, { subject: 'group', subjectId: groupId, before, after: { name } });
    return { ...put!, created: before === null };
  });
}

/** Throws `group_unknown`. */
export async function getGroup(db: Queryable, groupId: string): Promise<Group> {
  const [row] = await query<Group>(db, `SELECT ${COLUMNS} FROM groups WHERE group_id = $1`, [groupId]);
  if (!row) throw new Failure('group_unknown', `no group ${groupId}`);
  return row;
}

/** In order of id, those after `after`. */
export const listGroups = (db: Queryable, { after, limit }: { after: string; limit: number }): Promise<Group[]> =>
  query<Group>(db, `SELECT ${COLUMNS} FROM groups WHERE group_id > $1 ORDER BY group_id LIMIT $2`, [after, limit]);

/** True when there was one; its members are users as before. Throws `still_in_use` while anything is assigned to it. */
export function removeGroup(pool: Pool, groupId: string, changedBy: string): Promise<boolean> {
  return inTurn(pool, async (client) => {
    const [group] = await query<{ name: string }>(client, 'SELECT name FROM groups WHERE group_id = $1', [groupId]);
    if (!group) return false;
    const [assigned] = await query<Record<string, readonly string[]>>(client, `
      SELECT ARRAY(SELECT rule_id FROM assignments WHERE group_id = $1 AND rule_id IS NOT NULL ORDER BY rule_id LIMIT $2) AS rules,
             ARRAY(SELECT policy_id FROM assignments WHERE group_id = $1 AND policy_id IS NOT NULL ORDER BY policy_id LIMIT $2) AS policies`, [groupId, NAMES_TO_READ]);
    refuseIfInUse(`group ${groupId}`, assigned!);
    await replaceMembers(client, groupId, [], changedBy);
    await query(client, 'DELETE FROM groups WHERE group_id = $1', [groupId]);
    await noteChange(client, changedBy, { subject: 'group', subjectId: groupId, before: group, after: null });
    return true;
  });
}

export interface MembersPut {
  /** How many there are now. */
  readonly members: number;
  readonly added: number;
  readonly removed: number;
}

/** Replaces all members. Throws `group_unknown` and `user_unknown`. */
export function putMembers(pool: Pool, groupId: string, userIds: readonly string[], changedBy: string): Promise<MembersPut> {
  return inTurn(pool, async (client) => {
    await requireKnown(client, 'group', [groupId]);
    await requireKnown(client, 'user', userIds);
    const moved = await replaceMembers(client, groupId, userIds, changedBy);
    return { ...moved, members: new Set(userIds).size };
  });
}

/** The history names those that came and went, not the thousands that stayed. */
async function replaceMembers(client: Client, groupId: string, userIds: readonly string[], changedBy: string): Promise<Omit<MembersPut, 'members'>> {
  const gone = await idsOf(client, `
    DELETE FROM group_members member WHERE group_id = $1 AND NOT EXISTS (SELECT 1 FROM unnest($2::text[]) AS kept WHERE kept = member.user_id)
    RETURNING user_id AS id`, [groupId, userIds]);
  const came = await idsOf(client, `
    INSERT INTO group_members (group_id, user_id) SELECT $1, came FROM unnest($2::text[]) AS came ON CONFLICT DO NOTHING RETURNING user_id AS id`, [groupId, userIds]);
  if (gone.length + came.length > 0) {
    await noteChange(client, changedBy, { subject: 'members', subjectId: groupId, before: namedOrNull(gone), after: namedOrNull(came) });
  }
  return { added: came.length, removed: gone.length };
}

/** Takes a user out of all groups. */
export async function leaveGroups(client: Client, userId: string, changedBy: string): Promise<void> {
  const left = await idsOf(client, 'DELETE FROM group_members WHERE user_id = $1 RETURNING group_id AS id', [userId]);
  for (const groupId of left) await noteChange(client, changedBy, { subject: 'members', subjectId: groupId, before: namedOrNull([userId]), after: null });
}

/** In order of id, those after `after`. Throws `group_unknown`. */
export async function listMembers(db: Queryable, groupId: string, { after, limit }: { after: string; limit: number }): Promise<string[]> {
  await getGroup(db, groupId);
  const rows = await query<{ id: string }>(db, 'SELECT user_id AS id FROM group_members WHERE group_id = $1 AND user_id > $2 ORDER BY user_id LIMIT $3', [groupId, after, limit]);
  return rows.map(({ id }) => id);
}

const namedOrNull = (userIds: readonly string[]): { userIds: string[] } | null => (userIds.length === 0 ? null : { userIds: userIds.toSorted() });

const idsOf = async (client: Client, sql: string, values: unknown[]): Promise<string[]> => (await query<{ id: string }>(client, sql, values)).map(({ id }) => id);
