/** The door for several frames at once: one multipart body, an answer for each. */
import type { FastifyRequest } from 'fastify';
import { Failure } from '../../contracts/failures.ts';
import type { AcceptedFrame } from '../../contracts/frame.ts';
import { readIdempotencyKey } from '../../contracts/idempotency-key.ts';
import type { ApiDeps } from '../deps.ts';
import type { Metrics } from '../metrics.ts';
import type { Routes } from '../plugin.ts';
import { problemOf, retryAfterSeconds } from '../problems.ts';
import { readParcel } from '../read-parcel.ts';
import type { ParcelFrame } from '../read-parcel.ts';
import { receiptFor } from '../receipt.ts';
import { createParcelReceiver } from '../receive-parcel.ts';
import type { ReceivedParcel } from '../receive-parcel.ts';
import { refuseUpload } from '../refuse-upload.ts';
import { MOST_FRAMES_IN_PARCEL, ParcelAnswer, ParcelForm } from '../shapes/parcel.ts';
import type { ParcelItem } from '../shapes/parcel.ts';
import { UploadHeaders } from '../shapes/upload-headers.ts';
import type { Uploads } from '../uploads.ts';

export const parcelRoutes = ({ settings }: ApiDeps, metrics: Metrics, { accept, receiving }: Uploads): Routes => (app, _options, done) => {
  const receiver = createParcelReceiver(settings, receiving);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('multipart/form-data', receiver.receive);
  app.addHook('onResponse', async (request) => receiver.release(request));

  app.post('/v1/frames', {
    config: { roles: ['ingest'], form: ParcelForm },
    errorHandler: refuseUpload,
    schema: {
      tags: ['frames'],
      summary: 'Hand over several frames',
      description: `Up to ${MOST_FRAMES_IN_PARCEL} pictures and a manifest that says device and capture time of each. 200 says that each frame has its own answer, under \`items\`: `
        + 'one that is refused costs the others nothing. Send those with `retryAfterSeconds` again. A request that is refused as a whole has accepted nothing. '
        + 'When the answer is lost, send all of it again: repeats are harmless.',
      consumes: ['multipart/form-data'],
      headers: UploadHeaders,
      response: { 200: ParcelAnswer },
    },
  }, async (request) => {
    const received = request.body as ReceivedParcel | undefined;
    if (received === undefined) throw new Failure('media_type_unsupported', 'there is no body of type multipart/form-data');
    const key = request.headers['idempotency-key'];
    const frames = readParcel(await received.parts(), {
      maxBodyBytes: settings.maxBodyBytes, parcelKey: key === undefined ? undefined : readIdempotencyKey(key),
    });
    const timing = metrics.acceptSeconds.startTimer();
    const { keyId, userId } = request.holder;
    const accepted = await accept(frames.filter((frame): frame is ParcelFrame => !(frame instanceof Failure)).map(({ idempotencyKey, ...frame }) => ({
      ...frame, onlyUserId: userId, idempotencyKey: idempotencyKey === undefined ? undefined : { apiKeyId: keyId, text: idempotencyKey },
    })));
    const answers = accepted.values();
    return {
      items: frames.map((frame, index) => {
        const answer = frame instanceof Failure ? frame : answers.next().value!;
        timing({ outcome: answer instanceof Failure ? answer.code : 'accepted' });
        return itemOf(answer, index, request);
      }),
    };
  });

  function itemOf(answer: AcceptedFrame | Failure, index: number, request: FastifyRequest): ParcelItem {
    if (answer instanceof Failure) {
      const retryAfter = retryAfterSeconds(answer.code);
      const problem = problemOf(answer, request.id);
      if (answer.code === 'internal') request.log.error({ index, err: answer }, 'defect');
      else if (problem.status >= 500) request.log.warn({ index, code: answer.code, detail: answer.detail }, 'frame could not be accepted');
      return { index, status: problem.status, problem, ...(retryAfter === undefined ? {} : { retryAfterSeconds: retryAfter }) };
    }
    const { frameId, tag, duplicate } = answer;
    request.log.info({ frameId, tag, duplicate }, 'frame accepted');
    const { httpStatus, receipt: { status: _said, ...receipt } } = receiptFor(answer, settings.publicUrl);
    return { index, status: httpStatus, ...receipt };
  }

  done();
};
