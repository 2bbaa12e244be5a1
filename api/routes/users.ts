/** Users: the customers. */
import { Type } from 'typebox';
import { getUser, listUsers, putUser, removeUser } from '../../adapters/postgres/users.ts';
import { Failure } from '../../contracts/failures.ts';
import { requireSafeId } from '../../contracts/ids.ts';
import { refuseOtherUsers } from '../authenticate.ts';
import { decodeCursor, nextOf } from '../cursor.ts';
import type { ApiDeps } from '../deps.ts';
import type { Routes } from '../plugin.ts';
import { UserBody, UserPage, UserShape } from '../shapes/accounts.ts';
import { Cursor, DEFAULT_LIMIT, Id, Limit, strict } from '../shapes/primitives.ts';

const tags = ['accounts'];
const params = Type.Object({ userId: Id('Chosen by the admin; letters, digits and . _ : @ -.') });

export const userRoutes = ({ pool }: ApiDeps): Routes => (app, _options, done) => {
  app.put('/v1/users/:userId', {
    config: { roles: [] },
    schema: { tags, summary: 'Create or replace a user', params, body: UserBody, response: { 200: UserShape, 201: UserShape } },
  }, async ({ params: { userId }, body }, reply) => {
    const { created, ...user } = await putUser(pool, {
      userId: requireSafeId(userId, 'userId'),
      name: body.name,
      enabled: body.enabled ?? true,
      weight: body.weight ?? 1,
      chain: body.chain ?? null,
      equipmentChain: body.equipmentChain ?? null,
      messagesPerHour: body.messagesPerHour ?? null,
    });
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
      summary: 'Remove a user, with its assignments, its places in groups and the keys limited to it; its frames stay in the ledger',
      description: 'Refused with `still_in_use` while the user has devices, contacts, incidents that are not closed or frames on their way.',
      params,
      response: { 204: Type.Null() },
    },
  }, async ({ params: { userId }, holder }, reply) => {
    if (!(await removeUser(pool, userId, holder.keyId))) throw new Failure('user_unknown', `no user ${userId}`);
    return reply.code(204).send(null);
  });

  done();
};
