/** How incidents go on and end: somebody answers, or time passes. */
import { query } from '../../adapters/postgres/pool.ts';
import { respond } from '../../adapters/postgres/responses.ts';
import { MAX_WAIT_SECONDS } from '../../contracts/escalation.ts';
import { STAGES } from '../../contracts/stages.ts';
import type { IncidentPlant } from './incident-plant.ts';
import { untilNone } from './messages.ts';

export interface Worked {
  readonly count: number;
  readonly seconds: number;
}

/** Bells rung side by side: as many as an alert worker has slots. */
const RINGERS = STAGES.alert.slots;
/** A bell that is not heard in its five seconds is rung again, as the sweep would; so often, and Temporal is away. */
const MOST_RINGS = 10;

/** As the API and the dispatcher do it: the row, and the bell. Until each workflow has looked and waits again. */
export async function answer(under: IncidentPlant, name: string, count: number): Promise<Worked> {
  const rows = await query<{ incident_id: string }>(under.pool, `SELECT incident_id FROM incidents WHERE state = 'open' AND user_id LIKE $1 ORDER BY incident_id LIMIT $2`, [`${name}-%`, count]);
  return until(rows, 'answers that no workflow has looked at', () => incidentsOf(under, name, "state = 'acknowledged' AND next_due_at <= now()"), async (incidentId) => {
    await respond(under.pool, { incidentId, kind: 'acknowledge', way: 'api', contactId: null, said: null, knownHours: null }, null);
    await ring(under, incidentId);
  });
}

/** As if more time had passed than anybody waits: by the rows, and rung for, because timers keep Temporal's clock. Until all are closed. */
export async function end(under: IncidentPlant, name: string): Promise<Worked> {
  const back = `- ${MAX_WAIT_SECONDS} * interval '1 second'`;
  await query(under.pool, `
    UPDATE deliveries SET created_at = deliveries.created_at ${back}, delivered_at = delivered_at ${back}
    FROM incidents WHERE incidents.incident_id = deliveries.incident_id AND user_id LIKE $1`, [`${name}-%`]);
  const rows = await query<{ incident_id: string }>(under.pool, `
    UPDATE incidents SET told_at = told_at ${back}, last_joined_at = last_joined_at ${back}, next_due_at = now()
    WHERE state <> 'closed' AND user_id LIKE $1 RETURNING incident_id`, [`${name}-%`]);
  return until(rows, 'incidents that do not end', () => openNow(under, name), (incidentId) => ring(under, incidentId));
}

async function ring({ alert }: IncidentPlant, incidentId: string): Promise<void> {
  for (let rings = 1; ; rings += 1) {
    try {
      return await alert.doorbell.ring(incidentId);
    } catch (error) {
      if (rings === MOST_RINGS) throw error;
    }
  }
}

export const openNow = (under: IncidentPlant, name: string): Promise<number> => incidentsOf(under, name, "state <> 'closed'");

async function incidentsOf({ pool }: IncidentPlant, name: string, where: string): Promise<number> {
  const [row] = await query<{ incidents: number }>(pool, `SELECT count(*) AS incidents FROM incidents WHERE user_id LIKE $1 AND ${where}`, [`${name}-%`]);
  return row!.incidents;
}

async function until(rows: readonly { readonly incident_id: string }[], what: string, left: () => Promise<number>, work: (incidentId: string) => Promise<void>): Promise<Worked> {
  const startedAt = performance.now();
  let next = 0;
  await Promise.all(Array.from({ length: RINGERS }, async () => {
    for (let row = rows[next++]; row !== undefined; row = rows[next++]) await work(row.incident_id);
  }));
  await untilNone(what, left);
  return { count: rows.length, seconds: (performance.now() - startedAt) / 1000 };
}
