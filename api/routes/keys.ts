/** Keys of this API. */
import { Type } from 'typebox';
import { createKey, listKeys, revokeKey } from '../../adapters/postgres/api-keys.ts';
import { Failure } from '../../contracts/failures.ts';
import type { ApiDeps } from '../deps.ts';
import type { Routes } from '../plugin.ts';
import { KeyBody, KeyList, NewKeyShape } from '../shapes/accounts.ts';
import { Uuid } from '../shapes/primitives.ts';

const tags = ['keys'];

export const keyRoutes = ({ pool }: ApiDeps): Routes => (app, _options, done) => {
  app.post('/v1/keys', {
    config: { roles: [] },
    schema: { tags, summary: 'Make a key; it is shown this once', body: KeyBody, response: { 201: NewKeyShape } },
  }, async ({ body: { role, userId } }, reply) => {
    if (role === 'customer' && userId === undefined) throw new Failure('request_malformed', 'userId: a customer key needs the user whose things it reaches');
    if ((role === 'admin' || role === 'ops') && userId !== undefined) {
      throw new Failure('request_malformed', `userId: a key of role ${role} reaches every user and cannot be limited to one`);
    }
    // A key in a shared cache or a browser's history is a key lost.
    reply.header('cache-control', 'no-store');
    return reply.code(201).send(await createKey(pool, { role, userId: userId ?? null }));
  });

  app.get('/v1/keys', {
    config: { roles: [] },
    schema: { tags, summary: 'All keys, newest first, without the secrets', response: { 200: KeyList } },
  }, async () => ({ keys: await listKeys(pool) }));

  app.delete('/v1/keys/:keyId', {
    config: { roles: [] },
    schema: {
      tags,
      summary: 'Revoke a key; it is refused within five seconds',
      params: Type.Object({ keyId: Uuid('Names the key.') }),
      response: { 204: Type.Null() },
    },
  }, async ({ params: { keyId } }, reply) => {
    if (!(await revokeKey(pool, keyId))) throw new Failure('key_unknown', `no key ${keyId}`);
    return reply.code(204).send(null);
  });

  done();
};
