/** Groups of users and who is in them. */
import { Type } from 'typebox';
import { getGroup, listGroups, listMembers, putGroup, putMembers, removeGroup } from '../../adapters/postgres/groups.ts';
import { Failure } from '../../contracts/failures.ts';
import { requireSafeId } from '../../contracts/ids.ts';
import { decodeCursor, nextOf } from '../cursor.ts';
import type { ApiDeps } from '../deps.ts';
import type { Routes } from '../plugin.ts';
import { GroupBody, GroupPage, GroupShape, MemberPage, MembersBody, MembersPut } from '../shapes/policies.ts';
import { Cursor, DEFAULT_LIMIT, Id, Limit, strict } from '../shapes/primitives.ts';

const tags = ['accounts'];
const params = Type.Object({ groupId: Id('Chosen by the admin; letters, digits and . _ : @ -.') });
const page = Type.Object({ limit: Limit, cursor: Cursor }, strict);

export const groupRoutes = ({ pool }: ApiDeps): Routes => (app, _options, done) => {
  app.put('/v1/groups/:groupId', {
    config: { roles: [] },
    schema: { tags, summary: 'Create or replace a group; its members stay', params, body: GroupBody, response: { 200: GroupShape, 201: GroupShape } },
  }, async ({ params: { groupId }, body, holder }, reply) => {
    const { created, ...group } = await putGroup(pool, { groupId: requireSafeId(groupId, 'groupId'), name: body.name }, holder.keyId);
    return reply.code(created ? 201 : 200).send(group);
  });

  app.get('/v1/groups/:groupId', {
    config: { roles: ['ops'] },
    schema: { tags, summary: 'One group', params, response: { 200: GroupShape } },
  }, async ({ params: { groupId } }) => getGroup(pool, groupId));

  app.get('/v1/groups', {
    config: { roles: ['ops'] },
    schema: { tags, summary: 'All groups, in order of id', querystring: page, response: { 200: GroupPage } },
  }, async ({ query: { limit = DEFAULT_LIMIT, cursor } }) => {
    const [after = ''] = cursor === undefined ? [] : decodeCursor(cursor, 1);
    const groups = await listGroups(pool, { after, limit });
    return { groups, next: nextOf(groups, limit, ({ groupId }) => [groupId]) };
  });

  app.delete('/v1/groups/:groupId', {
    config: { roles: [] },
    schema: {
      tags,
      summary: 'Remove a group; its members stay users',
      description: 'Refused with `still_in_use` while rules or policies are assigned to it.',
      params,
      response: { 204: Type.Null() },
    },
  }, async ({ params: { groupId }, holder }, reply) => {
    if (!(await removeGroup(pool, groupId, holder.keyId))) throw new Failure('group_unknown', `no group ${groupId}`);
    return reply.code(204).send(null);
  });

  app.put('/v1/groups/:groupId/members', {
    config: { roles: [] },
    schema: { tags, summary: 'Replace all members of a group', params, body: MembersBody, response: { 200: MembersPut } },
  }, async ({ params: { groupId }, body, holder }) => ({ groupId, ...await putMembers(pool, groupId, body.userIds, holder.keyId) }));

  app.get('/v1/groups/:groupId/members', {
    config: { roles: ['ops'] },
    schema: { tags, summary: 'The members of a group, in order of id', params, querystring: page, response: { 200: MemberPage } },
  }, async ({ params: { groupId }, query: { limit = DEFAULT_LIMIT, cursor } }) => {
    const [after = ''] = cursor === undefined ? [] : decodeCursor(cursor, 1);
    const userIds = await listMembers(pool, groupId, { after, limit });
    return { groupId, userIds, next: nextOf(userIds, limit, (userId) => [userId]) };
  });

  done();
};
