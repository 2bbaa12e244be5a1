/** Descriptions of what Watchpost writes for other programs. */
import { Type } from 'typebox';
import type { Routes } from '../plugin.ts';
import { DETECTIONS_SCHEMA } from '../shapes/result-file.ts';

/** A release may add fields; a day is soon enough to hear of it. */
const CACHE = 'private, max-age=86400';

export const schemaRoutes: Routes = (app, _options, done) => {
  app.get('/v1/schemas/detections', {
    config: { roles: ['ingest', 'customer', 'ops'] },
    schema: {
      tags: ['frames'],
      summary: 'JSON schema of the result files',
      produces: ['application/schema+json'],
      response: { 200: Type.Unsafe<typeof DETECTIONS_SCHEMA>({ type: 'object' }) },
    },
  }, async (_request, reply) => reply.type('application/schema+json').header('cache-control', CACHE).send(DETECTIONS_SCHEMA));

  done();
};
