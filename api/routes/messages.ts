/** Messages: was it sent, to whom, did it arrive; and dead letters, which operations send again. */
import { Type } from 'typebox';
import { listDeadLetters, resendDeadLetters } from '../../adapters/postgres/dead-letters.ts';
import type { ResendSelection } from '../../adapters/postgres/dead-letters.ts';
import { listMessages } from '../../adapters/postgres/message-trail.ts';
import type { TrailPlace } from '../../adapters/postgres/message-trail.ts';
import { FAILURES, Failure, isFailureCode } from '../../contracts/failures.ts';
import { parseInstant } from '../../contracts/time.ts';
import type { Instant } from '../../contracts/time.ts';
import { visibleUser } from '../authenticate.ts';
import { decodeCursor, nextOf } from '../cursor.ts';
import type { ApiDeps } from '../deps.ts';
import type { Routes } from '../plugin.ts';
import { DeliveryStateShape } from '../shapes/incidents.ts';
import { DeadLetterPage, MessagePage, ResendBody, ResentShape } from '../shapes/messages.ts';
import { Cursor, DEFAULT_LIMIT, Id, Limit, Text, Uuid, strict } from '../shapes/primitives.ts';

const tags = ['operations'];
/** They come in portions, so that the dead letters of a bad night do not push aside what is to be told now. */
const MAX_RESENT = 1_000;

export const messageRoutes = ({ pool }: ApiDeps): Routes => (app, _options, done) => {
  app.get('/v1/messages', {
    config: { roles: ['customer', 'ops'] },
    schema: {
      tags: ['incidents'],
      summary: 'Was it sent, to whom, did it arrive: messages about incidents, notices, digests and tests, newest first',
      querystring: Type.Object({
        incidentId: Type.Optional(Uuid('Only messages about this incident.')),
        userId: Type.Optional(Id('Only messages about what this user has.')),
        contactId: Type.Optional(Id('Only messages to this contact.')),
        address: Type.Optional(Text('Only messages to this address.', 2_000)),
        state: Type.Optional(DeliveryStateShape),
        since: Type.Optional(Text('Written then or later, RFC 3339.', 60)),
        limit: Limit,
        cursor: Cursor,
      }, strict),
      response: { 200: MessagePage },
    },
  }, async (request) => {
    const { incidentId = null, userId, contactId = null, address = null, state = null, since, limit = DEFAULT_LIMIT, cursor } = request.query;
    const messages = await listMessages(pool, {
      userId: visibleUser(request, userId), incidentId, contactId, address, state, since: since === undefined ? null : parseInstant(since), after: placeOf(cursor), limit,
    });
    return { messages: messages.map(advised), next: nextOf(messages, limit, placeIn) };
  });

  app.get('/v1/ops/dead-letters', {
    config: { roles: ['ops'] },
    schema: {
      tags,
      summary: 'Messages that were refused for good or given up, newest first, and what to do about each',
      querystring: Type.Object({ code: Type.Optional(Text('Only those of this failure code.', 100)), limit: Limit, cursor: Cursor }, strict),
      response: { 200: DeadLetterPage },
    },
  }, async ({ query: { code = null, limit = DEFAULT_LIMIT, cursor } }) => {
    const messages = await listDeadLetters(pool, { code, after: placeOf(cursor), limit });
    return { messages: messages.map(advised), next: nextOf(messages, limit, placeIn) };
  });

  app.post('/v1/ops/dead-letters/resend', {
    config: { roles: ['ops'] },
    schema: { tags, summary: 'Send dead letters again, under their old keys and with a fresh schedule of tries', body: ResendBody, response: { 200: ResentShape } },
  }, async ({ body, holder, log }) => {
    const { deliveryKeys, refused } = await resendDeadLetters(pool, selectionIn(body), { refresh: body.refresh ?? false, resentBy: holder.keyId });
    log.info({ keyId: holder.keyId, resent: deliveryKeys.length, refused: refused.length }, 'dead letters sent again by hand');
    return { resent: deliveryKeys.length, deliveryKeys, refused };
  });

  done();
};

function selectionIn({ deliveryKeys, code, since, limit }: ResendBody): ResendSelection {
  if (deliveryKeys !== undefined && code === undefined && since === undefined && limit === undefined) return { deliveryKeys };
  if (deliveryKeys !== undefined || code === undefined || since === undefined) throw new Failure('request_malformed', 'give either deliveryKeys, or code and since');
  return { code, since: parseInstant(since), limit: limit ?? MAX_RESENT };
}

const advised = <M extends { readonly code: string | null }>(message: M): M & { advice: string | null } =>
  ({ ...message, advice: message.code !== null && isFailureCode(message.code) ? FAILURES[message.code].operator : null });

const placeIn = ({ createdAt, deliveryKey }: TrailPlace): string[] => [createdAt, deliveryKey];

function placeOf(cursor: string | undefined): TrailPlace | null {
  const [createdAt, deliveryKey] = cursor === undefined ? [] : decodeCursor(cursor, 2);
  return createdAt === undefined || deliveryKey === undefined ? null : { createdAt: createdAt as Instant, deliveryKey };
}
