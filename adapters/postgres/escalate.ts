/** Carries out what policies/escalation.ts says is due for incidents: messages, what is held back, and how far each has come. In one transaction, with the incidents locked. */
import type { Instant } from '../../contracts/time.ts';
import { elapsedMs } from '../../contracts/time.ts';
import { firstStep, nextStep } from '../../policies/escalation.ts';
import type { Step } from '../../policies/escalation.ts';
import type { HoldCause } from '../../contracts/digest.ts';
import { incidentsToEscalate } from './escalation-facts.ts';
import type { IncidentToEscalate } from './escalation-facts.ts';
import { writeSteps } from './escalation-writes.ts';
import type { WrittenStep } from './escalation-writes.ts';
import { budgetsIn } from './message-budget.ts';
import type { TakeFromBudget } from './message-budget.ts';
import type { Client } from './pool.ts';

export interface EscalationSettings {
  /** What is judged this long after its capture goes to the digest. */
  readonly oldMs: number;
  /** How long that is gathered. */
  readonly digestMs: number;
  /** For users without a number of their own. */
  readonly messagesPerHour: number;
  readonly callGapMs: number;
}

/** `due`: nobody has answered yet. The others: something happened that people are to be told of. */
export interface EscalationRequest {
  readonly incidentId: string;
  readonly trigger: 'opened' | 'reopened' | 'rose' | 'due';
  /** Capture time of the latest match; null where none is new. */
  readonly matchAt: Instant | null;
}

export interface Escalated {
  readonly incidentId: string;
  /** Messages were written. */
  readonly wrote: boolean;
  /** When the next step is due; null without one. */
  readonly dueInMs: number | null;
}

/** A level that is told is looked at again for its wait; one that reaches nobody is passed. More turns than a chain has levels and repeats would be a circle. */
const MOST_TURNS = 32;

export async function escalate(client: Client, requests: readonly EscalationRequest[], settings: EscalationSettings): Promise<Escalated[]> {
  const escalated = new Map<string, Escalated>();
  const takeFromBudget = budgetsIn(client);
  let due = requests;
  for (let turn = 0; due.length > 0 && turn < MOST_TURNS; turn += 1) {
    const incidents = await incidentsToEscalate(client, due.map(({ incidentId }) => incidentId));
    const written: WrittenStep[] = [];
    for (const { request, incident } of byUser(due, incidents)) {
      const step = await stepOf(takeFromBudget, request, incident, settings);
      const wrote = escalated.get(request.incidentId)?.wrote === true || (step.kind === 'tell' || step.kind === 'call');
      escalated.set(request.incidentId, { incidentId: request.incidentId, wrote, dueInMs: step.kind === 'wait' ? Math.max(1, Math.ceil(step.untilMs - incident.nowMs)) : null });
      if (step.kind !== 'wait') written.push({ incident, step });
    }
    await writeSteps(client, written, settings);
    // What was told waits from now on, and the next turn says how long.
    due = written.filter(({ step }) => step.kind === 'tell' || step.kind === 'call').filter(({ incident }) => incident.state === 'open')
      .map(({ incident: { incidentId } }) => ({ incidentId, trigger: 'due' as const, matchAt: null }));
  }
  return [...escalated.values()];
}

interface RequestFor { readonly request: EscalationRequest; readonly incident: IncidentToEscalate }

/** In the order of users, as their budgets are locked; each user's as they came. What is no longer in the ledger is left out. */
function byUser(requests: readonly EscalationRequest[], incidents: ReadonlyMap<string, IncidentToEscalate>): RequestFor[] {
  const known = requests.flatMap((request): RequestFor[] => {
    const incident = incidents.get(request.incidentId);
    return incident === undefined ? [] : [{ request, incident }];
  });
  return known.sort((a, b) => (a.incident.userId < b.incident.userId ? -1 : Number(a.incident.userId > b.incident.userId)));
}

/** What is held back is a step too. */
export type StepOrHold = Step | { readonly kind: 'hold'; readonly cause: Exclude<HoldCause, 'quiet_hours' | 'snoozed'> };

async function stepOf(takeFromBudget: TakeFromBudget, { trigger, matchAt }: EscalationRequest, incident: IncidentToEscalate, settings: EscalationSettings): Promise<StepOrHold> {
  const { chain, reachable, nowMs, now, severity, toldAtMs } = incident;
  if (trigger === 'due') return nextStep(incident, chain, reachable, nowMs, settings);
  // What people know of already is never kept from them when it goes on or gets worse.
  const unknown = toldAtMs === null || trigger === 'reopened';
  if (unknown && matchAt !== null && elapsedMs(matchAt, now) > settings.oldMs) return { kind: 'hold', cause: 'old' };
  const step = firstStep(trigger, severity, chain, reachable);
  if (step.kind !== 'tell') return step;
  const limit = incident.messagesPerHour ?? settings.messagesPerHour;
  const within = await takeFromBudget({ userId: incident.userId, critical: severity === 'critical', messages: step.contacts.length, limit, evenBeyond: !unknown });
  return within ? step : { kind: 'hold', cause: 'budget' };
}
