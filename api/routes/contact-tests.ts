/** Trying out a contact, and the secret that its webhooks are signed with. */
import { Type } from 'typebox';
import { getContact } from '../../adapters/postgres/contacts.ts';
import { Failure } from '../../contracts/failures.ts';
import type { ApiDeps } from '../deps.ts';
import type { Routes } from '../plugin.ts';
import { ContactSecret, ContactTest } from '../shapes/contact-tests.ts';
import { Id } from '../shapes/primitives.ts';
import { tryContact } from '../try-contact.ts';

const tags = ['accounts'];
const params = Type.Object({ contactId: Id('The contact.') });

export const contactTestRoutes = ({ pool, channels, webhookSecretOf }: ApiDeps): Routes => (app, _options, done) => {
  app.post('/v1/contacts/:contactId/test', {
    config: { roles: ['customer'] },
    schema: {
      tags,
      summary: 'Send a test message now, and hear what the provider says',
      description: 'Also to a contact that is switched off. A provider that says no is an answer (`outcome`), not an error. A few in ten minutes, then 429 with Retry-After: each costs what a message costs.',
      params,
      response: { 200: ContactTest },
    },
  }, async ({ params: { contactId }, holder, log }) => tryContact(await getContact(pool, contactId, holder.userId), { pool, channels }, holder.userId === null, log));

  app.get('/v1/contacts/:contactId/secret', {
    config: { roles: [] },
    schema: { tags, summary: 'What the webhooks of a contact are signed with, for its receiver to check', params, response: { 200: ContactSecret } },
  }, async ({ params: { contactId } }, reply) => {
    const { channel } = await getContact(pool, contactId, null);
    if (channel !== 'webhook') throw new Failure('request_malformed', `the contact ${contactId} is told by ${channel}; only webhooks are signed`);
    // A secret in a shared cache or a browser's history is a secret lost.
    reply.header('cache-control', 'no-store');
    return { contactId, secret: webhookSecretOf(contactId) };
  });

  done();
};
