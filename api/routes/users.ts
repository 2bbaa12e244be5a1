/** Users and the rules that judge their frames. */
import { Type } from 'typebox';
import { getAssignments, putAssignments } from '../../adapters/postgres/assignments.ts';
import { getUser, listUsers, putUser, removeUser } from '../../adapters/postgres/users.ts';
import { Failure } from '../../contracts/failures.ts';
import { requireSafeId } from '../../contracts/ids.ts';
import { refuseOtherUsers } from '../authenticate.ts';
import { decodeCursor, nextOf } from '../cursor.ts';
import type { ApiDeps } from '../deps.ts';
import type { Routes } from '../plugin.ts';
import { AssignmentBody, AssignmentShape, UserBody, UserPage, UserShape } from '../shapes/accounts.ts';
import { Cursor, DEFAULT_LIMIT, Id, Limit, strict } from '../shapes/primitives.ts';

const tags = ['accounts'];
const params = Type.Object({ userId: Id('Chosen by the admin; letters, digits and . _ : @ -.') });

export const userRoutes = ({ pool }: ApiDeps): Routes => (app, _options, done) => {
  app.put('/v1/users/:userId', {
    config: { roles: [] },
    schema: { tags, summary: 'Create or replace a user', params, body: UserBody, response: { 200: UserShape, 201: UserShape } },
  }, async ({ params: { userId }, body }, reply) => {
    const { created, ...user } = await putUser(pool, { userId: requireSafeId(userId, 'userId'), name: body.name, enabled: body.enabled ?? true, weight: body.weight ?? 1 });
    return reply.code(created ? 201 : 200).send(user);
  });

  app.get('/v1/users/:userId', {
    config: { roles: ['customer', 'ops'] },
    schema: { tags, summary: 'One user', params, response: { 200: UserShape } },
  }, async (request) => {
    refuseOtherUsers(request, request.params.userId);
    return getUser(pool, request.params.userId);
  });

  app.get('/v1/users', {
    config: { roles: ['ops'] },
    schema: { tags, summary: 'All users, in order of id', querystring: Type.Object({ limit: Limit, cursor: Cursor }, strict), response: { 200: UserPage } },
  }, async ({ query: { limit = DEFAULT_LIMIT, cursor } }) => {
    const [after = ''] = cursor === undefined ? [] : decodeCursor(cursor, 1);
    const users = await listUsers(pool, { after, limit });
    return { users, next: nextOf(users, limit, ({ userId }) => [userId]) };
  });

  app.delete('/v1/users/:userId', {
    config: { roles: [] },
    schema: {
      tags,
      summary: 'Remove a user, with its assignments and the keys limited to it; its frames stay in the ledger',
      description: 'Refused with `still_in_use` while the user has devices, contacts, incidents that are not closed or frames on their way.',
      params,
      response: { 204: Type.Null() },
    },
  }, async ({ params: { userId } }, reply) => {
    if (!(await removeUser(pool, userId))) throw new Failure('user_unknown', `no user ${userId}`);
    return reply.code(204).send(null);
  });

  app.put('/v1/users/:userId/rules', {
    config: { roles: [] },
    schema: { tags, summary: 'Replace the set of rules that judge the frames of a user', params, body: AssignmentBody, response: { 200: AssignmentShape } },
  }, async ({ params: { userId }, body }) => {
    const ruleIds = body.rules.map(({ ruleId }) => ruleId);
    const repeated = ruleIds.find((ruleId, index) => ruleIds.indexOf(ruleId) < index);
    if (repeated !== undefined) throw new Failure('request_malformed', `rules: ${repeated} stands there twice; give one entry with all its devices`);
    await putAssignments(pool, userId, body.rules.map(({ ruleId, devices }) => ({ ruleId, devices: devices ?? null })));
    return { userId, rules: await getAssignments(pool, userId) };
  });

  app.get('/v1/users/:userId/rules', {
    config: { roles: ['customer', 'ops'] },
    schema: { tags, summary: 'The rules that judge the frames of a user', params, response: { 200: AssignmentShape } },
  }, async (request) => {
    const { userId } = request.params;
    refuseOtherUsers(request, userId);
    return { userId, rules: await getAssignments(pool, userId) };
  });

  done();
};
