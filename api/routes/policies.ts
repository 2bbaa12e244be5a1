/** Policies: named sets of rules with defaults. */
import { Type } from 'typebox';
import { getPolicy, listPolicies, policyVersions, putPolicy, removePolicy } from '../../adapters/postgres/policies.ts';
import type { PolicyContent } from '../../adapters/postgres/policies.ts';
import { Failure } from '../../contracts/failures.ts';
import { requireSafeId } from '../../contracts/ids.ts';
import { quietHoursText, readQuietHours } from '../../policies/language/read-quiet-hours.ts';
import { decodeCursor, decodeNumber, nextOf } from '../cursor.ts';
import type { ApiDeps } from '../deps.ts';
import type { Routes } from '../plugin.ts';
import { refuseRepeated } from '../refuse-repeated.ts';
import { PolicyBody, PolicyPage, PolicyShape, PolicyVersionPage, SavedPolicy } from '../shapes/policies.ts';
import { Cursor, DEFAULT_LIMIT, Id, Limit, strict } from '../shapes/primitives.ts';

const tags = ['rules'];
const params = Type.Object({ policyId: Id('Chosen by the admin; letters, digits and . _ : @ -.') });
const page = Type.Object({ limit: Limit, cursor: Cursor }, strict);

export const policyRoutes = ({ pool }: ApiDeps): Routes => (app, _options, done) => {
  app.put('/v1/policies/:policyId', {
    config: { roles: [] },
    schema: {
      tags,
      summary: 'Create or replace a policy; a changed content makes a new version',
      description: 'Whoever has the policy is judged by the new version from the next frame on. A deleted policy comes back under its next version.',
      params,
      body: PolicyBody,
      response: { 200: SavedPolicy, 201: SavedPolicy },
    },
  }, async ({ params: { policyId }, body, holder }, reply) => {
    const content = contentOf(body);
    const { version, created } = await putPolicy(pool, requireSafeId(policyId, 'policyId'), content, holder.keyId);
    return reply.code(created ? 201 : 200).send({ policyId, version, ...shown(content) });
  });

  app.get('/v1/policies/:policyId', {
    config: { roles: ['ops'] },
    schema: { tags, summary: 'One policy in its current version', params, response: { 200: PolicyShape } },
  }, async ({ params: { policyId } }) => shown(await getPolicy(pool, policyId)));

  app.get('/v1/policies/:policyId/versions', {
    config: { roles: ['ops'] },
    schema: { tags, summary: 'All versions of a policy, newest first, also of a deleted one', params, querystring: page, response: { 200: PolicyVersionPage } },
  }, async ({ params: { policyId }, query: { limit = DEFAULT_LIMIT, cursor } }) => {
    const versions = await policyVersions(pool, policyId, { before: cursor === undefined ? null : decodeNumber(cursor), limit });
    return { policyId, versions: versions.map(shown), next: nextOf(versions, limit, ({ version }) => [String(version)]) };
  });

  app.get('/v1/policies', {
    config: { roles: ['ops'] },
    schema: { tags, summary: 'All policies, in order of id', querystring: page, response: { 200: PolicyPage } },
  }, async ({ query: { limit = DEFAULT_LIMIT, cursor } }) => {
    const [after = ''] = cursor === undefined ? [] : decodeCursor(cursor, 1);
    const policies = await listPolicies(pool, { after, limit });
    return { policies: policies.map(shown), next: nextOf(policies, limit, ({ policyId }) => [policyId]) };
  });

  app.delete('/v1/policies/:policyId', {
    config: { roles: [] },
    schema: { tags, summary: 'Delete a policy; its rules stay', description: 'Refused with `still_in_use` while it is assigned.', params, response: { 204: Type.Null() } },
  }, async ({ params: { policyId }, holder }, reply) => {
    if (!(await removePolicy(pool, policyId, holder.keyId))) throw new Failure('policy_unknown', `no policy ${policyId}`);
    return reply.code(204).send(null);
  });

  done();
};

/** In one order and without repeats, so that the same set in other words makes no new version. */
function contentOf({ name, rules, defaults }: PolicyBody): PolicyContent {
  refuseRepeated('rules', rules.map(({ ruleId }) => ruleId));
  const inOrder = [...rules].sort((one, other) => (one.ruleId < other.ruleId ? -1 : 1));
  return { name, rules: inOrder.map(({ ruleId, ...terms }) => ({ ruleId, ...termsOf(terms) })), defaults: defaultsOf(defaults) };
}

const defaultsOf = ({ chain, quietHours, ...terms }: NonNullable<PolicyBody['defaults']> = {}) =>
  ({ ...termsOf(terms), chain: chain ?? null, quietHours: quietHours === undefined ? null : readQuietHours(quietHours) });

const termsOf = ({ severity, zones }: Pick<NonNullable<PolicyBody['defaults']>, 'severity' | 'zones'>) => ({ severity: severity ?? null, zones: zones === undefined ? null : [...new Set(zones)].sort() });

/** As people write it. */
const shown = <T extends PolicyContent>({ defaults: { quietHours, ...defaults }, ...policy }: T) =>
  ({ ...policy, defaults: { ...defaults, quietHours: quietHours && quietHoursText(quietHours) } });
