/** The part of the client that is about incidents: their stories, answers to them, and messages. */
import type { Incident, IncidentPage, LabelBody } from '../api/shapes/incidents.ts';
import type { DeadLetterPage, MessagePage, ResendBody, Resent } from '../api/shapes/messages.ts';
import type { IncidentStory } from '../api/shapes/story.ts';
import type { DeliveryState } from '../contracts/delivery.ts';
import type { FailureCode } from '../contracts/failures.ts';
import type { IncidentState } from '../contracts/incident.ts';
import type { Calls, Page } from './calls.ts';

export interface IncidentQuery extends Page {
  readonly deviceId?: string;
  readonly userId?: string;
  readonly state?: IncidentState;
}

export interface MessageQuery extends Page {
  readonly incidentId?: string;
  readonly userId?: string;
  readonly contactId?: string;
  readonly address?: string;
  readonly state?: DeliveryState;
  /** Written then or later. */
  readonly since?: string;
}

export interface IncidentsClient {
  incidents(query?: IncidentQuery): Promise<IncidentPage>;
  /** With its whole story. */
  incident(incidentId: string): Promise<IncidentStory>;
  /** Take charge. */
  acknowledge(incidentId: string): Promise<Incident>;
  /** It is dealt with. */
  resolve(incidentId: string): Promise<Incident>;
  /** What it was. */
  label(incidentId: string, label: LabelBody): Promise<Incident>;

  /** Was it sent, to whom, did it arrive. */
  messages(query?: MessageQuery): Promise<MessagePage>;
  deadLetters(query?: Page & { readonly code?: FailureCode }): Promise<DeadLetterPage>;
  resend(selection: ResendBody): Promise<Resent>;
}

const of = encodeURIComponent;

export const incidentsClient = ({ get, post }: Calls): IncidentsClient => ({
  incidents: (query) => get('/v1/incidents', query),
  incident: (incidentId) => get(`/v1/incidents/${of(incidentId)}`),
  acknowledge: (incidentId) => post(`/v1/incidents/${of(incidentId)}/ack`),
  resolve: (incidentId) => post(`/v1/incidents/${of(incidentId)}/resolve`),
  label: (incidentId, label) => post(`/v1/incidents/${of(incidentId)}/label`, label),

  messages: (query) => get('/v1/messages', query),
  deadLetters: (query) => get('/v1/ops/dead-letters', query),
  resend: (selection) => post('/v1/ops/dead-letters/resend', selection),
});
