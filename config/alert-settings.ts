/** Settings of alerts: what is one incident, what is held back, what stands in links. Part of the table in `settings.ts`. */
import { optionalSecret, wholeNumber } from './kinds.ts';
import type { Setting } from './kinds.ts';

export const ALERT_SETTINGS = {
  incidentQuietSeconds: wholeNumber({
    variable: 'WATCHPOST_INCIDENT_QUIET_SECONDS',
    min: 1,
    max: 86_400,
    defaultValue: 300,
    meaning: 'An incident without a match for this long (capture time) is over.',
    reason: 'Somebody who steps behind a shed for a few minutes is still the same visit: shorter would make one visit several incidents.',
  }),
  incidentCooldownSeconds: wholeNumber({
    variable: 'WATCHPOST_INCIDENT_COOLDOWN_SECONDS',
    min: 0,
    max: 604_800,
    defaultValue: 300,
    meaning: 'For this long after a message was delivered (capture time) the same rule on the same device opens no new incident.',
    reason: 'Longer would swallow the alert that mattered; 0 tells every incident.',
  }),
  incidentReopenSeconds: wholeNumber({
    variable: 'WATCHPOST_INCIDENT_REOPEN_SECONDS',
    min: 0,
    max: 86_400,
    defaultValue: 600,
    meaning: 'A match within this long after the end of an incident (capture time) reopens it instead of opening another one.',
    reason: 'Somebody who comes back belongs to the same story, and whoever took charge of it sees so. It is told again. 0 never reopens.',
  }),
  oldAlertSeconds: wholeNumber({
    variable: 'WATCHPOST_OLD_ALERT_SECONDS',
    min: 1,
    max: 2_592_000,
    defaultValue: 600,
    meaning: 'What is judged this long after its capture time goes to the digest.',
    reason: 'A recorder that was offline sends what happened last night: nobody shall be called for it. Longer than any backlog that a healthy plant has.',
  }),
  digestSeconds: wholeNumber({
    variable: 'WATCHPOST_DIGEST_SECONDS',
    min: 1,
    max: 86_400,
    defaultValue: 3_600,
    meaning: 'How long what came too late is gathered before its digest goes out.',
    reason: 'A recorder that catches up sends for a while: one message then, not ten.',
  }),
  messagesPerHour: wholeNumber({
    variable: 'WATCHPOST_MESSAGES_PER_HOUR',
    min: 1,
    max: 100_000,
    defaultValue: 30,
    meaning: 'Messages that new incidents may send one user in an hour, and as many again about what is critical; a user may have another number. The rest goes into one summary at the end of the hour.',
    reason: 'Nobody reads more than one every two minutes. What is being escalated already is never held back by it.',
  }),
  callGapSeconds: wholeNumber({
    variable: 'WATCHPOST_CALL_GAP_SECONDS',
    min: 5,
    max: 600,
    defaultValue: 60,
    meaning: 'From one call of an incident to the next, where the provider does not tell how the first ended.',
    reason: 'A telephone rings for half a minute, and the text takes as long. With status callbacks the next call begins as soon as the first has ended.',
  }),
  linkDays: wholeNumber({
    variable: 'WATCHPOST_LINK_DAYS',
    min: 1,
    max: 365,
    defaultValue: 7,
    meaning: 'How long the links in messages work.',
    reason: 'A link opens without a key, for whoever has the message: long enough for a holiday, short enough for a mailbox that is sold with its telephone.',
  }),
  signingSecret: optionalSecret({
    variable: 'WATCHPOST_SIGNING_SECRET',
    minLength: 32,
    meaning: 'Signs links and webhooks; without it a secret is made and kept in the home.',
    reason: 'Processes that do not share a home need the same one. 32 characters: nobody guesses that.',
  }),
} as const satisfies Record<string, Setting<unknown>>;
