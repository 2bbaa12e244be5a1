/** The description of this API, made from the routes themselves, and the page that shows it. */
import { readFile } from 'node:fs/promises';
import { STATUS_CODES } from 'node:http';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyContextConfig, FastifyInstance, FastifySchema } from 'fastify';
import type { TSchema } from 'typebox';
import { PROBLEM_TYPE } from './problems.ts';
import { Problem } from './shapes/problem.ts';

const KEY = 'key';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a multipart body holds. Fastify would hold a schema of the body against what the parser made of it. */
    form?: TSchema;
    /** What JSON may be beside what the schema of the body says, because the parser of the body turns it into that. */
    otherJson?: TSchema;
  }
}

export async function describeApi(app: FastifyInstance): Promise<void> {
  const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Watchpost',
        version,
        description: 'Watches camera frames and alerts people when their own rules say so. Every refusal is a problem+json with a `code`.',
      },
      servers: [{ url: '/' }],
      tags: [
        { name: 'frames', description: 'Hand over frames, learn what became of them' },
        { name: 'incidents', description: 'What people are told about' },
        { name: 'alerting', description: 'Who is told next, and what is held back: escalation chains, snoozes' },
        { name: 'equipment', description: 'What is the matter with a camera' },
        { name: 'accounts', description: 'Users, groups, devices, zones, contacts, assignments' },
        { name: 'rules', description: 'What is unsafe: rules, policies, and who changed them' },
        { name: 'models', description: 'What looks at frames' },
        { name: 'keys', description: 'Who may call' },
        { name: 'operations', description: 'Does it add up, what failed' },
        { name: 'health', description: 'Alive, ready, figures' },
      ],
      components: { securitySchemes: { [KEY]: { type: 'http', scheme: 'bearer' } } },
    },
    refResolver: { buildLocalReference: (json, _base, _fragment, index) => String(json.$id ?? `schema-${index}`) },
    transform: ({ schema, url, route }) => ({
      url,
      schema: { ...schema, ...bodyOf(schema, route.config), security: route.config?.roles === undefined ? [] : [{ [KEY]: [] }] },
    }),
  });
  app.addSchema({ ...Problem, $id: 'Problem' });
  // Each route says in its schema what it answers when all is well; what it answers otherwise is the same everywhere.
  app.addHook('onRoute', (route) => {
    if (route.schema?.hide) return;
    const answers = Object.entries((route.schema?.response ?? {}) as Record<string, object>)
      .map(([status, answer]) => [status, { ...answer, 'x-response-description': STATUS_CODES[status] }]);
    const refused = { description: 'Refused', content: { [PROBLEM_TYPE]: { schema: { $ref: 'Problem#' } } } };
    route.schema = { ...route.schema, response: { ...Object.fromEntries(answers), default: refused } };
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    theme: { title: 'Watchpost API' },
    // The base layout has no top bar, which would show a logo of somebody else and ask for the address of another API.
    uiConfig: { layout: 'BaseLayout', docExpansion: 'list', tryItOutEnabled: false },
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
}

/** Bodies that are not one JSON object: a picture as it is, a form, and a rule that may come as JSON or as its bare text. */
function bodyOf(schema: FastifySchema | undefined, { form, otherJson }: FastifyContextConfig = {}): { body?: unknown } {
  const { consumes = [], body } = schema ?? {};
  if (consumes.length === 0) return {};
  const schemaOf = (mediaType: string) => {
    if (mediaType === 'application/json') return otherJson === undefined ? body : { anyOf: [body, otherJson] };
    if (mediaType === 'multipart/form-data') return form;
    return { type: 'string', ...(mediaType.startsWith('image/') ? { format: 'binary' } : {}) };
  };
  return { body: { content: Object.fromEntries(consumes.map((mediaType) => [mediaType, { schema: schemaOf(mediaType) }])) } };
}
