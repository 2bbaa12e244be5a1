/** The bodies of webhooks, described for whoever reads them; `docs/webhook.schema.json` is made from it. Types follow from it, so that bodies and description cannot differ. */
import { Type } from 'typebox';
import type { Static, TSchema } from 'typebox';
import { INCIDENT_TELLINGS } from '../../../contracts/delivery.ts';
import { HOLD_CAUSES } from '../../../contracts/digest.ts';
import { NOTICE_TELLINGS } from '../../../contracts/equipment-notice.ts';
import { SEVERITIES } from '../../../contracts/severity.ts';

const Text = (description: string) => Type.String({ description });
const Instant = (description: string) => Type.String({ format: 'date-time', description });
const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const oneOf = <const V extends string>(values: readonly V[], description: string) => Type.Unsafe<V>({ type: 'string', enum: [...values], description });
const Left = (what: string) => Type.Integer({ minimum: 0, description: `How many ${what} there are beside these: a body has room for so many.` });

const Sentence = Text('The whole message in one line, for people.');
const ContactId = Text('The contact that this endpoint is.');
const Severity = oneOf(SEVERITIES, 'When the message was written.');
const Link = orNull(Text('Signed page of the incident; it ends after some days. Null without one.'));

const Incident = Type.Object({
  type: oneOf(INCIDENT_TELLINGS.map((telling) => `incident.${telling}` as const),
    'opened: it began; repeated, escalated: nobody has answered; rose: it got worse; reopened: it was over and goes on; taken: somebody took charge; over: it is resolved or closed.'),
  timestamp: Instant('When this was written, the same at every try. Of two messages about one incident the later one holds.'),
  data: Type.Object({
    contactId: ContactId, incidentId: Text('GET /v1/incidents/{incidentId} tells the whole story.'), userId: Text('Whose incident it is.'),
    deviceId: Text('The camera.'), deviceName: Text('As people call it.'), ruleId: Text('The rule that matched.'), rule: Text('Its name, or what it says.'),
    severity: Severity, sentence: Sentence,
    capturedAt: Instant('When the frame that is told of was taken, by the clock of the camera.'), localTime: Text('The same on a clock at the camera.'), timeZone: Text('IANA name.'),
    frameId: Text('That frame; GET /v1/frames/{frameId}/image is its picture.'), tag: orNull(Text('Its tag; null when the frame has left the ledger.')),
    reasons: Type.Array(Type.Object({
      path: Text('Number of the condition in the tree of the rule.'), asked: Text('What was asked.'), found: orNull(Text('What was found; null for a condition without a number.')),
    }), { description: 'Why the rule matched.' }),
    reasonsLeft: Left('reasons'),
    link: Link,
  }),
}, { title: 'An incident' });

const Equipment = Type.Object({
  type: oneOf(NOTICE_TELLINGS.map((telling) => `equipment.${telling}` as const), 'opened: something is the matter with a camera; well: no more.'),
  timestamp: Instant('When this was written, the same at every try.'),
  data: Type.Object({
    contactId: ContactId, noticeId: Text('The equipment notice.'), sentence: Sentence,
    facts: Type.Array(Type.Object({ name: Text('Such as Camera.'), text: Text('Such as Back door.') }), { description: 'In the order in which people read them.' }),
    advice: Type.Array(Type.String(), { description: 'What to look at.' }),
  }),
}, { title: 'An equipment notice' });

const Digest = Type.Object({
  type: oneOf(['digest'], 'What was held back.'),
  timestamp: Instant('When this was written, the same at every try.'),
  data: Type.Object({
    contactId: ContactId, digestId: Text('The digest.'), sentence: Sentence,
    entries: Type.Array(Type.Object({
      sentence: Sentence, cause: oneOf(HOLD_CAUSES, 'Why it was held back.'), severity: oneOf(SEVERITIES, 'The worst of it.'),
      matches: Type.Integer({ minimum: 0, description: 'How many matches.' }), link: Link,
    })),
    left: Left('entries'),
  }),
}, { title: 'A digest' });

const Test = Type.Object({
  type: oneOf(['test'], 'Somebody tries out this contact.'),
  timestamp: Instant('When this was sent.'),
  data: Type.Object({ contactId: ContactId, testId: Text('Of this try.'), sentence: Sentence }),
}, { title: 'A test' });

const Body = Type.Union([Incident, Equipment, Digest, Test]);

export type IncidentBody = Static<typeof Incident>;
export type EquipmentBody = Static<typeof Equipment>;
export type DigestBody = Static<typeof Digest>;
export type TestBody = Static<typeof Test>;
export type WebhookBody = Static<typeof Body>;

export const WEBHOOK_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:watchpost:schema:webhook:1',
  title: 'Body of a webhook',
  description: 'What Watchpost posts to the endpoint of a contact. Fields and types may be added: ignore those that you do not know.',
  ...Body,
};
