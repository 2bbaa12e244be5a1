/** Messages about anything: was it sent, to whom, did it arrive; and dead letters. */
import { Type } from 'typebox';
import type { Static } from 'typebox';
import { MESSAGE_SUBJECTS } from '../../adapters/postgres/message-trail.ts';
import { MessageShape } from './incidents.ts';
import { Count, Instant, Next, Text, Uuid, list, nullable, oneOf, strict } from './primitives.ts';

export const TrailedMessageShape = Type.Object({
  ...MessageShape.properties,
  about: oneOf(MESSAGE_SUBJECTS, '`test`: it only tries out a contact.'),
  incidentId: nullable(Uuid()), noticeId: nullable(Uuid()), digestId: nullable(Uuid()),
  userId: nullable(Type.String({ description: 'Whose incident, notice, digest or contact it is about.' })),
  advice: nullable(Type.String({ description: 'What `code` asks of the operator.' })),
  resentAt: nullable(Instant('When it was last sent again by hand.')),
});
export const MessagePage = Type.Object({ messages: list(TrailedMessageShape), next: Next });

export const DeadLetterShape = Type.Object({
  ...TrailedMessageShape.properties,
  failedAt: nullable(Instant('When its last try ended.')), answer: nullable(Type.String({ description: 'What the provider said then.' })), ageSeconds: Count('Since it was written.'),
});
export const DeadLetterPage = Type.Object({ messages: list(DeadLetterShape), next: Next });

export const ResendBody = Type.Object({
  deliveryKeys: Type.Optional(list(Text('A dead letter.', 1_200), { minItems: 1, maxItems: 1_000 })),
  code: Type.Optional(Text('All that failed with this code since `since`, oldest first.', 100)),
  since: Type.Optional(Text('With `code`: written then or later, RFC 3339.', 60)),
  limit: Type.Optional(Type.Integer({ description: 'With `code`: at most so many.', minimum: 1, maximum: 1_000, default: 1_000 })),
  refresh: Type.Optional(Type.Boolean({ description: 'To the contact\'s address of now; left out or false: to that of when the message was written.', default: false })),
}, strict);
export const ResentShape = Type.Object({
  resent: Count('Messages that wait again, each under its old key.'), deliveryKeys: list(Type.String()),
  refused: list(Type.Object({
    deliveryKey: Type.String(),
    code: oneOf(['delivery_unknown', 'delivery_under_way', 'contact_unknown'], 'Failure code. `contact_unknown`: `refresh` was asked, and the contact is gone or has another channel.'),
  })),
});

export type TrailedMessage = Static<typeof TrailedMessageShape>;
export type MessagePage = Static<typeof MessagePage>;
export type DeadLetterPage = Static<typeof DeadLetterPage>;
export type ResendBody = Static<typeof ResendBody>;
export type Resent = Static<typeof ResentShape>;
