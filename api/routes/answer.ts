/**
 * The page behind the links in messages. It opens without a key, so its link is all that counts: it leads to one incident, ends
 * after some days, and acts as long as its contact exists, switched on or not. GET shows and never acts, because scanners
 * follow links in mails; POST acts.
 */
import { Type } from 'typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { contactMark } from '../../adapters/links/signed-links.ts';
import { readFrameStatus } from '../../adapters/postgres/frame-status.ts';
import { contactsOf, readAnswers } from '../../adapters/postgres/incident-answers.ts';
import { respond } from '../../adapters/postgres/responses.ts';
import { FAILURES, Failure } from '../../contracts/failures.ts';
import type { FailureCode } from '../../contracts/failures.ts';
import { DEFAULT_KNOWN_HOURS, MAX_KNOWN_HOURS, RESPONSE_KINDS } from '../../contracts/response.ts';
import { ANSWER_PAGE_POLICY, answerPage, plainPage } from '../answer-page.ts';
import { standingOf } from '../answer-words.ts';
import type { ApiDeps } from '../deps.ts';
import { FormBody, takeForms } from '../form-body.ts';
import type { FramePictures } from '../frame-pictures.ts';
import type { Routes } from '../plugin.ts';
import { failureOf, logFailure, retryAfterSeconds } from '../problems.ts';

/** Whoever has the address has the page: it must not stay in caches, nor travel on in a Referer, nor be found by search engines. */
const HEADERS = {
  'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-robots-tag': 'noindex, nofollow', 'x-frame-options': 'DENY', 'x-content-type-options': 'nosniff',
  'content-security-policy': ANSWER_PAGE_POLICY,
};

export const answerRoutes = ({ pool, links, describeIncident }: ApiDeps, { bytesOf, planDrawing }: FramePictures): Routes => (app, _options, done) => {
  takeForms(app);
  app.addHook('onRequest', async (_request, reply) => { reply.headers(HEADERS); });
  app.setErrorHandler(sendPlainPage);
  const params = Type.Object({ token: Type.String() });
  const schema = { hide: true, params };

  app.get('/i/:token', { schema }, async ({ params: { token } }, reply) => {
    const { incidentId, contactId } = await open(token);
    const incident = await readAnswers(pool, incidentId);
    const { text, picture } = await describeIncident(incidentId, incident);
    return reply.type('text/html; charset=utf-8').send(answerPage({
      text, state: incident.state, standing: standingOf(incident, contactId, text), mayAnswer: contactId !== null,
      picture: picture === null ? null : { url: `${token}/picture.jpg`, description: picture },
    }));
  });

  app.get('/i/:token/picture.jpg', { schema }, async ({ params: { token } }, reply) => {
    const { incidentId } = await open(token);
    const { text: { frame: { frameId } }, evidence, zones } = await describeIncident(incidentId, await readAnswers(pool, incidentId));
    const frame = await readFrameStatus(pool, frameId, null);
    const { draw } = planDrawing({ ...frame, detections: evidence, zones }, 0);
    return reply.type('image/jpeg').send(await draw(() => bytesOf(frame)));
  });

  app.post('/i/:token', { schema: { ...schema, body: FormBody } }, async ({ params: { token }, body }, reply) => {
    const { incidentId, contactId } = await open(token);
    if (contactId === null) throw new Failure('contact_unknown', 'the contact of this link is gone');
    const kind = RESPONSE_KINDS.find((known) => known === body['action']);
    if (kind === undefined) throw new Failure('request_malformed', 'body.action is none that can be said of an incident');
    await respond(pool, { incidentId, kind, way: 'link', contactId, said: null, knownHours: kind === 'known' ? hoursOf(body['hours']) : null }, null);
    // Relative, because only the browser knows by which address it came; and to what the answer changed, no longer to the button that the mail led to.
    return reply.code(303).header('location', `${token}#state`).send();
  });

  /** `contactId` null: it is gone. Throws `link_invalid`, `link_expired`. */
  async function open(token: string): Promise<{ incidentId: string; contactId: string | null }> {
    const { incidentId, contactMark: mark } = links.read(token);
    return { incidentId, contactId: (await contactsOf(pool, incidentId)).find((contactId) => contactMark(contactId) === mark) ?? null };
  }

  done();
};

function hoursOf(text = String(DEFAULT_KNOWN_HOURS)): number {
  const hours = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (hours < 1 || hours > MAX_KNOWN_HOURS) throw new Failure('request_malformed', `body.hours must be from 1 to ${MAX_KNOWN_HOURS}`);
  return hours;
}

const SAID: Readonly<Partial<Record<FailureCode, readonly [title: string, text: string]>>> = {
  link_expired: ['This link has ended', 'Links in messages work for some days only. Open the one in a newer message, or ask whoever looks after the cameras.'],
  link_invalid: ['This link does not work', 'It was cut short or altered on its way. Open it from the message itself, or ask whoever looks after the cameras.'],
  incident_unknown: ['Nothing to show any more', 'What this link was about is no longer kept.'],
  contact_unknown: ['This link takes no answer any more', 'The contact that it was sent to has been removed. It still shows what happened.'],
};
const PICTURE_GONE: readonly FailureCode[] = ['frame_unknown', 'image_gone', 'image_private', 'detections_unknown'];

/** Plain words for people who never heard of us. What went wrong inside stands in the log. */
function sendPlainPage(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const failure = failureOf(error);
  const status = FAILURES[failure.code].httpStatus;
  logFailure(failure, error, request);
  const [title, text] = SAID[failure.code] ?? (PICTURE_GONE.includes(failure.code) ? ['No picture', 'The picture of this moment is no longer kept.']
    : status < 500 ? ['That was not understood', 'Go back and press one of the buttons.']
      : ['This does not work at the moment', 'Nothing was lost. Please try again in a minute.']);
  const retryAfter = retryAfterSeconds(failure.code);
  reply.code(status).headers(HEADERS).headers(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) })
    .type('text/html; charset=utf-8').send(plainPage(title, text));
}
