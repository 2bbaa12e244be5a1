/** Which rules and policies judge the frames of which users: bound to a user, or to a group for all its members. */
import { Failure } from '../../contracts/failures.ts';
import type { Severity } from '../../contracts/severity.ts';
import { inTurn } from './changes.ts';
import { query } from './pool.ts';
import type { Client, Pool, Queryable } from './pool.ts';
import { requireKnown } from './require-known.ts';
import { columnsOf, writeAssignments } from './write-assignments.ts';
import type { Written } from './write-assignments.ts';

/** Who has something assigned. */
export interface Assignee {
  readonly kind: 'user' | 'group';
  readonly id: string;
}

/** What is assigned. */
export type Thing = 'rule' | 'policy';

export interface Assignment {
  /** Of the rule or policy. */
  readonly id: string;
  /** Null: all devices, also future ones. Always null for a group. */
  readonly devices: readonly string[] | null;
  /** Names of zones in which objects must be where the rule itself names none; null: none said here. */
  readonly zones: readonly string[] | null;
  /** Of the matches, whatever policy and rule say; null: as they say. */
  readonly severity: Severity | null;
}

/** In order of id. Throws `user_unknown` or `group_unknown`. */
export async function listAssignments(db: Queryable, { kind, id }: Assignee, thing: Thing): Promise<Assignment[]> {
  const [known] = await query(db, kind === 'user' ? 'SELECT 1 FROM users WHERE user_id = $1' : 'SELECT 1 FROM groups WHERE group_id = $1', [id]);
  if (!known) throw new Failure(`${kind}_unknown`, `no ${kind} ${id}`);
  const [assignee, what] = columnsOf(kind, thing);
  return query<Assignment & Record<string, unknown>>(db, `
    SELECT ${what} AS id, device_ids AS devices, zones, severity FROM assignments WHERE ${assignee} = $1 AND ${what} IS NOT NULL ORDER BY ${what}`, [id]);
}

/**
 * Replaces all rules, or all policies, of one assignee. Throws `user_unknown` or `group_unknown`, `rule_unknown` or `policy_unknown`, and
 * `device_unknown` for a device that is not the user's.
 */
export function replaceAssignments(pool: Pool, assignee: Assignee, thing: Thing, assignments: readonly Assignment[], changedBy: string): Promise<Assignment[]> {
  return inTurn(pool, async (client) => {
    const had = await listAssignments(client, assignee, thing);
    const ids = assignments.map(({ id }) => id);
    await requireKnown(client, thing, ids);
    if (assignee.kind === 'user') await refuseForeignDevices(client, assignee.id, assignments.flatMap(({ devices }) => devices ?? []));
    const kept = new Set(ids);
    const remove = had.flatMap(({ id }) => (kept.has(id) ? [] : [id]));
    await writeAssignments(client, { assignee: assignee.kind, assigneeIds: [assignee.id], thing, put: assignments, remove, changedBy });
    return listAssignments(client, assignee, thing);
  });
}

export interface ManyAssignments {
  readonly userIds: readonly string[];
  readonly groupIds: readonly string[];
  /** Names devices only beside one user alone, whose they must be. */
  readonly put: Readonly<Record<Thing, readonly Assignment[]>>;
  /** Ids; one that is not assigned is passed over. */
  readonly remove: Readonly<Record<Thing, readonly string[]>>;
}

/** Adds, replaces and removes these for all assignees, in one transaction; what else they have stays. Throws as `replaceAssignments` does, and nothing is done then. */
export function assignToMany(pool: Pool, { userIds, groupIds, put, remove }: ManyAssignments, changedBy: string): Promise<Written> {
  return inTurn(pool, async (client) => {
    const assignees = { user: [...new Set(userIds)], group: [...new Set(groupIds)] };
    await requireKnown(client, 'user', assignees.user);
    await requireKnown(client, 'group', assignees.group);
    for (const userId of assignees.user.slice(0, 1)) await refuseForeignDevices(client, userId, [...put.rule, ...put.policy].flatMap(({ devices }) => devices ?? []));
    const sum = { added: 0, changed: 0, removed: 0, left: 0 };
    for (const thing of ['rule', 'policy'] as const) {
      await requireKnown(client, thing, [...put[thing].map(({ id }) => id), ...remove[thing]]);
      for (const assignee of ['user', 'group'] as const) {
        const written = await writeAssignments(client, { assignee, assigneeIds: assignees[assignee], thing, put: put[thing], remove: remove[thing], changedBy });
        for (const count of ['added', 'changed', 'removed', 'left'] as const) sum[count] += written[count];
      }
    }
    return sum;
  });
}

/** Takes everything from a user who goes. */
export async function forgetAssignments(client: Client, userId: string, changedBy: string): Promise<void> {
  for (const thing of ['rule', 'policy'] as const) {
    const remove = (await listAssignments(client, { kind: 'user', id: userId }, thing)).map(({ id }) => id);
    await writeAssignments(client, { assignee: 'user', assigneeIds: [userId], thing, put: [], remove, changedBy });
  }
}

async function refuseForeignDevices(client: Client, userId: string, deviceIds: readonly string[]): Promise<void> {
  const [foreign] = await query<{ deviceId: string }>(client, `
    SELECT asked AS "deviceId" FROM unnest($2::text[]) AS asked
    WHERE NOT EXISTS (SELECT 1 FROM devices WHERE device_id = asked AND user_id = $1) LIMIT 1`, [userId, deviceIds]);
  if (foreign) throw new Failure('device_unknown', `user ${userId} has no device ${foreign.deviceId}`);
}
