/** Who changed what, when, and what it was before. */
import { Type } from 'typebox';
import { listChanges } from '../../adapters/postgres/changes.ts';
import { decodeNumber, nextOf } from '../cursor.ts';
import type { ApiDeps } from '../deps.ts';
import type { Routes } from '../plugin.ts';
import { ChangePage, ChangeSubjectShape } from '../shapes/changes.ts';
import { Cursor, DEFAULT_LIMIT, Id, Limit, strict } from '../shapes/primitives.ts';

const querystring = Type.Object({
  subject: Type.Optional(ChangeSubjectShape),
  subjectId: Type.Optional(Id('Only of the rule, policy, group, device or chain of this id; of assignments `user/<id>` or `group/<id>`.')),
  limit: Limit,
  cursor: Cursor,
}, strict);

export const changeRoutes = ({ pool }: ApiDeps): Routes => (app, _options, done) => {
  app.get('/v1/changes', {
    config: { roles: ['ops'] },
    schema: { tags: ['rules'], summary: 'Changes of what frames are judged by and of who is told, newest first', querystring, response: { 200: ChangePage } },
  }, async ({ query: { subject = null, subjectId = null, limit = DEFAULT_LIMIT, cursor } }) => {
    const changes = await listChanges(pool, { subject, subjectId, before: cursor === undefined ? null : decodeNumber(cursor), limit });
    return { changes, next: nextOf(changes, limit, ({ changeId }) => [String(changeId)]) };
  });

  done();
};
