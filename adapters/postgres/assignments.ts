/** Which rules judge the frames of a user, on which of the user's devices. */
import { Failure } from '../../contracts/failures.ts';
import { inTransaction, query } from './pool.ts';
import type { Client, Pool, Queryable } from './pool.ts';

export interface Assignment {
  readonly ruleId: string;
  /** Null: all devices of the user, also future ones. */
  readonly devices: readonly string[] | null;
}

/** Replaces the whole set. Throws `user_unknown`, `rule_unknown`, or `device_unknown` for a device that is not the user's. */
export function putAssignments(pool: Pool, userId: string, assignments: readonly Assignment[]): Promise<void> {
  return inTransaction(pool, async (client) => {
    // Holds off another save of the same set, which would otherwise mix with this one.
    const [user] = await query(client, 'SELECT 1 FROM users WHERE user_id = $1 FOR UPDATE', [userId]);
    if (!user) throw new Failure('user_unknown', `no user ${userId}`);
    await refuseForeignDevices(client, userId, assignments.flatMap(({ devices }) => devices ?? []));
    const kept = assignments.map(({ ruleId }) => ruleId);
    await lockRules(client, kept);
    await query(client, 'DELETE FROM rule_assignments WHERE user_id = $1 AND rule_id <> ALL($2)', [userId, kept]);
    for (const assignment of assignments) await putAssignment(client, userId, assignment);
  });
}

async function putAssignment(client: Client, userId: string, { ruleId, devices }: Assignment): Promise<void> {
  await query(client, `
    INSERT INTO rule_assignments (user_id, rule_id, device_ids) VALUES ($1, $2, $3)
    ON CONFLICT (user_id, rule_id) DO UPDATE SET device_ids = EXCLUDED.device_ids, assigned_at = now()
    WHERE rule_assignments.device_ids IS DISTINCT FROM EXCLUDED.device_ids`, [userId, ruleId, devices]);
}

/** Until the commit none of them is deleted: a rule that is gone must never judge. In order of id, so that no two callers wait for each other. */
async function lockRules(client: Client, ruleIds: readonly string[]): Promise<void> {
  const locked = await query<{ ruleId: string }>(client, `
    SELECT rule_id AS "ruleId" FROM rules WHERE rule_id = ANY($1) AND deleted_at IS NULL ORDER BY rule_id FOR SHARE`, [ruleIds]);
  const inForce = new Set(locked.map(({ ruleId }) => ruleId));
  const unknown = ruleIds.find((ruleId) => !inForce.has(ruleId));
  if (unknown !== undefined) throw new Failure('rule_unknown', `no rule ${unknown}`);
}

async function refuseForeignDevices(client: Client, userId: string, deviceIds: readonly string[]): Promise<void> {
  const [foreign] = await query<{ deviceId: string }>(client, `
    SELECT asked AS "deviceId" FROM unnest($2::text[]) AS asked
    WHERE NOT EXISTS (SELECT 1 FROM devices WHERE device_id = asked AND user_id = $1) LIMIT 1`, [userId, deviceIds]);
  if (foreign) throw new Failure('device_unknown', `user ${userId} has no device ${foreign.deviceId}`);
}

/** In order of rule id. Throws `user_unknown`. */
export async function getAssignments(db: Queryable, userId: string): Promise<Assignment[]> {
  const [user] = await query(db, 'SELECT 1 FROM users WHERE user_id = $1', [userId]);
  if (!user) throw new Failure('user_unknown', `no user ${userId}`);
  return query<Assignment>(db, 'SELECT rule_id AS "ruleId", device_ids AS devices FROM rule_assignments WHERE user_id = $1 ORDER BY rule_id', [userId]);
}
