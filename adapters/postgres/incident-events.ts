/** The story of an incident, line by line, written in the transaction that makes it happen. */
import type { IncidentEvent } from '../../contracts/incident.ts';
import { query } from './pool.ts';
import type { Queryable } from './pool.ts';

export interface EventToNote {
  readonly incidentId: string;
  readonly event: IncidentEvent;
  readonly detail?: Readonly<Record<string, unknown>>;
}

export const noteEvent = (db: Queryable, incidentId: string, event: IncidentEvent, detail: Readonly<Record<string, unknown>> = {}): Promise<void> =>
  noteEvents(db, [{ incidentId, event, detail }]);

/** In their order. */
export async function noteEvents(db: Queryable, events: readonly EventToNote[]): Promise<void> {
  if (events.length === 0) return;
  await query(db, `
    INSERT INTO incident_events (incident_id, event, detail)
    SELECT (noted.value ->> 'incidentId')::uuid, noted.value ->> 'event', coalesce(noted.value -> 'detail', '{}')
    FROM jsonb_array_elements($1) WITH ORDINALITY AS noted (value, place) ORDER BY place`, [JSON.stringify(events)]);
}
