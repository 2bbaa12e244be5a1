/** Frames: handing them over, and learning what became of them. */
import { Type } from 'typebox';
import { showsWholeView } from '../../adapters/postgres/devices.ts';
import { listFrames } from '../../adapters/postgres/frame-list.ts';
import { readFrameStatus } from '../../adapters/postgres/frame-status.ts';
import type { FrameStatus as StoredStatus } from '../../adapters/postgres/frame-status.ts';
import { Failure, failureIn } from '../../contracts/failures.ts';
import { parseInstant } from '../../contracts/time.ts';
import type { Instant } from '../../contracts/time.ts';
import { visibleUser } from '../authenticate.ts';
import { decodeCursor, nextOf } from '../cursor.ts';
import type { ApiDeps } from '../deps.ts';
import type { Routes } from '../plugin.ts';
import { FrameFilter, FramePage, FrameStatusShape } from '../shapes/frames.ts';
import { Cursor, DEFAULT_LIMIT, Limit, Uuid, strict } from '../shapes/primitives.ts';

const tags = ['frames'];
const params = Type.Object({ frameId: Uuid('From the receipt.') });
/** A day: the picture of a frame never changes, but its retention may end. Private: no shared cache may keep pictures of people. */
const PICTURE_CACHE = 'private, max-age=86400, immutable';

export const frameRoutes = ({ pool, frameStore, settings: { publicUrl = '' } }: ApiDeps): Routes => (app, _options, done) => {
  app.get('/v1/frames/:frameId', {
    config: { roles: ['ingest', 'customer', 'ops'] },
    schema: { tags, summary: 'All that is known of one frame', params, response: { 200: FrameStatusShape } },
  }, async ({ params: { frameId }, holder }) => shown(await readFrameStatus(pool, frameId.toLowerCase(), holder.userId), publicUrl));

  app.get('/v1/frames/:frameId/image', {
    config: { roles: ['ingest', 'customer', 'ops'] },
    schema: {
      tags,
      summary: 'The standardised picture, or the bytes as received while there is none',
      description: 'Of a device with privacy areas never the bytes as received: `image_private` until a picture is there that has them painted over.',
      params,
      produces: ['image/jpeg', 'image/png', 'image/webp'],
      response: { 200: Type.Unsafe<Buffer>({ type: 'string', format: 'binary' }) },
    },
  }, async ({ params: { frameId }, holder }, reply) => {
    const frame = await readFrameStatus(pool, frameId.toLowerCase(), holder.userId);
    const picture = await pictureOf(frame);
    return reply
      .type(frame.standardSha256 === null ? frame.mediaType : 'image/jpeg')
      .headers({
        'cache-control': frame.standardSha256 === null ? 'private, no-cache' : PICTURE_CACHE,
        // The bytes as received may be anything that calls itself a picture: no browser may guess, or run what is inside.
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
      })
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

  async function pictureOf({ standardSha256, sha256, deviceId }: StoredStatus): Promise<Buffer> {
    const asReceived = standardSha256 === null || standardSha256 === sha256;
    if (asReceived && !await showsWholeView(pool, deviceId)) throw new Failure('image_private', 'nothing is painted over in the bytes as received');
    try {
      return await frameStore.get(standardSha256 ?? sha256);
    } catch (error) {
      if (failureIn(error)?.code === 'bytes_missing') throw new Failure('image_gone', 'the picture is no longer kept');
      throw error;
    }
  }

  done();
};

const shown = ({ matches, ...frame }: StoredStatus, publicUrl: string) => ({
  ...frame,
  incidents: matches.flatMap(({ ruleId, ruleVersion, incidentId, incidentState }) =>
    (incidentId === null || incidentState === null ? [] : [{ incidentId, ruleId, ruleVersion, state: incidentState }])),
  suppressions: matches.flatMap(({ ruleId, ruleVersion, suppressed }) => (suppressed === null ? [] : [{ ruleId, ruleVersion, cause: suppressed }])),
  imageUrl: `${publicUrl}/v1/frames/${frame.frameId}/image`,
});
