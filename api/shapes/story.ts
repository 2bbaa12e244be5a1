/** The story of an incident: everything that happened, in order of time. */
import { Type } from 'typebox';
import type { Static } from 'typebox';
import { ARRIVALS, CHANNELS, DELIVERY_STATES } from '../../contracts/delivery.ts';
import { HOLD_CAUSES } from '../../contracts/digest.ts';
import { INCIDENT_EVENTS } from '../../contracts/incident.ts';
import { RESPONSE_KINDS, RESPONSE_WAYS } from '../../contracts/response.ts';
import { SEVERITIES } from '../../contracts/severity.ts';
import { IncidentShape } from './incidents.ts';
import { Count, Instant, Uuid, list, nullable, oneOf } from './primitives.ts';

const entry = { at: Instant('Clock of the database.'), text: Type.String({ description: 'One sentence for people.' }) };
const kind = <const K extends string>(name: K, description: string) => oneOf([name], description);
const to = { contactId: Type.String(), channel: oneOf(CHANNELS), address: Type.String() };
const ofMessage = { deliveryKey: Type.String(), ...to };

export const StoryEntryShape = Type.Union([
  Type.Object({
    ...entry, kind: oneOf(INCIDENT_EVENTS, 'What happened to the incident itself.'),
    severity: Type.Optional(oneOf(SEVERITIES)), from: Type.Optional(oneOf(SEVERITIES)), to: Type.Optional(oneOf(SEVERITIES)),
    telling: Type.Optional(Type.String()), level: Type.Optional(Count()), contacts: Type.Optional(list(Type.String())),
    cause: Type.Optional(oneOf(HOLD_CAUSES)), by: Type.Optional(Type.String({ description: 'A way, and the contact where there is one: `sms:anna-sms`, `api`.' })),
  }),
  Type.Object({
    ...entry, kind: kind('match', 'The first, the worst and the latest of its matches; the frames of all have the incident in their answers.'),
    which: list(oneOf(['first', 'worst', 'latest'])), frameId: Uuid(), capturedAt: Instant(), severity: oneOf(SEVERITIES), labels: list(Type.String()),
    probability: nullable(Type.Number()),
  }),
  Type.Object({ ...entry, kind: kind('message', 'A message was written.'), ...ofMessage, telling: Type.String(), severity: oneOf(SEVERITIES), level: Count(), round: Count(), state: oneOf(DELIVERY_STATES, 'What has become of it by now.') }),
  Type.Object({
    ...entry, kind: kind('attempt', 'A try to hand it over ended, or is under way.'), ...ofMessage, attempt: Type.Integer({ description: 'From 1.' }),
    outcome: nullable(oneOf(['delivered', 'refused', 'unavailable', 'uncertain'], 'Null while it is under way.')), answer: nullable(Type.String({ description: 'What the provider said.' })), ms: nullable(Count()),
  }),
  Type.Object({ ...entry, kind: kind('arrival', 'A status callback of the provider.'), ...ofMessage, arrival: oneOf(ARRIVALS), providerId: Type.String(), providerCode: nullable(Type.String()) }),
  Type.Object({ ...entry, kind: kind('resent', 'A dead letter was last sent again by hand.'), ...ofMessage, resentBy: Type.String({ description: 'Id of the key.' }) }),
  Type.Object({
    ...entry, kind: oneOf(['response', 'label'], '`label`: a verdict.'), response: nullable(oneOf(RESPONSE_KINDS, 'Null: none that we understand.')), way: oneOf(RESPONSE_WAYS), contactId: nullable(Type.String()),
    said: nullable(Type.String({ description: 'The key pressed, the words written.' })), frameId: Uuid('The frame that the person was shown.'), knownUntil: nullable(Instant('Of `known`: until when it is muted.')),
  }),
  Type.Object({
    ...entry, kind: kind('held_back', 'Kept for a digest.'), cause: oneOf(HOLD_CAUSES), contactId: nullable(Type.String({ description: 'Null: from the user.' })), matches: Count(), dueAt: Instant(), digestId: nullable(Uuid('Which told it.')),
  }),
  Type.Object({ ...entry, kind: kind('digest', 'A digest told of it.'), digestId: Uuid(), messages: list(Type.Object({ ...to, state: oneOf(DELIVERY_STATES) })) }),
]);

export const IncidentStoryShape = Type.Object({
  ...IncidentShape.properties,
  deviceName: Type.String(), timeZone: Type.String({ description: 'IANA name, of the device.' }), ruleName: nullable(Type.String()),
  labels: list(Type.String(), { description: 'What the first match showed.' }),
  story: list(StoryEntryShape, { description: 'In order of time.', maxItems: 500 }),
  storyLeft: Count('Entries that are left out between the first 100 and the last 400.'),
});

export type StoryEntry = Static<typeof StoryEntryShape>;
export type IncidentStory = Static<typeof IncidentStoryShape>;
