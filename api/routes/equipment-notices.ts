/** Equipment notices: which cameras are at fault, and what their owners were told of it. */
import { Type } from 'typebox';
import { acknowledgeNotice, listNotices } from '../../adapters/postgres/notices.ts';
import type { Instant } from '../../contracts/time.ts';
import { visibleUser } from '../authenticate.ts';
import { decodeCursor, nextOf } from '../cursor.ts';
import type { ApiDeps } from '../deps.ts';
import type { Routes } from '../plugin.ts';
import { EquipmentNoticePage, EquipmentNoticeShape, NoticeState } from '../shapes/equipment-notices.ts';
import { Cursor, DEFAULT_LIMIT, Id, Limit, Uuid, strict } from '../shapes/primitives.ts';

export const equipmentNoticeRoutes = ({ pool }: ApiDeps): Routes => (app, _options, done) => {
  app.get('/v1/equipment-notices', {
    config: { roles: ['customer', 'ops'] },
    schema: {
      tags: ['equipment'],
      summary: 'Equipment notices, newest first, with every message about them',
      querystring: Type.Object({
        deviceId: Type.Optional(Id('Only notices of this device.')),
        userId: Type.Optional(Id('Only notices to this user.')),
        state: Type.Optional(NoticeState),
        limit: Limit,
        cursor: Cursor,
      }, strict),
      response: { 200: EquipmentNoticePage },
    },
  }, async (request) => {
    const { deviceId, userId, state, limit = DEFAULT_LIMIT, cursor } = request.query;
    const [openedAt, noticeId] = cursor === undefined ? [] : decodeCursor(cursor, 2);
    const notices = await listNotices(pool, {
      userId: visibleUser(request, userId),
      deviceId: deviceId ?? null,
      state: state ?? null,
      after: openedAt === undefined || noticeId === undefined ? null : { openedAt: openedAt as Instant, noticeId },
      limit,
    });
    return { notices, next: nextOf(notices, limit, (last) => [last.openedAt, last.noticeId]) };
  });

  app.post('/v1/equipment-notices/:noticeId/ack', {
    config: { roles: ['customer'] },
    schema: {
      tags: ['equipment'],
      summary: 'Take charge: nobody else is told of it; repeating it changes nothing',
      description: 'Devices that were told of together are taken together. Whoever was told is still told when they are well again.',
      params: Type.Object({ noticeId: Uuid('Names the notice.') }),
      response: { 200: EquipmentNoticeShape },
    },
  }, async ({ params: { noticeId }, holder }) => acknowledgeNotice(pool, noticeId, holder.userId, holder.keyId));

  done();
};
