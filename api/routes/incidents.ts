/** Incidents: what people are told about, the story of one, and what is answered to it. */
import { Type } from 'typebox';
import type { FastifyRequest } from 'fastify';
import { getIncident, listIncidents } from '../../adapters/postgres/incident-list.ts';
import { respond } from '../../adapters/postgres/responses.ts';
import { Failure } from '../../contracts/failures.ts';
import type { ResponseKind } from '../../contracts/response.ts';
import type { Instant } from '../../contracts/time.ts';
import { visibleUser } from '../authenticate.ts';
import { decodeCursor, nextOf } from '../cursor.ts';
import type { ApiDeps } from '../deps.ts';
import { tellIncident } from '../incident-story.ts';
import type { Routes } from '../plugin.ts';
import { IncidentPage, IncidentShape, IncidentState, LabelBody } from '../shapes/incidents.ts';
import { Cursor, DEFAULT_LIMIT, Id, Limit, Uuid, strict } from '../shapes/primitives.ts';
import { IncidentStoryShape } from '../shapes/story.ts';

const tags = ['incidents'];
const params = Type.Object({ incidentId: Uuid('The incident.') });

export const incidentRoutes = ({ pool }: ApiDeps): Routes => (app, _options, done) => {
  app.get('/v1/incidents', {
    config: { roles: ['customer', 'ops'] },
    schema: {
      tags,
      summary: 'Incidents, newest first, with every message about them',
      querystring: Type.Object({
        deviceId: Type.Optional(Id('Only incidents of this device.')),
        userId: Type.Optional(Id('Only incidents of this user.')),
        state: Type.Optional(IncidentState),
        limit: Limit,
        cursor: Cursor,
      }, strict),
      response: { 200: IncidentPage },
    },
  }, async (request) => {
    const { deviceId, userId, state, limit = DEFAULT_LIMIT, cursor } = request.query;
    const [openedAt, incidentId] = cursor === undefined ? [] : decodeCursor(cursor, 2);
    const incidents = await listIncidents(pool, {
      userId: visibleUser(request, userId),
      deviceId: deviceId ?? null,
      state: state ?? null,
      after: openedAt === undefined || incidentId === undefined ? null : { openedAt: openedAt as Instant, incidentId },
      limit,
    });
    return { incidents, next: nextOf(incidents, limit, (last) => [last.openedAt, last.incidentId]) };
  });

  app.get('/v1/incidents/:incidentId', {
    config: { roles: ['customer', 'ops'] },
    schema: { tags, summary: 'One incident with its whole story, in order of time', params, response: { 200: IncidentStoryShape } },
  }, async ({ params: { incidentId }, holder }) => tellIncident(pool, incidentId, holder.userId));

  const answer = async ({ holder }: Pick<FastifyRequest, 'holder'>, incidentId: string, kind: ResponseKind, knownHours: number | null = null) => {
    await respond(pool, { incidentId, kind, way: 'api', contactId: null, said: null, knownHours }, holder.userId);
    return getIncident(pool, incidentId, holder.userId);
  };

  // POST acts, GET shows: scanners follow links in mails, and must not take charge of anything.
  app.post('/v1/incidents/:incidentId/ack', {
    config: { roles: ['customer'] },
    schema: { tags, summary: 'Take charge: nobody else is told; repeating it changes nothing', params, response: { 200: IncidentShape } },
  }, async (request) => answer(request, request.params.incidentId, 'acknowledge'));

  app.post('/v1/incidents/:incidentId/resolve', {
    config: { roles: ['customer'] },
    schema: { tags, summary: 'It is dealt with: what follows of it is silent; repeating it changes nothing', params, response: { 200: IncidentShape } },
  }, async (request) => answer(request, request.params.incidentId, 'resolve'));

  app.post('/v1/incidents/:incidentId/label', {
    config: { roles: ['customer'] },
    schema: { tags, summary: 'Say what it was: kept as a label of frame and rule', params, body: LabelBody, response: { 200: IncidentShape } },
  }, async (request) => {
    const { label, knownHours } = request.body;
    if (knownHours !== undefined && label !== 'known') throw new Failure('request_malformed', 'knownHours goes with the label known alone');
    return answer(request, request.params.incidentId, label, knownHours ?? null);
  });

  done();
};
