/** Steps of escalation as rows: messages for the outbox, how far each incident has come, its story, and what is held back. */
import { deliveryKeyOf } from '../../contracts/delivery.ts';
import type { IncidentTelling } from '../../contracts/delivery.ts';
import { noteEvents } from './incident-events.ts';
import type { EventToNote } from './incident-events.ts';
import type { EscalationSettings, StepOrHold } from './escalate.ts';
import type { IncidentToEscalate, ReachableContact } from './escalation-facts.ts';
import { holdBack } from './held-back.ts';
import type { ThingHeldBack } from './held-back.ts';
import { query } from './pool.ts';
import type { Client } from './pool.ts';

export interface WrittenStep {
  readonly incident: IncidentToEscalate;
  readonly step: Exclude<StepOrHold, { kind: 'wait' }>;
}

export async function writeSteps(client: Client, steps: readonly WrittenStep[], { digestMs }: Pick<EscalationSettings, 'digestMs'>): Promise<void> {
  if (steps.length === 0) return;
  await writeMessages(client, steps);
  await writeProgress(client, steps);
  await noteEvents(client, steps.flatMap(eventsOf));
  await holdBack(client, steps.flatMap((written) => heldIn(written, digestMs)));
}

interface Told { readonly telling: IncidentTelling; readonly level: number; readonly contacts: readonly ReachableContact[] }

/** The step's contacts are those that it was given. */
function toldIn({ incident, step }: WrittenStep): Told | null {
  const known = new Map(incident.reachable.map((contact) => [contact.contactId, contact]));
  const full = (contacts: readonly { readonly contactId: string }[]): ReachableContact[] => contacts.flatMap(({ contactId }) => known.get(contactId) ?? []);
  if (step.kind === 'tell') return { telling: step.telling, level: step.level, contacts: full(step.contacts) };
  return step.kind === 'call' ? { telling: 'repeated', level: incident.level, contacts: full([step.contact]) } : null;
}

async function writeMessages(client: Client, steps: readonly WrittenStep[]): Promise<void> {
  const messages = steps.flatMap((written) => {
    const told = toldIn(written);
    const { incidentId, severity, frame } = written.incident;
    return (told?.contacts ?? []).map(({ contactId, channel, address, roundOf }) => ({
      delivery_key: deliveryKeyOf({ incidentId, level: told?.level ?? 0, round: roundOf(told?.level ?? 0), channel, contactId }),
      incident_id: incidentId, contact_id: contactId, channel, address, telling: told?.telling, severity, frame_id: frame.frameId, frame_captured_at: frame.capturedAt,
    }));
  });
  if (messages.length === 0) return;
  await query(client, `
    INSERT INTO deliveries (delivery_key, incident_id, contact_id, channel, address, telling, severity, frame_id, frame_captured_at)
    SELECT * FROM jsonb_to_recordset($1) AS message (delivery_key text, incident_id uuid, contact_id text, channel text, address text, telling text, severity text, frame_id uuid, frame_captured_at timestamptz)`,
  [JSON.stringify(messages)]);
}

/** A further call of a level leaves the level as it is. `told_severity` is that of the last word that began a chain: what is worse than it begins another. */
async function writeProgress(client: Client, steps: readonly WrittenStep[]): Promise<void> {
  const began: readonly IncidentTelling[] = ['opened', 'reopened', 'rose'];
  await query(client, `
    UPDATE incidents SET
      level = coalesce(progress.level, incidents.level), repeats = coalesce(progress.repeats, incidents.repeats),
      told_at = CASE WHEN progress.level IS NULL THEN incidents.told_at ELSE now() END,
      told_severity = CASE WHEN progress.began THEN incidents.severity ELSE incidents.told_severity END,
      exhausted = progress.exhausted,
      held = CASE WHEN progress.level IS NOT NULL THEN NULL ELSE coalesce(progress.held, incidents.held) END,
      next_due_at = CASE WHEN progress.wrote THEN now() ELSE incidents.next_due_at END
    FROM jsonb_to_recordset($1) AS progress (incident_id uuid, level int, repeats int, began boolean, exhausted boolean, held text, wrote boolean)
    WHERE incidents.incident_id = progress.incident_id`,
  [JSON.stringify(steps.map(({ incident: { incidentId }, step }) => ({
    incident_id: incidentId, exhausted: step.kind === 'exhausted', wrote: step.kind === 'tell' || step.kind === 'call',
    began: step.kind === 'tell' && began.includes(step.telling),
    ...(step.kind === 'tell' ? { level: step.level, repeats: step.repeats } : {}),
    held: step.kind === 'hold' ? step.cause : step.kind === 'held' ? 'quiet_hours' : null,
  })))]);
}

function eventsOf(written: WrittenStep): EventToNote[] {
  const { incident, step } = written;
  const { incidentId } = incident;
  const ids = (contacts: readonly { readonly contactId: string }[]): string[] => contacts.map(({ contactId }) => contactId);
  const told = toldIn(written);
  const held = step.kind === 'tell' || step.kind === 'held' ? step.held : [];
  return [
    ...(told !== null && incident.held !== null ? [{ incidentId, event: 'released' as const, detail: { cause: incident.held } }] : []),
    ...(told === null ? [] : [{ incidentId, event: 'told' as const, detail: { telling: told.telling, level: told.level, contacts: ids(told.contacts) } }]),
    // Each further match of an incident that is held asks anew; the story says it once.
    ...(held.length === 0 || (step.kind === 'held' && incident.held === 'quiet_hours') ? [] : [{ incidentId, event: 'held' as const, detail: { cause: 'quiet_hours', contacts: ids(held) } }]),
    ...(step.kind === 'hold' && incident.held !== step.cause ? [{ incidentId, event: 'held' as const, detail: { cause: step.cause } }] : []),
    ...(step.kind === 'exhausted' ? [{ incidentId, event: 'exhausted' as const }] : []),
  ];
}

/** Who sleeps reads of it on waking. A telephone is called for no digest, and a program keeps none: those go to the user, where nobody else was told. */
function heldIn({ incident, step }: WrittenStep, digestMs: number): ThingHeldBack[] {
  const { incidentId, userId, ruleId, deviceId, severity, matches, frame, openedAt, lastMatchAt, nowMs } = incident;
  const thing = { userId, incidentId, ruleId, deviceId, severity, matches, frame, firstAt: openedAt, lastAt: lastMatchAt };
  if (step.kind === 'hold') {
    const dueAtMs = step.cause === 'budget' ? Math.floor(nowMs / HOUR_MS + 1) * HOUR_MS : nowMs + digestMs;
    return [{ ...thing, contactId: null, cause: step.cause, dueAtMs }];
  }
  const sleeping = step.kind === 'tell' || step.kind === 'held' ? step.held : [];
  const readers = sleeping.filter(({ channel }) => channel === 'email' || channel === 'sms');
  if (readers.length === 0 && step.kind === 'held') {
    return [{ ...thing, contactId: null, cause: 'quiet_hours', dueAtMs: Math.min(...sleeping.map(({ quietUntilMs }) => quietUntilMs ?? nowMs)) }];
  }
  return readers.map(({ contactId, quietUntilMs }) => ({ ...thing, contactId, cause: 'quiet_hours', dueAtMs: quietUntilMs ?? nowMs }));
}

const HOUR_MS = 3_600_000;
