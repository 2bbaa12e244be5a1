/** Rules as admins keep them: a text per version, versions never change. */
import { CANARY_ID } from '../../contracts/canary.ts';
import { Failure } from '../../contracts/failures.ts';
import type { RuleProblem } from '../../contracts/rule.ts';
import type { Severity } from '../../contracts/severity.ts';
import type { Instant } from '../../contracts/time.ts';
import { inTurn, noteChange } from './changes.ts';
import { assigneeColumns, namedAssignees } from './assignees.ts';
import type { Assignees } from './assignees.ts';
import { query } from './pool.ts';
import type { Client, Pool, Queryable } from './pool.ts';
import { NAMES_TO_READ, refuseIfInUse } from './still-in-use.ts';

/** What one version says. */
interface Said {
  readonly version: number;
  /** As the admin sent it. */
  readonly source: string;
  /** As the text says them; null: it does not. */
  readonly name: string | null;
  readonly severity: Severity | null;
}

export interface StoredRule extends Said, Assignees {
  readonly ruleId: string;
  /** Policies in force that hold it. */
  readonly policyIds: readonly string[];
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

export interface RuleVersion extends Said {
  readonly createdAt: Instant;
  /** Id of the key that put it. */
  readonly createdBy: string;
}

export interface NewRule extends Omit<Said, 'version'> {
  readonly ruleId: string;
  readonly condition: unknown;
  readonly warnings: readonly RuleProblem[];
}

/** A new version only when the text is another one, or when the rule was deleted. `created`: the rule was not in force before. */
export function putRule(pool: Pool, rule: NewRule, changedBy: string): Promise<{ version: number; created: boolean }> {
  return inTurn(pool, async (client) => {
    const { ruleId, source, name, severity } = rule;
    const current = await currentVersion(client, ruleId);
    if (current?.source === source && !current.deleted) return { version: current.version, created: false };
    const version = (current?.version ?? 0) + 1;
    await query(client, `
      INSERT INTO rules (rule_id, current_version) VALUES ($1, $2)
      ON CONFLICT (rule_id) DO UPDATE SET current_version = EXCLUDED.current_version, updated_at = now(), deleted_at = NULL`, [ruleId, version]);
    await query(client, 'INSERT INTO rule_versions (rule_id, version, source, name, severity, condition, warnings, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)',
      [ruleId, version, source, name, severity, JSON.stringify(rule.condition), JSON.stringify(rule.warnings), changedBy]);
    const before = current && !current.deleted ? inHistory(current) : null;
    await noteChange(client, changedBy, { subject: 'rule', subjectId: ruleId, before, after: inHistory({ version, source, name, severity }) });
    return { version, created: before === null };
  });
}

async function currentVersion(client: Client, ruleId: string): Promise<(Said & { deleted: boolean }) | undefined> {
  const [current] = await query<Said & { deleted: boolean }>(client, `
    SELECT version.version, version.source, version.name, version.severity, rule.deleted_at IS NOT NULL AS deleted FROM rules rule
    JOIN rule_versions version ON version.rule_id = rule.rule_id AND version.version = rule.current_version WHERE rule.rule_id = $1`, [ruleId]);
  return current;
}

const inHistory = ({ version, source, name, severity }: Said) => ({ version, text: source, name, severity });

/** Policies in force whose current version holds the rule. */
const HOLDING_POLICIES = `
  SELECT policy.policy_id FROM policies policy
  JOIN policy_versions held ON held.policy_id = policy.policy_id AND held.version = policy.current_version AND policy.deleted_at IS NULL
  CROSS JOIN LATERAL jsonb_array_elements(held.content->'rules') AS entry`;

const SELECT_RULES = `
  SELECT rule.rule_id AS "ruleId", version.version, version.source, version.name, version.severity, rule.created_at AS "createdAt", rule.updated_at AS "updatedAt",
         ARRAY(${HOLDING_POLICIES} WHERE entry->>'ruleId' = rule.rule_id ORDER BY 1) AS "policyIds", ${assigneeColumns('rule', 'rule.rule_id')}
  FROM rules rule JOIN rule_versions version ON version.rule_id = rule.rule_id AND version.version = `;

/** In its current version, or in another one; another one also of a rule that was deleted, because old verdicts point at it. Throws `rule_unknown`. */
export async function getRule(db: Queryable, ruleId: string, version: number | null = null): Promise<StoredRule> {
  const [row] = await query<StoredRule>(db, `
    ${SELECT_RULES} coalesce($2, rule.current_version) WHERE rule.rule_id = $1 AND (rule.deleted_at IS NULL OR $2 IS NOT NULL)`, [ruleId, version]);
  if (!row) throw new Failure('rule_unknown', version === null ? `no rule ${ruleId}` : `no rule ${ruleId} of version ${version}`);
  return row;
}

/** In order of id, those after `after`; without the canary's. */
export const listRules = (db: Queryable, { after, limit }: { after: string; limit: number }): Promise<StoredRule[]> =>
  query<StoredRule>(db, `${SELECT_RULES} rule.current_version WHERE rule.rule_id > $1 AND rule.rule_id <> $3 AND rule.deleted_at IS NULL ORDER BY rule.rule_id LIMIT $2`, [after, limit, CANARY_ID]);

/** Newest first, also of a rule that was deleted. Throws `rule_unknown`. */
export async function ruleVersions(db: Queryable, ruleId: string, { before, limit }: { before: number | null; limit: number }): Promise<RuleVersion[]> {
  const [rule] = await query(db, 'SELECT 1 FROM rules WHERE rule_id = $1', [ruleId]);
  if (!rule) throw new Failure('rule_unknown', `no rule ${ruleId}`);
  return query<RuleVersion & Record<string, unknown>>(db, `
    SELECT version, source, name, severity, created_at AS "createdAt", created_by AS "createdBy" FROM rule_versions
    WHERE rule_id = $1 AND ($2::bigint IS NULL OR version < $2) ORDER BY version DESC LIMIT $3`, [ruleId, before, limit]);
}

/** True when there was one. Its versions stay for the verdicts they gave. Throws `still_in_use` while it is assigned or in a policy. */
export function removeRule(pool: Pool, ruleId: string, changedBy: string): Promise<boolean> {
  return inTurn(pool, async (client) => {
    const rule = await currentVersion(client, ruleId);
    if (!rule || rule.deleted) return false;
    const policies = await query<{ policy_id: string }>(client, `${HOLDING_POLICIES} WHERE entry->>'ruleId' = $1 ORDER BY 1 LIMIT $2`, [ruleId, NAMES_TO_READ]);
    refuseIfInUse(`rule ${ruleId}`, { ...await namedAssignees(client, 'rule', ruleId), policies: policies.map(({ policy_id }) => policy_id) });
    await query(client, 'UPDATE rules SET deleted_at = now() WHERE rule_id = $1', [ruleId]);
    await noteChange(client, changedBy, { subject: 'rule', subjectId: ruleId, before: inHistory(rule), after: null });
    return true;
  });
}
