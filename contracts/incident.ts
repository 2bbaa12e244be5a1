/** An incident: one stretch of matches of one rule for one user on one device, told to people as one thing. */

export const INCIDENT_STATES = ['open', 'acknowledged', 'closed'] as const;
export type IncidentState = (typeof INCIDENT_STATES)[number];

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
