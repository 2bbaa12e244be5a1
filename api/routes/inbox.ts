/**
 * The embedded inbox: the mails that would have gone out, for whoever sits at the machine. They hold pictures of people
 * and need no key, so only a browser on this very machine may look, and whatever a mail contains may run nothing.
 */
import { Type } from 'typebox';
import type { FastifyRequest } from 'fastify';
import { INBOX_PAGE_POLICY } from '../../adapters/embedded/inbox-page.ts';
import { Failure } from '../../contracts/failures.ts';
import { inboxListPage } from '../inbox-list-page.ts';
import type { InboxEntry } from '../inbox-list-page.ts';
import type { Routes } from '../plugin.ts';
import { Text } from '../shapes/primitives.ts';

export interface InboxReader {
  /** Newest first. */
  list(): Promise<readonly InboxEntry[]>;
  /** The mail as a page of its own, pictures inline as data URLs; undefined when there is none of that id. */
  html(id: string): Promise<string | undefined>;
  /** The message as it was received; undefined when there is none of that id. */
  raw(id: string): Promise<Uint8Array | undefined>;
}

/** No page of ours in a frame of somebody else's. */
const LIST_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
const MAIL_POLICY = `${INBOX_PAGE_POLICY}; frame-ancestors 'none'`;
const NO_KEEPING = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' };

export const inboxRoutes = (inbox: InboxReader): Routes => (app, _options, done) => {
  app.addHook('onRequest', async (request) => refuseStrangers(request));
  const params = Type.Object({ messageId: Text('From the list.') });
  const hidden = { hide: true };

  app.get('/inbox', { schema: hidden }, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').headers({ ...NO_KEEPING, 'content-security-policy': LIST_POLICY }).send(inboxListPage(await inbox.list())));

  app.get('/inbox/:messageId', { schema: { ...hidden, params } }, async ({ params: { messageId } }, reply) =>
    reply.type('text/html; charset=utf-8').headers({ ...NO_KEEPING, 'content-security-policy': MAIL_POLICY })
      .send(required(await inbox.html(messageId), messageId)));

  app.get('/inbox/:messageId/raw', { schema: { ...hidden, params } }, async ({ params: { messageId } }, reply) =>
    reply.type('text/plain; charset=utf-8').headers({ ...NO_KEEPING, 'content-security-policy': MAIL_POLICY })
      .send(Buffer.from(required(await inbox.raw(messageId), messageId))));

  done();
};

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;
const LOCAL_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/** The peer must be local, and so must the name that it used: a foreign page could point a name of its own at 127.0.0.1. */
function refuseStrangers({ socket, hostname }: FastifyRequest): void {
  if (!LOOPBACK.test(socket.remoteAddress ?? '') || !LOCAL_NAMES.includes(hostname)) {
    throw new Failure('forbidden', 'the embedded inbox is shown on its own machine only, under localhost or 127.0.0.1');
  }
}

function required<T>(message: T | undefined, id: string): T {
  if (message === undefined) throw new Failure('route_unknown', `no message ${id}`);
  return message;
}
