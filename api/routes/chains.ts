/** Escalation chains: who is told next while nobody answers. */
import { Type } from 'typebox';
import { getChain, listChains, putChain, removeChain } from '../../adapters/postgres/chains.ts';
import type { ChainContent, StoredChain } from '../../adapters/postgres/chains.ts';
import { contactsNamed } from '../../adapters/postgres/contacts.ts';
import type { Queryable } from '../../adapters/postgres/pool.ts';
import { CHANNELS } from '../../contracts/delivery.ts';
import { DEFAULT_CHAIN } from '../../contracts/escalation.ts';
import { Failure } from '../../contracts/failures.ts';
import { requireSafeId } from '../../contracts/ids.ts';
import { SEVERITIES } from '../../contracts/severity.ts';
import { chainWarnings, checkChain } from '../../policies/check/check-chain.ts';
import { decodeCursor, nextOf } from '../cursor.ts';
import type { ApiDeps } from '../deps.ts';
import type { Routes } from '../plugin.ts';
import { ChainBody, ChainPage, ChainShape, LEVEL_DEFAULTS } from '../shapes/chains.ts';
import type { Chain } from '../shapes/chains.ts';
import { Cursor, DEFAULT_LIMIT, Id, Limit, strict } from '../shapes/primitives.ts';

const tags = ['alerting'];
const params = Type.Object({ chainId: Id('Chosen by the admin; letters, digits and . _ : @ -.') });

/** Names the built-in chain, and so no other. */
const DEFAULT_ID = 'default';
const BUILT_IN = { chainId: DEFAULT_ID, name: 'For users and policies that name no chain', ...DEFAULT_CHAIN, createdAt: null, updatedAt: null };

export const chainRoutes = ({ pool }: ApiDeps): Routes => (app, _options, done) => {
  app.put('/v1/chains/:chainId', {
    config: { roles: [] },
    schema: {
      tags,
      summary: 'Create or replace an escalation chain',
      description: 'Open incidents go by the new levels from their next step on.',
      params,
      body: ChainBody,
      response: { 200: ChainShape, 201: ChainShape },
    },
  }, async ({ params: { chainId }, body, holder }, reply) => {
    if (chainId === DEFAULT_ID) throw new Failure('chain_malformed', 'default is the built-in chain and stays as it is: put yours under another id, and name that id at users or policies');
    const { created, ...chain } = await putChain(pool, requireSafeId(chainId, 'chainId'), contentOf(body), holder.keyId);
    const [put] = await withWarnings(pool, [chain]);
    return reply.code(created ? 201 : 200).send(put!);
  });

  app.get('/v1/chains/:chainId', {
    config: { roles: ['ops'] },
    schema: { tags, summary: 'One escalation chain; `default` is the one for users and policies that name none', params, response: { 200: ChainShape } },
  }, async ({ params: { chainId } }) => {
    const [chain] = await withWarnings(pool, [chainId === DEFAULT_ID ? BUILT_IN : await getChain(pool, chainId)]);
    return chain!;
  });

  app.get('/v1/chains', {
    config: { roles: ['ops'] },
    schema: { tags, summary: 'All escalation chains but the built-in one, in order of id', querystring: Type.Object({ limit: Limit, cursor: Cursor }, strict), response: { 200: ChainPage } },
  }, async ({ query: { limit = DEFAULT_LIMIT, cursor } }) => {
    const [after = ''] = cursor === undefined ? [] : decodeCursor(cursor, 1);
    const chains = await listChains(pool, { after, limit });
    return { chains: await withWarnings(pool, chains), next: nextOf(chains, limit, ({ chainId }) => [chainId]) };
  });

  app.delete('/v1/chains/:chainId', {
    config: { roles: [] },
    schema: {
      tags,
      summary: 'Delete an escalation chain',
      description: 'Refused with `still_in_use` while a user, a policy or an incident that is not closed goes by it.',
      params,
      response: { 204: Type.Null() },
    },
  }, async ({ params: { chainId }, holder }, reply) => {
    if (!(await removeChain(pool, chainId, holder.keyId))) throw new Failure('chain_unknown', `no escalation chain ${chainId}`);
    return reply.code(204).send(null);
  });

  done();
};

/** Throws `chain_malformed` with all that is wrong. */
function contentOf({ name, levels: given }: ChainBody): ChainContent {
  const levels = given.map(({ channels, contacts, severities, waitSeconds, repeats }) => ({
    // A level of neither is left to the check, which says so.
    channels: channels ?? (contacts === undefined ? [] : CHANNELS),
    contacts: contacts ?? null,
    severities: severities ?? SEVERITIES,
    waitSeconds: waitSeconds ?? LEVEL_DEFAULTS.waitSeconds,
    repeats: repeats ?? LEVEL_DEFAULTS.repeats,
  }));
  const problems = checkChain(levels);
  if (problems.length === 0) return { name, levels };
  throw new Failure('chain_malformed', problems.map(({ level, message }) => (level === null ? message : `levels.${level}: ${message}`)).join(' ').slice(0, 2_000));
}

type Shown = Omit<StoredChain, 'createdAt' | 'updatedAt'> & Pick<Chain, 'createdAt' | 'updatedAt'>;

async function withWarnings(db: Queryable, chains: readonly Shown[]): Promise<Chain[]> {
  const named = chains.flatMap(({ levels }) => levels.flatMap(({ contacts }) => contacts ?? []));
  const contacts = named.length === 0 ? [] : await contactsNamed(db, named);
  return chains.map((chain) => ({ ...chain, warnings: chainWarnings(chain.levels, contacts) }));
}
