/** The door for frames: one raw body, one receipt. */
import { Type } from 'typebox';
import { Failure } from '../../contracts/failures.ts';
import { readIdempotencyKey } from '../../contracts/idempotency-key.ts';
import type { ApiDeps } from '../deps.ts';
import { MEDIA_TYPES } from '../media-types.ts';
import type { Metrics } from '../metrics.ts';
import type { Routes } from '../plugin.ts';
import { receiptFor } from '../receipt.ts';
import { createReceivePicture } from '../receive-picture.ts';
import { refuseUpload } from '../refuse-upload.ts';
import { Receipt } from '../shapes/frames.ts';
import { Id, Text, strict } from '../shapes/primitives.ts';
import { UploadHeaders } from '../shapes/upload-headers.ts';
import type { Uploads } from '../uploads.ts';

export const frameUploadRoutes = ({ settings }: ApiDeps, metrics: Metrics, { accept, receiving }: Uploads): Routes => (app, _options, done) => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser([...MEDIA_TYPES], createReceivePicture(settings.maxBodyBytes, receiving));

  app.post('/v1/devices/:deviceId/frames', {
    config: { roles: ['ingest'] },
    errorHandler: refuseUpload,
    schema: {
      tags: ['frames'],
      summary: 'Hand over a frame',
      description: 'The body is the picture itself. 202: we have it, for good. 200: these bytes of this moment were accepted before. '
        + '429 and 503 carry Retry-After: send the same again, repeats are harmless.',
      consumes: [...MEDIA_TYPES],
      params: Type.Object({ deviceId: Id('The camera.') }),
      querystring: Type.Object({ captured_at: Text('When the picture was taken, RFC 3339 with a zone.', 100) }, strict),
      headers: UploadHeaders,
      response: { 200: Receipt, 202: Receipt },
    },
  }, async (request, reply) => {
    const key = request.headers['idempotency-key'];
    const idempotencyKey = key === undefined ? undefined : { apiKeyId: request.holder.keyId, text: readIdempotencyKey(key) };
    const timing = metrics.acceptSeconds.startTimer();
    const [answer] = await accept([{
      deviceId: request.params.deviceId,
      onlyUserId: request.holder.userId,
      capturedAt: request.query.captured_at,
      bytes: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
      mediaType: request.mediaType ?? 'application/octet-stream',
      contentDigests: [request.headers['content-digest']],
      idempotencyKey,
    }]);
    timing({ outcome: answer instanceof Failure ? answer.code : 'accepted' });
    if (answer instanceof Failure || answer === undefined) throw answer;
    const { frameId, tag, duplicate } = answer;
    request.log.info({ frameId, tag, duplicate }, 'frame accepted');
    const { httpStatus, receipt } = receiptFor(answer, settings.publicUrl);
    return reply.code(httpStatus).header('location', receipt.statusUrl).send(receipt);
  });

  done();
};
