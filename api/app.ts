/** The HTTP API, put together. It listens to nothing yet: `main.ts` does, and tests hand requests in. */
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import Fastify, { LogController } from 'fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Failure } from '../contracts/failures.ts';
import { createAuthenticate } from './authenticate.ts';
import type { ApiDeps } from './deps.ts';
import { createFramePictures } from './frame-pictures.ts';
import { createMetrics } from './metrics.ts';
import type { Metrics } from './metrics.ts';
import { describeApi } from './openapi.ts';
import { answerOf, malformed, sendProblem } from './problems.ts';
import { refuseReservedIds } from './reserved-ids.ts';
import { answerRoutes } from './routes/answer.ts';
import { assignmentRoutes } from './routes/assignments.ts';
import { changeRoutes } from './routes/changes.ts';
import { chainRoutes } from './routes/chains.ts';
import { contactTestRoutes } from './routes/contact-tests.ts';
import { contactRoutes } from './routes/contacts.ts';
import { deviceRoutes } from './routes/devices.ts';
import { equipmentNoticeRoutes } from './routes/equipment-notices.ts';
import { frameRoutes } from './routes/frames.ts';
import { frameUploadRoutes } from './routes/frame-upload.ts';
import { groupRoutes } from './routes/groups.ts';
import { healthRoutes } from './routes/health.ts';
import { inboxRoutes } from './routes/inbox.ts';
import { incidentRoutes } from './routes/incidents.ts';
import { invalidFrameRoutes } from './routes/invalid-frames.ts';
import { messageRoutes } from './routes/messages.ts';
import { modelRoutes } from './routes/models.ts';
import { keyRoutes } from './routes/keys.ts';
import { opsRoutes } from './routes/ops.ts';
import { parcelRoutes } from './routes/parcels.ts';
import { policyRoutes } from './routes/policies.ts';
import { ruleSetRoutes } from './routes/rule-sets.ts';
import { ruleRoutes } from './routes/rules.ts';
import { schemaRoutes } from './routes/schemas.ts';
import { snoozeRoutes } from './routes/snoozes.ts';
import { twilioCallbackRoutes } from './routes/twilio-callbacks.ts';
import { userRoutes } from './routes/users.ts';
import { zoneRoutes } from './routes/zones.ts';
import { createUploads } from './uploads.ts';

/** JSON bodies: the largest names ten thousand users. Pictures have a limit of their own. */
const MAX_JSON_BYTES = 1024 * 1024;
/** The largest picture over the slowest line that we serve, 1.5 Mbit/s; also ends senders that trickle to hold a connection. */
const REQUEST_TIMEOUT_MS = 120_000;
/** Camera services send every second or so: a connection that outlives the pause saves them a handshake per frame. */
const KEEP_ALIVE_MS = 72_000;

export async function createApp(deps: ApiDeps): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: deps.log,
    // Our own line at the end of a request says what matters; Fastify's would print what callers send.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: () => randomUUID(),
    bodyLimit: MAX_JSON_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // While closing, callers get our problem with Retry-After instead of a bare 503.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 1_000 },
    frameworkErrors: (error, request, reply) => sendProblem(error, request, reply),
    clientErrorHandler: refuseBrokenRequest,
    schemaErrorFormatter: malformed,
  });
  app.setValidatorCompiler(TypeBoxValidatorCompiler as never);
  // Answers are built field by field from read models and checked against their schemas in tests; plain JSON is faster and drops nothing.
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  app.setErrorHandler(sendProblem);
  app.setNotFoundHandler((request, reply) => sendProblem(new Failure('route_unknown', `${request.method} ${request.url.split('?')[0]}`), request, reply));

  const metrics = createMetrics(deps);
  const uploads = createUploads(deps);
  const pictures = createFramePictures(deps);
  await describeApi(app as unknown as FastifyInstance);
  watchRequests(app as unknown as FastifyInstance, deps, metrics);
  for (const routes of [
    frameUploadRoutes(deps, metrics, uploads), parcelRoutes(deps, metrics, uploads), frameRoutes(deps, pictures), invalidFrameRoutes(deps), incidentRoutes(deps), messageRoutes(deps), equipmentNoticeRoutes(deps),
    userRoutes(deps), groupRoutes(deps), deviceRoutes(deps), zoneRoutes(deps), contactRoutes(deps), contactTestRoutes(deps), chainRoutes(deps), snoozeRoutes(deps), assignmentRoutes(deps), modelRoutes(deps),
    ruleRoutes(deps), ruleSetRoutes(deps), policyRoutes(deps), changeRoutes(deps), keyRoutes(deps), opsRoutes(deps), schemaRoutes, healthRoutes(deps, metrics), answerRoutes(deps, pictures),
    ...(deps.inbox ? [inboxRoutes(deps.inbox)] : []),
    ...(deps.twilio ? [twilioCallbackRoutes(deps, deps.twilio)] : []),
  ]) await app.register(routes);
  await app.ready();
  return app as unknown as FastifyInstance;
}

/** What happens to every request: a key is asked for, its id goes back, a line is written, and none is taken once we stop. */
function watchRequests(app: FastifyInstance, deps: ApiDeps, metrics: Metrics): void {
  let stopping = false;
  app.addHook('preClose', async () => { stopping = true; });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (stopping) throw new Failure('shutting_down', 'this process is stopping');
  });
  app.addHook('onRequest', createAuthenticate(deps.pool, deps.now));
  app.addHook('preHandler', refuseReservedIds);
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    metrics.requests.inc({ method: request.method, route, status: reply.statusCode });
    const line = { method: request.method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime), keyId: keyIdOf(request) };
    if (reply.statusCode >= 500) request.log.warn(line, 'request failed');
    else if (reply.statusCode >= 400) request.log.info(line, 'request refused');
    else request.log.debug(line, 'request answered');
  });
}

const keyIdOf = ({ holder }: Partial<FastifyRequest>): string | undefined => holder?.keyId;

/** Bytes that are no HTTP: there is no request to answer, but the sender hears why before the line is cut. */
function refuseBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const failure = error.code === 'HPE_HEADER_OVERFLOW'
    ? new Failure('request_malformed', 'the headers are too large')
    : new Failure('request_malformed', 'not a request of HTTP/1.1, or too slow a one');
  const { status, headers, body } = answerOf(failure, randomUUID());
  const lines = Object.entries({ ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} Bad Request\r\n${lines.join('')}\r\n${body}`);
}
