/** The door for frames: one raw body, one receipt. */
import { Type } from 'typebox';
import { createBacklog } from '../../adapters/postgres/backlog.ts';
import { findSendingDevices } from '../../adapters/postgres/devices.ts';
import { Failure } from '../../contracts/failures.ts';
import { createAcceptance } from '../accept-frames.ts';
import { withBytesThere } from '../bytes-there.ts';
import type { ApiDeps } from '../deps.ts';
import type { Metrics } from '../metrics.ts';
import type { Routes } from '../plugin.ts';
import { grouped } from '../grouped-calls.ts';
import { createReceivePicture } from '../receive-picture.ts';
import { refuseUpload } from '../refuse-upload.ts';
import { Receipt } from '../shapes/frames.ts';
import { Id, Text, strict } from '../shapes/primitives.ts';

/** A commit of so many rows takes hardly longer than one of a single row; a much larger one would make its first caller wait for its last row. */
const MOST_IN_GROUP = 64;
const MEDIA_TYPES = ['image/jpeg', 'image/png', 'image/webp'];

export const frameUploadRoutes = (deps: ApiDeps, metrics: Metrics): Routes => (app, _options, done) => {
  const { settings, pool, frameStore } = deps;
  const receivePicture = createReceivePicture(settings);
  const accept = createAcceptance({
    findDevice: grouped(async (deviceIds: readonly string[]) => {
      const found = await findSendingDevices(pool, deviceIds);
      return deviceIds.map((deviceId) => found.get(deviceId));
    }, MOST_IN_GROUP),
    backlog: createBacklog(pool, deps.now),
    store: frameStore,
    acceptFrame: grouped(withBytesThere(deps.acceptFrames, frameStore), MOST_IN_GROUP),
    limits: settings,
    now: deps.now,
  });

  app.removeAllContentTypeParsers();
  app.addContentTypeParser(MEDIA_TYPES, receivePicture);

  app.post('/v1/devices/:deviceId/frames', {
    config: { roles: ['ingest'] },
    errorHandler: refuseUpload,
    schema: {
      tags: ['frames'],
      summary: 'Hand over a frame',
      description: 'The body is the picture itself. 202: we have it, for good. 200: these bytes of this moment were accepted before. '
        + '429 and 503 carry Retry-After: send the same again, repeats are harmless.',
      consumes: MEDIA_TYPES,
      params: Type.Object({ deviceId: Id('The camera.') }),
      querystring: Type.Object({ captured_at: Text('When the picture was taken, RFC 3339 with a zone.', 100) }, strict),
      headers: Type.Object({ 'content-digest': Type.Optional(Type.String({ description: 'RFC 9530: `sha-256=:<base64>:`. Checked when given.' })) }),
      response: { 200: Receipt, 202: Receipt },
    },
  }, async (request, reply) => {
    const timing = metrics.acceptSeconds.startTimer();
    const answer = await accept({
      deviceId: request.params.deviceId,
      onlyUserId: request.holder.userId,
      capturedAt: request.query.captured_at,
      bytes: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
      mediaType: request.mediaType ?? 'application/octet-stream',
      contentDigest: request.headers['content-digest'],
    });
    timing({ outcome: answer instanceof Failure ? answer.code : 'accepted' });
    if (answer instanceof Failure) throw answer;
    const { frameId, tag, duplicate, capturedAt } = answer;
    request.log.info({ frameId, tag, duplicate }, 'frame accepted');
    const statusUrl = `${settings.publicUrl ?? ''}/v1/frames/${frameId}`;
    return reply.code(duplicate ? 200 : 202).header('location', statusUrl)
      .send({ frameId, status: duplicate ? 'duplicate' : 'accepted', statusUrl, tag, capturedAt });
  });

  done();
};
