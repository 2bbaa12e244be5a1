/** Frames: handing them over, and learning what became of them. */
import { Type } from 'typebox';
import { listFrames } from '../../adapters/postgres/frame-list.ts';
import { readFrameStatus } from '../../adapters/postgres/frame-status.ts';
import type { FrameStatus as StoredStatus } from '../../adapters/postgres/frame-status.ts';
import { listVerdicts } from '../../adapters/postgres/verdict-list.ts';
import type { VerdictList } from '../../adapters/postgres/verdict-list.ts';
import { parseInstant } from '../../contracts/time.ts';
import type { Instant } from '../../contracts/time.ts';
import { visibleUser } from '../authenticate.ts';
import { decodeCursor, nextOf } from '../cursor.ts';
import type { ApiDeps } from '../deps.ts';
import { holdsTag } from '../draw-boxes.ts';
import type { FramePictures } from '../frame-pictures.ts';
import type { Routes } from '../plugin.ts';
import { FrameFilter, FramePage, FrameStatusShape } from '../shapes/frames.ts';
import { Cursor, DEFAULT_LIMIT, Limit, Uuid, strict } from '../shapes/primitives.ts';

const tags = ['frames'];
const params = Type.Object({ frameId: Uuid('From the receipt.') });
const Boxes = Type.Object({
  boxes: Type.Optional(Type.Boolean({ description: 'Draw what was seen, each with label and probability. A JPEG, scaled for a screen.', default: false })),
  minProbability: Type.Optional(Type.Number({ description: 'With `boxes`: only what is at least this probable.', minimum: 0, maximum: 1, default: 0 })),
}, strict);
/** A day: the picture of a frame never changes, but its retention may end. Private: no shared cache may keep pictures of people. */
const PICTURE_CACHE = 'private, max-age=86400, immutable';
/** Asked for anew each time: boxes change with a replay, bytes as received make room for the standardised picture. */
const NO_CACHE = 'private, no-cache';
/** The bytes as received may be anything that calls itself a picture: no browser may guess, or run what is inside. */
const NOT_TO_BE_RUN = { 'x-content-type-options': 'nosniff', 'content-security-policy': "default-src 'none'; sandbox" };

export const frameRoutes = ({ pool, settings: { publicUrl = '' } }: ApiDeps, { bytesOf, planDrawing }: FramePictures): Routes => (app, _options, done) => {
  app.get('/v1/frames/:frameId', {
    config: { roles: ['ingest', 'customer', 'ops'] },
    schema: { tags, summary: 'All that is known of one frame', params, response: { 200: FrameStatusShape } },
  }, async ({ params: { frameId }, holder }) => {
    const frame = await readFrameStatus(pool, frameId.toLowerCase(), holder.userId);
    return shown(frame, await listVerdicts(pool, frame), publicUrl);
  });

  app.get('/v1/frames/:frameId/image', {
    config: { roles: ['ingest', 'customer', 'ops'] },
    schema: {
      tags,
      summary: 'The standardised picture, or the bytes as received while there is none',
      description: 'Of a device with privacy areas never the bytes as received: `image_private` until a picture is there that has them painted over. '
        + 'With `boxes` always the standardised one, which a detector has looked at; before that the answer is 404 `detections_unknown`. '
        + 'Its ETag stands for what is drawn: If-None-Match is answered 304 until a replay sees something else.',
      params,
      querystring: Boxes,
      produces: ['image/jpeg', 'image/png', 'image/webp'],
      response: { 200: Type.Unsafe<Buffer>({ type: 'string', format: 'binary' }), 304: Type.Unsafe<undefined>({ type: 'null', description: 'Nothing else would be drawn.' }) },
    },
  }, async ({ params: { frameId }, query: { boxes = false, minProbability = 0 }, headers, holder }, reply) => {
    const frame = await readFrameStatus(pool, frameId.toLowerCase(), holder.userId);
    if (boxes) {
      const { etag, draw } = planDrawing(frame, minProbability);
      reply.headers({ 'cache-control': NO_CACHE, etag });
      if (holdsTag(headers['if-none-match'], etag)) return reply.code(304).send();
      return reply.type('image/jpeg').headers(NOT_TO_BE_RUN).send(await draw(() => bytesOf(frame)));
    }
    const { standardSha256, mediaType } = frame;
    const picture = await bytesOf(frame);
    return reply
      .type(standardSha256 === null ? mediaType : 'image/jpeg')
      .headers({ 'cache-control': standardSha256 === null ? NO_CACHE : PICTURE_CACHE, ...NOT_TO_BE_RUN })
      .send(picture);
  });

  app.get('/v1/frames', {
    config: { roles: ['ingest', 'customer', 'ops'] },
    schema: {
      tags,
      summary: 'Frames, newest capture first',
      description: 'Without `deviceId` those of all devices that are registered now.',
      querystring: Type.Object({ ...FrameFilter, limit: Limit, cursor: Cursor }, strict),
      response: { 200: FramePage },
    },
  }, async (request) => {
    const { deviceId, userId, state, from, to, limit = DEFAULT_LIMIT, cursor } = request.query;
    const [capturedAt, lastDeviceId] = cursor === undefined ? [] : decodeCursor(cursor, 2);
    const frames = await listFrames(pool, {
      deviceId: deviceId ?? null,
      userId: visibleUser(request, userId),
      state: state ?? null,
      from: from === undefined ? null : parseInstant(from),
      to: to === undefined ? null : parseInstant(to),
      after: capturedAt === undefined || lastDeviceId === undefined ? null : { capturedAt: capturedAt as Instant, deviceId: lastDeviceId },
      limit,
    });
    return { frames, next: nextOf(frames, limit, (last) => [last.capturedAt, last.deviceId]) };
  });

  done();
};

const shown = ({ matches, ruleSetId: _, ...frame }: StoredStatus, verdicts: VerdictList, publicUrl: string) => ({
  ...frame,
  ...verdicts,
  incidents: matches.flatMap(({ ruleId, ruleVersion, incidentId, incidentState }) =>
    (incidentId === null || incidentState === null ? [] : [{ incidentId, ruleId, ruleVersion, state: incidentState }])),
  suppressions: matches.flatMap(({ ruleId, ruleVersion, suppressed }) => (suppressed === null ? [] : [{ ruleId, ruleVersion, cause: suppressed }])),
  imageUrl: `${publicUrl}/v1/frames/${frame.frameId}/image`,
});
