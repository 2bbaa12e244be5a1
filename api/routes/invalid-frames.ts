/** The invalid-frame repository: which frames were refused, and which device sends what kind of rubbish. */
import { Type } from 'typebox';
import type { FastifyRequest } from 'fastify';
import type { Static } from 'typebox';
import { countInvalidFrames, listInvalidFrames } from '../../adapters/postgres/invalid-frames.ts';
import type { InvalidFrameFilter as Filter } from '../../adapters/postgres/invalid-frames.ts';
import { parseInstant } from '../../contracts/time.ts';
import type { Instant } from '../../contracts/time.ts';
import { visibleUser } from '../authenticate.ts';
import { decodeCursor, nextOf } from '../cursor.ts';
import type { ApiDeps } from '../deps.ts';
import type { Routes } from '../plugin.ts';
import { InvalidFrameCounts, InvalidFrameFilter, InvalidFramePage } from '../shapes/invalid-frames.ts';
import { Cursor, DEFAULT_LIMIT, Limit, strict } from '../shapes/primitives.ts';

const tags = ['frames'];
const roles = ['customer', 'ops'] as const;
const Asked = Type.Object(InvalidFrameFilter, strict);

export const invalidFrameRoutes = ({ pool, settings: { publicUrl = '' } }: ApiDeps): Routes => (app, _options, done) => {
  app.get('/v1/invalid-frames', {
    config: { roles },
    schema: {
      tags,
      summary: 'Refused frames, the latest refusal first',
      querystring: Type.Object({ ...InvalidFrameFilter, limit: Limit, cursor: Cursor }, strict),
      response: { 200: InvalidFramePage },
    },
  }, async (request) => {
    const { limit = DEFAULT_LIMIT, cursor } = request.query;
    const [refusedAt, frameId] = cursor === undefined ? [] : decodeCursor(cursor, 2);
    const after = refusedAt === undefined || frameId === undefined ? null : { refusedAt: refusedAt as Instant, frameId };
    const frames = await listInvalidFrames(pool, filterOf(request, request.query), { after, limit });
    return {
      frames: frames.map((frame) => ({ ...frame, statusUrl: `${publicUrl}/v1/frames/${frame.frameId}` })),
      next: nextOf(frames, limit, (last) => [last.refusedAt, last.frameId]),
    };
  });

  app.get('/v1/invalid-frames/counts', {
    config: { roles },
    schema: {
      tags,
      summary: 'Refused frames per device and reason: which camera sends rubbish, and what kind',
      description: 'Counts what the repository still holds; see `expiresAt` of its frames.',
      querystring: Asked,
      response: { 200: InvalidFrameCounts },
    },
  }, async (request) => ({ counts: await countInvalidFrames(pool, filterOf(request, request.query)) }));

  done();
};

const filterOf = (request: FastifyRequest, { userId, deviceId, reason, from, to }: Static<typeof Asked>): Filter => ({
  userId: visibleUser(request, userId),
  deviceId: deviceId ?? null,
  reason: reason ?? null,
  from: from === undefined ? null : parseInstant(from),
  to: to === undefined ? null : parseInstant(to),
});
