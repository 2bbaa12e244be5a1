/**
 * What Twilio tells us: how a text or a call went, which key was pressed, what was answered. Each request is signed with the
 * token of the account, over the address that Twilio was given; whatever is not signed like that is refused before it is read.
 */
import { Type } from 'typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CALLBACK_PATHS, callbackUrl } from '../../adapters/channels/twilio/callback-urls.ts';
import { arrivalOf, isFromTwilio, keypressResponse, replyResponse } from '../../adapters/channels/twilio/callback.ts';
import type { Answering } from '../../adapters/channels/twilio/callback.ts';
import { recordArrival } from '../../adapters/postgres/arrivals.ts';
import { keepUnderstoodNot, respond } from '../../adapters/postgres/responses.ts';
import type { Secret } from '../../config/secret.ts';
import { deliveryPartsOf } from '../../contracts/delivery.ts';
import { Failure, failureIn } from '../../contracts/failures.ts';
import { KEYPRESSES } from '../../contracts/response.ts';
import { answerReply, heardOf } from '../answer-reply.ts';
import type { ApiDeps } from '../deps.ts';
import { FormBody, takeForms } from '../form-body.ts';
import type { Routes } from '../plugin.ts';
import { createRepeats } from '../repeats.ts';
import { Text } from '../shapes/primitives.ts';

export interface TwilioAccount {
  readonly authToken: Secret;
}

/** Texts that Twilio may hand over once more, after an answer that it did not get within 15 seconds: far more than come in that time. */
const TEXTS_REMEMBERED = 1_000;

export const twilioCallbackRoutes = ({ pool, settings: { publicUrl } }: ApiDeps, { authToken }: TwilioAccount): Routes => (app, _options, done) => {
  takeForms(app);
  const answeredOnce = createRepeats<string>(TEXTS_REMEMBERED);
  /** Where nobody said how we are reached, Twilio was given the address that it came to. */
  const baseOf = ({ protocol, host }: FastifyRequest): string => publicUrl ?? `${protocol}://${host}`;
  const schema = { hide: true, body: FormBody };
  const ofDelivery = { ...schema, querystring: Type.Object({ delivery: Text('Key of the message that it is about.', 1_000) }) };

  app.addHook('preHandler', async (request) => {
    const signature = request.headers['x-twilio-signature'];
    const signed = isFromTwilio({
      authToken: authToken.reveal(), url: baseOf(request) + request.url, params: request.body as Record<string, string>, signature: [signature].flat()[0],
    });
    if (!signed) throw new Failure('signature_invalid', 'not signed by the provider');
  });

  app.post(CALLBACK_PATHS.status, { schema: ofDelivery }, async ({ query: { delivery: deliveryKey }, body, log }, reply) => {
    const told = arrivalOf(body);
    if (told === undefined) log.info({ deliveryKey, status: body['MessageStatus'] ?? body['CallStatus'] }, 'a status that says nothing of a message of ours');
    else if (!await recordArrival(pool, { deliveryKey, ...told })) log.warn({ deliveryKey }, 'the status of a message that nobody here sent');
    // Twilio would only complain to its own log: nothing that it could do makes the message known.
    return reply.code(204).send();
  });

  app.post(CALLBACK_PATHS.keypress, { schema: ofDelivery }, async (request, reply) => {
    const { query: { delivery }, body: { Digits: digits = '' } } = request;
    return sendTwiml(reply, keypressResponse(await heardAt(delivery, digits), callbackUrl(baseOf(request), 'keypress', delivery)));
  });

  app.post(CALLBACK_PATHS.reply, { schema }, async ({ id, body: { From: address = '', Body: said = '', MessageSid: messageSid = id, OptOutType: handled }, log }, reply) =>
    sendTwiml(reply, await answeredOnce(messageSid, async () => replyResponse(handled === undefined ? await answerReply(pool, { address, said, providerId: messageSid }, log) : null))));

  /** The call was about one incident, so no name of it is said. */
  async function heardAt(deliveryKey: string, digits: string): Promise<Answering> {
    const parts = deliveryPartsOf(deliveryKey);
    if (parts === undefined) return { heard: 'nothing_open' };
    const response = { incidentId: parts.incidentId, way: 'call' as const, contactId: parts.contactId, said: digits };
    const kind = Object.hasOwn(KEYPRESSES, digits) ? KEYPRESSES[digits] : undefined;
    try {
      if (kind !== undefined) return { heard: heardOf(kind, await respond(pool, { ...response, kind, knownHours: null }, null)) };
      await keepUnderstoodNot(pool, response);
      return { heard: 'unclear' };
    } catch (error) {
      if (failureIn(error)?.code === 'incident_unknown') return { heard: 'nothing_open' };
      throw error;
    }
  }

  done();
};

const sendTwiml = (reply: FastifyReply, twiml: string): FastifyReply => reply.type('text/xml; charset=utf-8').header('cache-control', 'no-store').send(twiml);
