/** Incidents with their messages. */
import { Type } from 'typebox';
import type { Static } from 'typebox';
import { ARRIVALS, CHANNELS, DELIVERY_STATES } from '../../contracts/delivery.ts';
import { HOLD_CAUSES } from '../../contracts/digest.ts';
import { INCIDENT_STATES } from '../../contracts/incident.ts';
import { DEFAULT_KNOWN_HOURS, LABELS, MAX_KNOWN_HOURS } from '../../contracts/response.ts';
import { SEVERITIES } from '../../contracts/severity.ts';
import { Count, Instant, Next, Uuid, list, nullable, oneOf, strict } from './primitives.ts';

export const IncidentState = oneOf(INCIDENT_STATES, '`acknowledged`: a person took charge. `resolved`: a person says it is dealt with. `closed`: it has been quiet.');
export const DeliveryStateShape = oneOf(DELIVERY_STATES, '`delivered`: its provider took it; `arrival` says what became of it then. `failed`: a dead letter. `withdrawn`: somebody took charge first.');

/** What one contact is told. */
export const MessageShape = Type.Object({
  deliveryKey: Type.String(), contactId: Type.String(), channel: oneOf(CHANNELS), address: Type.String(),
  telling: Type.String({ description: 'Why the contact is told: `opened`, `repeated`, `escalated`, `rose`, `reopened`, `taken`, `over`; of an equipment notice `opened` or `well`.' }),
  severity: oneOf(SEVERITIES, 'Of the incident when the message was written.'),
  level: nullable(Count('Of the chain, from 0.')), round: nullable(Count('How often the contact was told on this level before.')),
  state: DeliveryStateShape,
  tries: Count(), uncertain: Count('Tries that began and never ended: each is a possible double.'),
  code: nullable(Type.String({ description: 'Failure code of the last try.' })), createdAt: Instant(), deliveredAt: nullable(Instant()),
  latencyMs: nullable(Count('From writing it until its provider took it.')),
  provider: nullable(Type.String({ description: 'Who took it.' })), providerId: nullable(Type.String()),
  units: nullable(Count('What the provider counts: segments, calls.')),
  cost: nullable(Type.Object({ amount: Type.String({ description: 'Decimal, such as `0.0079`.' }), currency: Type.String({ description: 'ISO 4217.' }) })),
  arrival: nullable(oneOf(ARRIVALS, 'The latest that the provider said of it; null without a word, as of mail servers.')),
  arrivedAt: nullable(Instant('When that was said.')), arrivalCode: nullable(Type.String({ description: 'The provider\'s own code.' })),
});

export const IncidentShape = Type.Object({
  incidentId: Uuid(), userId: Type.String(), deviceId: Type.String(), ruleId: Type.String(), ruleVersion: Type.Integer(), state: IncidentState,
  severity: oneOf(SEVERITIES, 'The worst of its matches so far.'),
  toldSeverity: nullable(oneOf(SEVERITIES, 'When people were last told that it began, goes on or got worse.')),
  chain: nullable(Type.String({ description: 'Its escalation chain; null: the default.' })),
  level: nullable(Count('Of the chain, told last; null while nobody was told.')), exhausted: Type.Boolean({ description: 'Nobody answered to the last level.' }),
  held: nullable(oneOf(HOLD_CAUSES, 'Why nobody was told.')),
  openedAt: Instant('Capture time of the first match.'), lastMatchAt: Instant('Capture time of the latest match.'), matches: Count(),
  firstFrameId: Uuid('Its picture is in the first message.'),
  acknowledgedAt: nullable(Instant()), acknowledgedBy: nullable(Type.String({ description: 'The contact, or `api`.' })),
  resolvedAt: nullable(Instant()), reopened: Count('How often it went on after it was over.'),
  label: nullable(oneOf(LABELS, 'The latest verdict of a person.')),
  closedAt: nullable(Instant()), createdAt: Instant(),
  messages: list(MessageShape),
});
export const IncidentPage = Type.Object({ incidents: list(IncidentShape), next: Next });

export const LabelBody = Type.Object({
  label: oneOf(LABELS, '`real`: somebody takes charge. `false_alarm`, `known`: there is nothing to do. `known` also mutes that thing on that camera for a time.'),
  knownHours: Type.Optional(Type.Integer({ description: 'With `known`: for how long.', minimum: 1, maximum: MAX_KNOWN_HOURS, default: DEFAULT_KNOWN_HOURS })),
}, strict);

export type Incident = Static<typeof IncidentShape>;
export type IncidentPage = Static<typeof IncidentPage>;
export type LabelBody = Static<typeof LabelBody>;
