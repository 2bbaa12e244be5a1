/** Snoozes, and what one would silence. */
import { Type } from 'typebox';
import type { Static } from 'typebox';
import { MAX_KNOWN_HOURS } from '../../contracts/response.ts';
import { INCIDENT_STATES } from '../../contracts/incident.ts';
import { SEVERITIES } from '../../contracts/severity.ts';
import { SNOOZE_CAUSES } from '../../policies/snooze.ts';
import { Count, Id, Instant, Next, Uuid, list, nullable, oneOf, strict } from './primitives.ts';

/** As for "I know this": what shall be silent for longer is a rule that nobody should have. */
export const MAX_SNOOZE_HOURS = MAX_KNOWN_HOURS;

export const SnoozeBody = Type.Object({
  userId: Type.Optional(Id('Whose matches; a key of one user implies it.')),
  ruleId: Type.Optional(Id('Only matches of this rule; left out: of any.')),
  deviceId: Type.Optional(Id('Only matches on this device; left out: on any.')),
  everything: Type.Optional(Type.Boolean({ description: 'Needed where neither a rule nor a device is named: nobody silences all by leaving something out.' })),
  until: Type.Optional(Instant(`Until when; at most ${MAX_SNOOZE_HOURS / 24} days ahead.`)),
  forHours: Type.Optional(Type.Number({ description: 'From now on, in place of `until`.', exclusiveMinimum: 0, maximum: MAX_SNOOZE_HOURS })),
}, strict);

export const SnoozeShape = Type.Object({
  snoozeId: Uuid(),
  userId: Type.String(),
  ruleId: nullable(Type.String({ description: 'Null: any.' })),
  deviceId: nullable(Type.String({ description: 'Null: any.' })),
  labels: nullable(list(Type.String(), { description: 'Only matches on nothing but these.' })),
  cause: oneOf(SNOOZE_CAUSES, '`snoozed`: told afterwards in a digest; `known`: somebody answered that this thing is known, and nobody is told of it at all.'),
  until: Instant(),
  createdAt: Instant(),
  createdBy: Type.String({ description: '`key:` and the id of the key, or the way of an answer and its contact.' }),
  endedAt: nullable(Instant('When it was taken back before its time.')),
});
export const SnoozePage = Type.Object({ snoozes: list(SnoozeShape, { description: 'Newest first.' }), next: Next });

const severity = oneOf(SEVERITIES);
export const SnoozePreview = Type.Object({
  userId: Type.String(),
  until: Instant(),
  covers: list(Type.Object({ ruleId: Type.String(), ruleName: nullable(Type.String()), deviceId: Type.String(), deviceName: Type.String(), severity }), {
    description: 'The rules that it silences now, each with the device on which; the first in order of device and rule.',
  }),
  left: Count('Such pairs beyond those that are named.'),
  warnings: list(Type.Object({ code: Type.String({ description: 'Stable name: `covers_nothing`, `covers_devices`, `covers_rules`.' }), message: Type.String() })),
  past: Type.Object({
    days: Count('So many days back.'),
    matches: Count('Of those incidents.'),
    incidents: Count('That would not have been opened.'),
    messages: Count('That providers took.'),
    latest: list(Type.Object({
      incidentId: Uuid(), ruleId: Type.String(), deviceId: Type.String(), state: oneOf(INCIDENT_STATES), severity, openedAt: Instant('Capture time.'), matches: Count(), messages: Count(),
    }), { description: 'Of these incidents, newest first.' }),
  }, { description: 'What it would have held back.' }),
});

export type Snooze = Static<typeof SnoozeShape>;
export type SnoozeBody = Static<typeof SnoozeBody>;
export type SnoozePage = Static<typeof SnoozePage>;
export type SnoozePreview = Static<typeof SnoozePreview>;
