/** Contacts: where users are told. */
import { Type } from 'typebox';
import { requireAddress } from '../../adapters/channels/address.ts';
import { getContact, listContacts, putContact, removeContact } from '../../adapters/postgres/contacts.ts';
import type { Contact } from '../../adapters/postgres/contacts.ts';
import { CHANNELS } from '../../contracts/delivery.ts';
import type { Channel } from '../../contracts/delivery.ts';
import { Failure } from '../../contracts/failures.ts';
import { requireSafeId } from '../../contracts/ids.ts';
import { quietHoursText, readQuietHours } from '../../policies/language/read-quiet-hours.ts';
import { visibleUser } from '../authenticate.ts';
import { decodeCursor, nextOf } from '../cursor.ts';
import type { ApiDeps } from '../deps.ts';
import type { Routes } from '../plugin.ts';
import { ContactBody, ContactPage, ContactShape } from '../shapes/accounts.ts';
import { Cursor, DEFAULT_LIMIT, Id, Limit, strict } from '../shapes/primitives.ts';

const tags = ['accounts'];
const params = Type.Object({ contactId: Id('Chosen by the admin; letters, digits and . _ : @ -.') });

export const contactRoutes = ({ pool }: ApiDeps): Routes => (app, _options, done) => {
  app.put('/v1/contacts/:contactId', {
    config: { roles: [] },
    schema: { tags, summary: 'Create or replace a contact', params, body: ContactBody, response: { 200: ContactShape, 201: ContactShape } },
  }, async ({ params: { contactId }, body }, reply) => {
    const channel = requireChannel(body.channel);
    const { created, ...contact } = await putContact(pool, {
      contactId: requireSafeId(contactId, 'contactId'),
      userId: body.userId,
      channel,
      address: requireAddress(channel, body.address),
      enabled: body.enabled ?? true,
      position: body.position ?? 0,
      quietHours: body.quietHours === undefined ? null : readQuietHours(body.quietHours),
    });
    return reply.code(created ? 201 : 200).send(shown(contact));
  });

  app.get('/v1/contacts/:contactId', {
    config: { roles: ['customer', 'ops'] },
    schema: { tags, summary: 'One contact', params, response: { 200: ContactShape } },
  }, async ({ params: { contactId }, holder }) => shown(await getContact(pool, contactId, holder.userId)));

  app.get('/v1/contacts', {
    config: { roles: ['customer', 'ops'] },
    schema: {
      tags,
      summary: 'Contacts, in order of id',
      querystring: Type.Object({ userId: Type.Optional(Id('Only contacts of this user.')), limit: Limit, cursor: Cursor }, strict),
      response: { 200: ContactPage },
    },
  }, async (request) => {
    const { userId, limit = DEFAULT_LIMIT, cursor } = request.query;
    const [after = ''] = cursor === undefined ? [] : decodeCursor(cursor, 1);
    const contacts = await listContacts(pool, { userId: visibleUser(request, userId), after, limit });
    return { contacts: contacts.map(shown), next: nextOf(contacts, limit, ({ contactId }) => [contactId]) };
  });

  app.delete('/v1/contacts/:contactId', {
    config: { roles: [] },
    schema: {
      tags,
      summary: 'Remove a contact; messages that are written already still go out',
      description: 'Refused with `still_in_use` while an escalation chain names it.',
      params,
      response: { 204: Type.Null() },
    },
  }, async ({ params: { contactId } }, reply) => {
    if (!(await removeContact(pool, contactId))) throw new Failure('contact_unknown', `no contact ${contactId}`);
    return reply.code(204).send(null);
  });

  done();
};

function requireChannel(name: string): Channel {
  const channel = CHANNELS.find((known) => known === name);
  if (channel === undefined) throw new Failure('channel_unsupported', `channel ${JSON.stringify(name)}; there is ${CHANNELS.join(', ')}`);
  return channel;
}

/** As people write it. */
const shown = ({ quietHours, ...contact }: Contact) => ({ ...contact, quietHours: quietHours && quietHoursText(quietHours) });
