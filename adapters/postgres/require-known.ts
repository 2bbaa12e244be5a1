/** The refusal to build on what is not there. */
import { Failure } from '../../contracts/failures.ts';
import type { FailureCode } from '../../contracts/failures.ts';
import { someOf } from '../../policies/some-of.ts';
import { query } from './pool.ts';
import type { Queryable } from './pool.ts';

/** What frames are judged for and by, and who is told; of rules and policies those in force. */
const KINDS = {
  user: { code: 'user_unknown', there: 'SELECT 1 FROM users WHERE user_id = asked' },
  group: { code: 'group_unknown', there: 'SELECT 1 FROM groups WHERE group_id = asked' },
  rule: { code: 'rule_unknown', there: 'SELECT 1 FROM rules WHERE rule_id = asked AND deleted_at IS NULL' },
  chain: { code: 'chain_unknown', there: 'SELECT 1 FROM chains WHERE chain_id = asked' },
  contact: { code: 'contact_unknown', there: 'SELECT 1 FROM contacts WHERE contact_id = asked' },
  policy: { code: 'policy_unknown', there: 'SELECT 1 FROM policies WHERE policy_id = asked AND deleted_at IS NULL' },
} as const satisfies Record<string, { code: FailureCode; there: string }>;

/** Throws `user_unknown` and the like, naming some of those that are not there. Only a transaction `inTurn` keeps the others where they are. */
export async function requireKnown(db: Queryable, kind: keyof typeof KINDS, ids: readonly string[]): Promise<void> {
  const { code, there } = KINDS[kind];
  const unknown = await query<{ asked: string }>(db, `SELECT asked FROM unnest($1::text[]) AS asked WHERE NOT EXISTS (${there})`, [ids]);
  if (unknown.length > 0) throw new Failure(code, `no ${kind} ${someOf(unknown.map(({ asked }) => asked))}`);
}
