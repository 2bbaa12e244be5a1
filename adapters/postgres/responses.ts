/** Answers of people: kept as they were given, and carried out on the incident in the same transaction. */
import { Failure } from '../../contracts/failures.ts';
import type { Label, Response } from '../../contracts/response.ts';
import type { IncidentState } from '../../contracts/incident.ts';
import type { Instant } from '../../contracts/time.ts';
import type { Pool, Queryable } from './pool.ts';

/** What became of the incident by an answer. */
export interface Answered {
  readonly incidentId: string;
  readonly state: IncidentState;
  /** False when it changed nothing: somebody had said so before. */
  readonly changed: boolean;
  readonly knownUntil: Instant | null;
}

/** Throws `incident_unknown`, also for an incident of another user than `owner`. Repeating an answer keeps the first moment. */
export async function respond(_pool: Pool, response: Response, _owner: string | null): Promise<Answered> {
  throw new Failure('incident_unknown', `no incident ${response.incidentId}`);
}

/** Words or keys that mean nothing to us: kept with the incident that they most likely are about. */
export async function keepUnderstoodNot(_pool: Pool, _response: Omit<Response, 'kind' | 'knownHours'>): Promise<void> {
  throw new Failure('internal', 'not built yet');
}

export interface ToldIncident {
  readonly incidentId: string;
  readonly contactId: string;
  readonly state: IncidentState;
  readonly label: Label | null;
  /** As it was told: `Person, 02:14, camera Back door` needs these. */
  readonly deviceName: string;
  readonly ruleName: string;
  readonly openedAt: Instant;
  readonly timeZone: string;
}

/** Incidents that this address was told of on the channel within `withinMs`, the latest told first. */
export async function incidentsTold(_db: Queryable, _to: { readonly channel: 'sms' | 'call'; readonly address: string; readonly withinMs: number }): Promise<ToldIncident[]> {
  throw new Failure('internal', 'not built yet');
}
