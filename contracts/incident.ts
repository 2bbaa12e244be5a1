/** An incident: one stretch of matches of one rule for one user on one device, told to people as one thing. */

/** `acknowledged`: somebody took charge, nobody else is told. `resolved`: somebody says it is dealt with; matches still join, silently. `closed`: it has been quiet. */
export const INCIDENT_STATES = ['open', 'acknowledged', 'resolved', 'closed'] as const;
export type IncidentState = (typeof INCIDENT_STATES)[number];

/** What happens to an incident, as its story tells it. */
export const INCIDENT_EVENTS = ['opened', 'told', 'held', 'rose', 'acknowledged', 'resolved', 'exhausted', 'withdrawn', 'closed', 'reopened', 'released'] as const;
export type IncidentEvent = (typeof INCIDENT_EVENTS)[number];

export const INCIDENT_WORKFLOW = 'incidentWorkflow';
/** Signal without content: "look at the ledger, something about this incident is due". */
export const DOORBELL_SIGNAL = 'doorbell';
export const incidentWorkflowIdOf = (incidentId: string): string => `incident-${incidentId}`;

export interface IncidentInput {
  readonly incidentId: string;
}

export interface MessageReport {
  readonly delivered: number;
  /** Messages that could not be handed over yet; null without any, else when the next try is due. */
  readonly nextTryInMs: number | null;
}

export interface IncidentReview {
  readonly open: boolean;
  /** When to look again although nobody rings; null once closed. */
  readonly reviewInMs: number | null;
}
