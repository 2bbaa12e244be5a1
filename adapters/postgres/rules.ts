/** Rules as admins keep them: a text per version, versions never change. */
import { Failure } from '../../contracts/failures.ts';
import type { RuleProblem } from '../../contracts/rule.ts';
import type { Instant } from '../../contracts/time.ts';
import { inTransaction, query } from './pool.ts';
import type { Pool, Queryable } from './pool.ts';
import { NAMES_TO_READ, refuseIfInUse } from './still-in-use.ts';

export interface StoredRule {
  readonly ruleId: string;
  readonly version: number;
  /** As the admin sent it. */
  readonly source: string;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  /** Users whose frames it judges. */
  readonly userIds: readonly string[];
}

export interface NewRule {
  readonly ruleId: string;
  readonly source: string;
  readonly condition: unknown;
  readonly warnings: readonly RuleProblem[];
  /** Id of the key that puts it. */
  readonly createdBy: string;
}

/** A new version only when the text is another one, or when the rule was deleted. `created`: the rule was not in force before. */
export function putRule(pool: Pool, rule: NewRule): Promise<{ version: number; created: boolean }> {
  return inTransaction(pool, async (client) => {
    const inserted = await query(client, `
      INSERT INTO rules (rule_id, current_version) VALUES ($1, 1) ON CONFLICT (rule_id) DO NOTHING RETURNING rule_id`, [rule.ruleId]);
    if (inserted.length > 0) {
      await insertVersion(client, rule, 1);
      return { version: 1, created: true };
    }
    // Two saves of one rule at once queue up here; without the lock both would write the same version. The text is read by a
    // statement of its own: the one that waited still looks at the versions as they were before the wait.
    await query(client, 'SELECT 1 FROM rules WHERE rule_id = $1 FOR UPDATE', [rule.ruleId]);
    const [current] = await query<{ version: number; source: string; deleted: boolean }>(client, `
      SELECT version.version, version.source, rule.deleted_at IS NOT NULL AS deleted FROM rules rule
      JOIN rule_versions version ON version.rule_id = rule.rule_id AND version.version = rule.current_version
      WHERE rule.rule_id = $1`, [rule.ruleId]);
    if (!current) throw new Failure('internal', `rule ${rule.ruleId} has no current version`);
    if (current.source === rule.source && !current.deleted) return { version: current.version, created: false };
    const version = current.version + 1;
    await insertVersion(client, rule, version);
    await query(client, 'UPDATE rules SET current_version = $2, updated_at = now(), deleted_at = NULL WHERE rule_id = $1', [rule.ruleId, version]);
    return { version, created: current.deleted };
  });
}

async function insertVersion(db: Queryable, { ruleId, source, condition, warnings, createdBy }: NewRule, version: number): Promise<void> {
  await query(db, 'INSERT INTO rule_versions (rule_id, version, source, condition, warnings, created_by) VALUES ($1, $2, $3, $4, $5, $6)',
    [ruleId, version, source, JSON.stringify(condition), JSON.stringify(warnings), createdBy]);
}

const SELECT_RULES = `
  SELECT rule.rule_id AS "ruleId", version.version, version.source, rule.created_at AS "createdAt", rule.updated_at AS "updatedAt",
         ARRAY(SELECT user_id FROM rule_assignments assigned WHERE assigned.rule_id = rule.rule_id ORDER BY user_id) AS "userIds"
  FROM rules rule JOIN rule_versions version ON version.rule_id = rule.rule_id AND version.version = rule.current_version`;

/** Throws `rule_unknown`. */
export async function getRule(db: Queryable, ruleId: string): Promise<StoredRule> {
  const [row] = await query<StoredRule>(db, `${SELECT_RULES} WHERE rule.rule_id = $1 AND rule.deleted_at IS NULL`, [ruleId]);
  if (!row) throw new Failure('rule_unknown', `no rule ${ruleId}`);
  return row;
}

/** In order of id, those after `after`. */
export const listRules = (db: Queryable, { after, limit }: { after: string; limit: number }): Promise<StoredRule[]> =>
  query<StoredRule>(db, `${SELECT_RULES} WHERE rule.rule_id > $1 AND rule.deleted_at IS NULL ORDER BY rule.rule_id LIMIT $2`, [after, limit]);

/** True when there was one. Its versions stay for the verdicts they gave. Throws `still_in_use` while it is assigned. */
export function removeRule(pool: Pool, ruleId: string): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    // Holds off assignments until the commit; one that was there first is seen by the statement after this one.
    const [rule] = await query(client, 'SELECT 1 FROM rules WHERE rule_id = $1 AND deleted_at IS NULL FOR UPDATE', [ruleId]);
    if (!rule) return false;
    const assigned = await query<{ userId: string }>(client,
      'SELECT user_id AS "userId" FROM rule_assignments WHERE rule_id = $1 ORDER BY user_id LIMIT $2', [ruleId, NAMES_TO_READ]);
    refuseIfInUse(`rule ${ruleId}`, { users: assigned.map(({ userId }) => userId) });
    await query(client, 'UPDATE rules SET deleted_at = now() WHERE rule_id = $1', [ruleId]);
    return true;
  });
}
