/** Policies: named sets of rules with defaults; a version never changes. */
import { Failure } from '../../contracts/failures.ts';
import type { QuietHours } from '../../contracts/quiet-hours.ts';
import type { Severity } from '../../contracts/severity.ts';
import type { Instant } from '../../contracts/time.ts';
import { inTurn, noteChange } from './changes.ts';
import { assigneeColumns, namedAssignees } from './assignees.ts';
import type { Assignees } from './assignees.ts';
import { query } from './pool.ts';
import type { Pool, Queryable } from './pool.ts';
import { requireKnown } from './require-known.ts';
import { refuseIfInUse } from './still-in-use.ts';

/** Null: none said here. What an assignment says goes first, then what is said of the rule in the policy, then the rule, then the defaults of the policy. */
export interface PolicyTerms {
  readonly severity: Severity | null;
  /** Names of zones in which objects must be. What the rule itself names goes before all others. */
  readonly zones: readonly string[] | null;
}

export interface PolicyRule extends PolicyTerms {
  readonly ruleId: string;
}

/** Who is told of the matches of its rules, and when not. */
export interface PolicyDefaults extends PolicyTerms {
  /** Escalation chain, for users that have none of their own. */
  readonly chain: string | null;
  /** For contacts that have none of their own. */
  readonly quietHours: QuietHours | null;
}

/** What a version holds, as it is kept. */
export interface PolicyContent {
  readonly name: string;
  /** In order of rule id, each rule once. */
  readonly rules: readonly PolicyRule[];
  /** For those of its rules for which nothing else is said. Of versions from before chains these may be without chain and quiet hours. */
  readonly defaults: PolicyDefaults;
}

export interface StoredPolicy extends PolicyContent, Assignees {
  readonly policyId: string;
  readonly version: number;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

export interface PolicyVersion extends PolicyContent {
  readonly version: number;
  readonly createdAt: Instant;
  /** Id of the key that put it. */
  readonly createdBy: string;
}

/** A new version only when the content is another one, or when the policy was deleted. Throws `rule_unknown` and `chain_unknown`. */
export function putPolicy(pool: Pool, policyId: string, content: PolicyContent, changedBy: string): Promise<{ version: number; created: boolean }> {
  return inTurn(pool, async (client) => {
    await requireKnown(client, 'rule', content.rules.map(({ ruleId }) => ruleId));
    await requireKnown(client, 'chain', content.defaults.chain === null ? [] : [content.defaults.chain]);
    const kept = JSON.stringify(content);
    // Of versions from before chains nothing changes by saying that they name none.
    const [current] = await query<{ version: number; content: PolicyContent; same: boolean; deleted: boolean }>(client, `
      SELECT version.version, version.content, policy.deleted_at IS NOT NULL AS deleted,
             jsonb_set(version.content, '{defaults}', '{"chain": null, "quietHours": null}'::jsonb || (version.content -> 'defaults')) = $2::jsonb AS same
      FROM policies policy
      JOIN policy_versions version ON version.policy_id = policy.policy_id AND version.version = policy.current_version
      WHERE policy.policy_id = $1`, [policyId, kept]);
    if (current?.same && !current.deleted) return { version: current.version, created: false };
    const version = (current?.version ?? 0) + 1;
    await query(client, `
      INSERT INTO policies (policy_id, current_version) VALUES ($1, $2)
      ON CONFLICT (policy_id) DO UPDATE SET current_version = EXCLUDED.current_version, updated_at = now(), deleted_at = NULL`, [policyId, version]);
    await query(client, 'INSERT INTO policy_versions (policy_id, version, content, created_by) VALUES ($1, $2, $3, $4)', [policyId, version, kept, changedBy]);
    const before = current && !current.deleted ? { version: current.version, ...current.content } : null;
    await noteChange(client, changedBy, { subject: 'policy', subjectId: policyId, before, after: { version, ...content } });
    return { version, created: before === null };
  });
}

const SELECT_POLICIES = `
  SELECT policy.policy_id AS "policyId", version.version, version.content, policy.created_at AS "createdAt", policy.updated_at AS "updatedAt",
         ${assigneeColumns('policy', 'policy.policy_id')}
  FROM policies policy JOIN policy_versions version ON version.policy_id = policy.policy_id AND version.version = policy.current_version
  WHERE policy.deleted_at IS NULL`;

type PolicyRow = Omit<StoredPolicy, keyof PolicyContent> & { readonly content: PolicyContent };

const unfolded = <T extends { readonly content: PolicyContent }>({ content, ...row }: T): Omit<T, 'content'> & PolicyContent =>
  ({ ...row, ...content, defaults: { ...content.defaults, chain: content.defaults.chain ?? null, quietHours: content.defaults.quietHours ?? null } });

/** Throws `policy_unknown`. */
export async function getPolicy(db: Queryable, policyId: string): Promise<StoredPolicy> {
  const [row] = await query<PolicyRow>(db, `${SELECT_POLICIES} AND policy.policy_id = $1`, [policyId]);
  if (!row) throw new Failure('policy_unknown', `no policy ${policyId}`);
  return unfolded(row);
}

/** In order of id, those after `after`. */
export const listPolicies = async (db: Queryable, { after, limit }: { after: string; limit: number }): Promise<StoredPolicy[]> =>
  (await query<PolicyRow>(db, `${SELECT_POLICIES} AND policy.policy_id > $1 ORDER BY policy.policy_id LIMIT $2`, [after, limit])).map(unfolded);

/** Newest first, also of a policy that was deleted. Throws `policy_unknown`. */
export async function policyVersions(db: Queryable, policyId: string, { before, limit }: { before: number | null; limit: number }): Promise<PolicyVersion[]> {
  const [policy] = await query(db, 'SELECT 1 FROM policies WHERE policy_id = $1', [policyId]);
  if (!policy) throw new Failure('policy_unknown', `no policy ${policyId}`);
  return (await query<Omit<PolicyVersion, keyof PolicyContent> & { content: PolicyContent }>(db, `
    SELECT version, content, created_at AS "createdAt", created_by AS "createdBy" FROM policy_versions WHERE policy_id = $1 AND ($2::bigint IS NULL OR version < $2)
    ORDER BY version DESC LIMIT $3`, [policyId, before, limit])).map(unfolded);
}

/** True when there was one. Throws `still_in_use` while it is assigned. */
export function removePolicy(pool: Pool, policyId: string, changedBy: string): Promise<boolean> {
  return inTurn(pool, async (client) => {
    const [policy] = await query<{ version: number; content: PolicyContent }>(client, `
      SELECT version.version, version.content FROM policies policy
      JOIN policy_versions version ON version.policy_id = policy.policy_id AND version.version = policy.current_version
      WHERE policy.policy_id = $1 AND policy.deleted_at IS NULL`, [policyId]);
    if (!policy) return false;
    refuseIfInUse(`policy ${policyId}`, await namedAssignees(client, 'policy', policyId));
    await query(client, 'UPDATE policies SET deleted_at = now() WHERE policy_id = $1', [policyId]);
    await noteChange(client, changedBy, { subject: 'policy', subjectId: policyId, before: { version: policy.version, ...policy.content }, after: null });
    return true;
  });
}
