/** Which rules and policies judge the frames of which users and groups. */
import { Type } from 'typebox';
import { assignToMany, listAssignments, replaceAssignments } from '../../adapters/postgres/assignments.ts';
import type { Assignment, Assignee } from '../../adapters/postgres/assignments.ts';
import { Failure } from '../../contracts/failures.ts';
import type { Severity } from '../../contracts/severity.ts';
import { refuseOtherUsers } from '../authenticate.ts';
import type { ApiDeps } from '../deps.ts';
import type { Routes } from '../plugin.ts';
import { refuseRepeated } from '../refuse-repeated.ts';
import {
  GroupPolicies, GroupPoliciesBody, GroupRules, GroupRulesBody, ManyAssigned, ManyBody, UserPolicies, UserPoliciesBody, UserRules, UserRulesBody,
} from '../shapes/policies.ts';
import { Id } from '../shapes/primitives.ts';

const tags = ['accounts'];
const ofUser = Type.Object({ userId: Id('The user.') });
const ofGroup = Type.Object({ groupId: Id('The group.') });
/** Each is a row with its history. 100 000 took six seconds on two busy cores, and a statement has ten (adapters/postgres/pool.ts). */
const MAX_AT_ONCE = 50_000;

export const assignmentRoutes = ({ pool }: ApiDeps): Routes => (app, _options, done) => {
  app.put('/v1/users/:userId/rules', {
    config: { roles: [] },
    schema: { tags, summary: 'Replace the set of rules that are assigned to a user', params: ofUser, body: UserRulesBody, response: { 200: UserRules } },
  }, async ({ params: { userId }, body: { rules }, holder }) =>
    ({ userId, rules: (await replaceAssignments(pool, user(userId), 'rule', wanted('rules', rules, 'ruleId'), holder.keyId)).map(asRule) }));

  app.get('/v1/users/:userId/rules', {
    config: { roles: ['customer', 'ops'] },
    schema: { tags, summary: 'The rules that are assigned to a user', description: 'Those of its policies and groups stand there.', params: ofUser, response: { 200: UserRules } },
  }, async (request) => {
    const { userId } = request.params;
    refuseOtherUsers(request, userId);
    return { userId, rules: (await listAssignments(pool, user(userId), 'rule')).map(asRule) };
  });

  app.put('/v1/users/:userId/policies', {
    config: { roles: [] },
    schema: { tags, summary: 'Replace the set of policies that are assigned to a user', params: ofUser, body: UserPoliciesBody, response: { 200: UserPolicies } },
  }, async ({ params: { userId }, body: { policies }, holder }) =>
    ({ userId, policies: (await replaceAssignments(pool, user(userId), 'policy', wanted('policies', policies, 'policyId'), holder.keyId)).map(asPolicy) }));

  app.get('/v1/users/:userId/policies', {
    config: { roles: ['customer', 'ops'] },
    schema: { tags, summary: 'The policies that are assigned to a user', description: 'Those of its groups stand there.', params: ofUser, response: { 200: UserPolicies } },
  }, async (request) => {
    const { userId } = request.params;
    refuseOtherUsers(request, userId);
    return { userId, policies: (await listAssignments(pool, user(userId), 'policy')).map(asPolicy) };
  });

  app.put('/v1/groups/:groupId/rules', {
    config: { roles: [] },
    schema: { tags, summary: 'Replace the set of rules that are assigned to a group', params: ofGroup, body: GroupRulesBody, response: { 200: GroupRules } },
  }, async ({ params: { groupId }, body: { rules }, holder }) =>
    ({ groupId, rules: (await replaceAssignments(pool, group(groupId), 'rule', wanted('rules', rules, 'ruleId'), holder.keyId)).map(asRule) }));

  app.get('/v1/groups/:groupId/rules', {
    config: { roles: ['ops'] },
    schema: { tags, summary: 'The rules that are assigned to a group', params: ofGroup, response: { 200: GroupRules } },
  }, async ({ params: { groupId } }) => ({ groupId, rules: (await listAssignments(pool, group(groupId), 'rule')).map(asRule) }));

  app.put('/v1/groups/:groupId/policies', {
    config: { roles: [] },
    schema: { tags, summary: 'Replace the set of policies that are assigned to a group', params: ofGroup, body: GroupPoliciesBody, response: { 200: GroupPolicies } },
  }, async ({ params: { groupId }, body: { policies }, holder }) =>
    ({ groupId, policies: (await replaceAssignments(pool, group(groupId), 'policy', wanted('policies', policies, 'policyId'), holder.keyId)).map(asPolicy) }));

  app.get('/v1/groups/:groupId/policies', {
    config: { roles: ['ops'] },
    schema: { tags, summary: 'The policies that are assigned to a group', params: ofGroup, response: { 200: GroupPolicies } },
  }, async ({ params: { groupId } }) => ({ groupId, policies: (await listAssignments(pool, group(groupId), 'policy')).map(asPolicy) }));

  app.post('/v1/assignments', {
    config: { roles: [] },
    schema: {
      tags,
      summary: 'Assign rules and policies to many users and groups at once, or take them away',
      description: 'All of it or, when anything is wrong, nothing. What else they have stays. Sending it again changes nothing.',
      body: ManyBody,
      response: { 200: ManyAssigned },
    },
  }, async ({ body, holder }) => {
    const { userIds = [], groupIds = [], rules = [], policies = [], remove: { rules: removedRules = [], policies: removedPolicies = [] } = {} } = body;
    refuseRepeated('rules and remove.rules', [...rules.map(({ ruleId }) => ruleId), ...removedRules]);
    refuseRepeated('policies and remove.policies', [...policies.map(({ policyId }) => policyId), ...removedPolicies]);
    const asked = (userIds.length + groupIds.length) * (rules.length + policies.length + removedRules.length + removedPolicies.length);
    if (asked > MAX_AT_ONCE) throw new Failure('request_malformed', `these are ${asked} assignments; send at most ${MAX_AT_ONCE} in one call`);
    if ([...rules, ...policies].some(({ devices }) => devices !== undefined) && (userIds.length !== 1 || groupIds.length > 0)) {
      throw new Failure('request_malformed', 'a device is of one user: name devices when userIds holds that user alone');
    }
    return assignToMany(pool, {
      userIds, groupIds, put: { rule: wanted('rules', rules, 'ruleId'), policy: wanted('policies', policies, 'policyId') }, remove: { rule: removedRules, policy: removedPolicies },
    }, holder.keyId);
  });

  done();
};

const user = (id: string): Assignee => ({ kind: 'user', id });
const group = (id: string): Assignee => ({ kind: 'group', id });

type Sent<K extends string> = Readonly<Record<K, string>> & { readonly devices?: readonly string[]; readonly zones?: readonly string[]; readonly severity?: Severity };

function wanted<K extends 'ruleId' | 'policyId'>(where: string, sent: readonly Sent<K>[], idField: K): Assignment[] {
  refuseRepeated(where, sent.map((entry) => entry[idField]));
  return sent.map((entry) => ({ id: entry[idField], devices: entry.devices ?? null, zones: entry.zones ?? null, severity: entry.severity ?? null }));
}

const asRule = ({ id, ...terms }: Assignment) => ({ ruleId: id, ...terms });
const asPolicy = ({ id, ...terms }: Assignment) => ({ policyId: id, ...terms });
