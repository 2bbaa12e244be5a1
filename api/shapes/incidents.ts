/** Incidents with their messages. */
import { Type } from 'typebox';
import type { Static } from 'typebox';
import { CHANNELS, DELIVERY_STATES } from '../../contracts/delivery.ts';
import { INCIDENT_STATES } from '../../contracts/incident.ts';
import { SEVERITIES } from '../../contracts/severity.ts';
import { Count, Instant, Next, Uuid, list, nullable, oneOf } from './primitives.ts';

export const IncidentState = oneOf(INCIDENT_STATES, '`acknowledged`: a person took charge. `closed`: it has been quiet.');

/** What one contact is told. */
export const MessageShape = Type.Object({
  deliveryKey: Type.String(), contactId: Type.String(), channel: oneOf(CHANNELS), address: Type.String(), state: oneOf(DELIVERY_STATES),
  tries: Count(), uncertain: Count('Tries that began and never ended: each is a possible double.'),
  code: nullable(Type.String({ description: 'Failure code of the last try.' })), createdAt: Instant(), deliveredAt: nullable(Instant()),
});

export const IncidentShape = Type.Object({
  incidentId: Uuid(), userId: Type.String(), deviceId: Type.String(), ruleId: Type.String(), ruleVersion: Type.Integer(), state: IncidentState,
  severity: oneOf(SEVERITIES, 'The worst of its matches so far.'),
  openedAt: Instant('Capture time of the first match.'), lastMatchAt: Instant('Capture time of the latest match.'), matches: Count(),
  firstFrameId: Uuid('Its picture is in the message.'),
  acknowledgedAt: nullable(Instant()), closedAt: nullable(Instant()), createdAt: Instant(),
  messages: list(MessageShape),
});
export const IncidentPage = Type.Object({ incidents: list(IncidentShape), next: Next });

export type Incident = Static<typeof IncidentShape>;
export type IncidentPage = Static<typeof IncidentPage>;
