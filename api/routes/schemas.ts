/** Descriptions of what Watchpost writes for other programs, and of what editors help to write for it. */
import { Type } from 'typebox';
import { RULE_SCHEMA } from '../../policies/language/rule-schema.ts';
import type { Routes } from '../plugin.ts';
import { DETECTIONS_SCHEMA } from '../shapes/result-file.ts';

/** A release may add fields; a day is soon enough to hear of it. */
const CACHE = 'private, max-age=86400';
const OPEN_CACHE = 'public, max-age=86400';

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

  // Open to all, as the description of the API is: an editor asks for it without a key, and nothing of an installation stands in it.
  app.get('/v1/rules/schema.json', {
    schema: {
      tags: ['rules'],
      summary: 'JSON schema of rules in YAML and JSON, for editors',
      produces: ['application/schema+json'],
      response: { 200: Type.Unsafe<typeof RULE_SCHEMA>({ type: 'object' }) },
    },
  }, async (_request, reply) => reply.type('application/schema+json').header('cache-control', OPEN_CACHE).send(RULE_SCHEMA));

  done();
};
