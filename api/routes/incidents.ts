/** Incidents: what people are told about, and taking charge of one. */
import { Type } from 'typebox';
import { acknowledgeIncident, getIncident, listIncidents } from '../../adapters/postgres/incident-list.ts';
import type { Instant } from '../../contracts/time.ts';
import { visibleUser } from '../authenticate.ts';
import { decodeCursor, nextOf } from '../cursor.ts';
import type { ApiDeps } from '../deps.ts';
import type { Routes } from '../plugin.ts';
import { IncidentPage, IncidentShape, IncidentState } from '../shapes/incidents.ts';
import { Cursor, DEFAULT_LIMIT, Id, Limit, Uuid, strict } from '../shapes/primitives.ts';

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
    schema: { tags, summary: 'One incident', params, response: { 200: IncidentShape } },
  }, async ({ params: { incidentId }, holder }) => getIncident(pool, incidentId, holder.userId));

  // POST acts, GET shows: scanners follow links in mails, and must not take charge of anything.
  app.post('/v1/incidents/:incidentId/ack', {
    config: { roles: ['customer'] },
    schema: { tags, summary: 'Take charge; repeating it changes nothing', params, response: { 200: IncidentShape } },
  }, async ({ params: { incidentId }, holder }) => acknowledgeIncident(pool, incidentId, holder.userId));

  done();
};
