/** Who has a rule or a policy assigned: for reading it, and for refusing to delete it. */
import type { Thing } from './assignments.ts';
import { query } from './pool.ts';
import type { Client } from './pool.ts';
import { NAMES_TO_READ } from './still-in-use.ts';

export interface Assignees {
  /** How many users it is assigned to, members of groups apart. */
  readonly users: number;
  /** The first of them by id; thousands would make a page of a list heavy. */
  readonly userIds: readonly string[];
  /** Groups it is assigned to. */
  readonly groupIds: readonly string[];
}

export const MAX_USERS_NAMED = 100;

/** Columns of `Assignees` for the thing whose id `idColumn` holds. */
export const assigneeColumns = (thing: Thing, idColumn: string): string => `
  (SELECT count(*) FROM assignments WHERE ${thing}_id = ${idColumn} AND user_id IS NOT NULL) AS users,
  ARRAY(SELECT user_id FROM assignments WHERE ${thing}_id = ${idColumn} AND user_id IS NOT NULL ORDER BY user_id LIMIT ${MAX_USERS_NAMED}) AS "userIds",
  ARRAY(SELECT group_id FROM assignments WHERE ${thing}_id = ${idColumn} AND group_id IS NOT NULL ORDER BY group_id) AS "groupIds"`;

/** Some users and groups that have it, for `refuseIfInUse`. */
export async function namedAssignees(client: Client, thing: Thing, id: string): Promise<Record<'users' | 'groups', readonly string[]>> {
  const [named] = await query<Record<'users' | 'groups', readonly string[]>>(client, `
    SELECT ARRAY(SELECT user_id FROM assignments WHERE ${thing}_id = $1 AND user_id IS NOT NULL ORDER BY user_id LIMIT $2) AS users,
           ARRAY(SELECT group_id FROM assignments WHERE ${thing}_id = $1 AND group_id IS NOT NULL ORDER BY group_id LIMIT $2) AS groups`, [id, NAMES_TO_READ]);
  return named!;
}
