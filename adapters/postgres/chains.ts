/** Escalation chains: who is told next while nobody answers. A change holds for open incidents too. */
import type { Chain } from '../../contracts/escalation.ts';
import { Failure } from '../../contracts/failures.ts';
import type { Instant } from '../../contracts/time.ts';
import { inTurn, noteChange } from './changes.ts';
import { query } from './pool.ts';
import type { Client, Pool, Queryable } from './pool.ts';
import { requireKnown } from './require-known.ts';
import { NAMES_TO_READ, refuseIfInUse } from './still-in-use.ts';
import type { Put } from './users.ts';

/** What a chain says. */
export interface ChainContent extends Chain {
  readonly name: string;
}

export interface StoredChain extends ChainContent {
  readonly chainId: string;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

const COLUMNS = 'chain_id AS "chainId", name, levels, created_at AS "createdAt", updated_at AS "updatedAt"';

/** Throws `contact_unknown`. */
export function putChain(pool: Pool, chainId: string, content: ChainContent, changedBy: string): Promise<Put<StoredChain>> {
  return inTurn(pool, async (client) => {
    await requireKnown(client, 'contact', content.levels.flatMap(({ contacts }) => contacts ?? []));
    const values = [chainId, content.name, JSON.stringify(content.levels)];
    const [before] = await query<ChainContent & { same: boolean }>(client, 'SELECT name, levels, name = $2 AND levels = $3::jsonb AS same FROM chains WHERE chain_id = $1', values);
    const [put] = await query<StoredChain & Record<string, unknown>>(client, `
      INSERT INTO chains (chain_id, name, levels) VALUES ($1, $2, $3)
      ON CONFLICT (chain_id) DO UPDATE SET name = EXCLUDED.name, levels = EXCLUDED.levels, updated_at = now() RETURNING ${COLUMNS}`, values);
    if (!before?.same) await noteChange(client, changedBy, { subject: 'chain', subjectId: chainId, before: before ? contentOf(before) : null, after: contentOf(content) });
    return { ...put!, created: before === undefined };
  });
}

const contentOf = ({ name, levels }: ChainContent): ChainContent => ({ name, levels });

/** Throws `chain_unknown`. */
export async function getChain(db: Queryable, chainId: string): Promise<StoredChain> {
  const [row] = await query<StoredChain & Record<string, unknown>>(db, `SELECT ${COLUMNS} FROM chains WHERE chain_id = $1`, [chainId]);
  if (!row) throw new Failure('chain_unknown', `no escalation chain ${chainId}`);
  return row;
}

/** In order of id, those after `after`. */
export const listChains = (db: Queryable, { after, limit }: { after: string; limit: number }): Promise<StoredChain[]> =>
  query<StoredChain & Record<string, unknown>>(db, `SELECT ${COLUMNS} FROM chains WHERE chain_id > $1 ORDER BY chain_id LIMIT $2`, [after, limit]);

/** True when there was one. Throws `still_in_use` while a user, a policy or an incident that is not closed goes by it. */
export function removeChain(pool: Pool, chainId: string, changedBy: string): Promise<boolean> {
  return inTurn(pool, async (client) => {
    // Holds off users and incidents that would name it until the commit; what was there first is seen by the statement after this one.
    const [chain] = await query<ChainContent & Record<string, unknown>>(client, 'SELECT name, levels FROM chains WHERE chain_id = $1 FOR UPDATE', [chainId]);
    if (!chain) return false;
    refuseIfInUse(`chain ${chainId}`, await referencesTo(client, chainId));
    // What is closed needs no chain; should it be reopened, the default tells of it.
    await query(client, 'UPDATE incidents SET chain_id = NULL WHERE chain_id = $1', [chainId]);
    await query(client, 'DELETE FROM chains WHERE chain_id = $1', [chainId]);
    await noteChange(client, changedBy, { subject: 'chain', subjectId: chainId, before: contentOf(chain), after: null });
    return true;
  });
}

async function referencesTo(client: Client, chainId: string): Promise<Record<string, readonly string[]>> {
  const [names] = await query<Record<string, readonly string[]>>(client, `
    SELECT ARRAY(SELECT user_id FROM users WHERE chain_id = $1 OR equipment_chain_id = $1 ORDER BY user_id LIMIT $2) AS users,
           ARRAY(SELECT policy.policy_id FROM policies policy JOIN policy_versions version ON version.policy_id = policy.policy_id AND version.version = policy.current_version
                 WHERE policy.deleted_at IS NULL AND version.content -> 'defaults' ->> 'chain' = $1 ORDER BY policy.policy_id LIMIT $2) AS policies,
           ARRAY(SELECT incident_id::text FROM incidents WHERE chain_id = $1 AND state <> 'closed' ORDER BY incident_id LIMIT $2) AS "open incidents"`, [chainId, NAMES_TO_READ]);
  return names!;
}

/** Ids of some chains that name a contact on one of their levels. */
export const chainsWithContact = async (db: Queryable, contactId: string): Promise<string[]> =>
  (await query<{ id: string }>(db, `
    SELECT chain_id AS id FROM chains WHERE levels @> jsonb_build_array(jsonb_build_object('contacts', jsonb_build_array($1::text))) ORDER BY chain_id LIMIT $2`,
  [contactId, NAMES_TO_READ])).map(({ id }) => id);
