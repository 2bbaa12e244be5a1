/** Snoozes: silence for a time, and what it would silence. */
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { coveredBy, DAYS_BACK, wouldHaveHeldBack } from '../../adapters/postgres/snooze-preview.ts';
import type { NewReach } from '../../adapters/postgres/snooze-preview.ts';
import { addSnooze, endSnooze, listSnoozes } from '../../adapters/postgres/snoozes.ts';
import { Failure } from '../../contracts/failures.ts';
import { instantFromDate, parseInstant, plusMs } from '../../contracts/time.ts';
import type { Instant } from '../../contracts/time.ts';
import { snoozeWarnings } from '../../policies/check/check-snooze.ts';
import { visibleUser } from '../authenticate.ts';
import { decodeCursor, nextOf } from '../cursor.ts';
import type { ApiDeps } from '../deps.ts';
import type { Routes } from '../plugin.ts';
import { Cursor, DEFAULT_LIMIT, Id, Limit, Uuid, oneOf, strict } from '../shapes/primitives.ts';
import { MAX_SNOOZE_HOURS, SnoozeBody, SnoozePage, SnoozePreview, SnoozeShape } from '../shapes/snoozes.ts';

const tags = ['alerting'];
const HOUR_MS = 3_600_000;
/** Of the pairs of rule and device: what people read. */
const MAX_NAMED = 100;

export const snoozeRoutes = ({ pool, now }: ApiDeps): Routes => (app, _options, done) => {
  app.post('/v1/snoozes', {
    config: { roles: ['customer'] },
    schema: {
      tags,
      summary: 'Let matches tell nobody for a time',
      description: 'They are kept and told in a digest once it is over. It holds from the next frame on; incidents that people were told of go on. `POST /v1/snoozes/preview` says what it would silence.',
      body: SnoozeBody,
      response: { 201: SnoozeShape },
    },
  }, async (request, reply) => {
    const snooze = askedFor(request, request.body, now());
    await coveredBy(pool, snooze);
    return reply.code(201).send(await addSnooze(pool, snooze, `key:${request.holder.keyId}`));
  });

  app.post('/v1/snoozes/preview', {
    config: { roles: ['customer', 'ops'] },
    schema: { tags, summary: 'What a snooze would silence, and would have silenced lately; makes none', body: SnoozeBody, response: { 200: SnoozePreview } },
  }, async (request) => {
    const snooze = askedFor(request, request.body, now());
    const [covered, past] = [await coveredBy(pool, snooze), await wouldHaveHeldBack(pool, snooze)];
    return {
      userId: snooze.userId, until: snooze.until,
      covers: covered.slice(0, MAX_NAMED), left: Math.max(0, covered.length - MAX_NAMED),
      warnings: snoozeWarnings(snooze, covered),
      past: { days: DAYS_BACK, ...past },
    };
  });

  app.get('/v1/snoozes', {
    config: { roles: ['customer', 'ops'] },
    schema: {
      tags,
      summary: 'Snoozes, newest first, with what people said they know',
      querystring: Type.Object({
        userId: Type.Optional(Id('Only snoozes of this user.')),
        state: Type.Optional(oneOf(['active', 'ended'], '`active` when left out: those that hold now.')),
        limit: Limit,
        cursor: Cursor,
      }, strict),
      response: { 200: SnoozePage },
    },
  }, async (request) => {
    const { userId, state = 'active', limit = DEFAULT_LIMIT, cursor } = request.query;
    const snoozes = await listSnoozes(pool, { userId: visibleUser(request, userId), active: state === 'active', before: cursor === undefined ? null : placeOf(cursor), limit });
    return { snoozes, next: nextOf(snoozes, limit, ({ snoozeId }) => [snoozeId]) };
  });

  app.delete('/v1/snoozes/:snoozeId', {
    config: { roles: ['customer'] },
    schema: { tags, summary: 'End a snooze before its time; what it held back is told with the next digest', params: Type.Object({ snoozeId: Uuid('The snooze.') }), response: { 204: Type.Null() } },
  }, async ({ params: { snoozeId }, holder }, reply) => {
    await endSnooze(pool, snoozeId, holder.userId);
    return reply.code(204).send(null);
  });

  done();
};

/** Throws `request_malformed` for what is no snooze, and `user_unknown`. */
function askedFor(request: FastifyRequest, { userId: asked, ruleId, deviceId, everything = false, until, forHours }: SnoozeBody, nowMs: number): NewReach & { readonly until: Instant } {
  const userId = visibleUser(request, asked);
  if (userId === null) throw new Failure('request_malformed', 'userId: a key that reaches every user must say whose matches are meant');
  const named = ruleId !== undefined || deviceId !== undefined;
  if (!named && !everything) throw new Failure('request_malformed', 'name ruleId, deviceId or both; to silence all rules on all devices say everything: true');
  if (named && everything) throw new Failure('request_malformed', 'everything: true and a rule or a device contradict each other; leave one out');
  return { userId, ruleId: ruleId ?? null, deviceId: deviceId ?? null, until: endOf(until, forHours, nowMs) };
}

function endOf(until: string | undefined, forHours: number | undefined, nowMs: number): Instant {
  if ((until === undefined) === (forHours === undefined)) throw new Failure('request_malformed', 'give either until or forHours');
  const now = instantFromDate(new Date(nowMs));
  const end = until === undefined ? plusMs(now, (forHours ?? 0) * HOUR_MS) : parseInstant(until);
  if (end <= now) throw new Failure('request_malformed', 'until: this moment is past');
  if (end > plusMs(now, MAX_SNOOZE_HOURS * HOUR_MS)) throw new Failure('request_malformed', `until: a snooze ends within ${MAX_SNOOZE_HOURS / 24} days; what shall be silent for longer is better taken away`);
  return end;
}

/** The last snooze of the page before. */
function placeOf(cursor: string): string {
  const [snoozeId = ''] = decodeCursor(cursor, 1);
  if (/^[0-9a-f-]{36}$/.test(snoozeId)) return snoozeId;
  throw new Failure('request_malformed', 'cursor is not the `next` of a page');
}
