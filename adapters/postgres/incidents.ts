/** The life of incidents in Postgres: review for quiet, and the sweep for those that are overdue. */
import type { ReviewLedger } from '../../activities/review-incident.ts';
import { refreshNextDue } from './outbox.ts';
import { inTransaction, query } from './pool.ts';
import type { Pool } from './pool.ts';

export function createReviewLedger(pool: Pool): ReviewLedger {
  return {
    review: (incidentId, quietMs) => inTransaction(pool, async (client) => {
      const [incident] = await query<{ closed: boolean; quiet_in_ms: number }>(client, `
        UPDATE incidents SET
          state = CASE WHEN last_joined_at + $2 * interval '1 millisecond' <= now() THEN 'closed' ELSE state END,
          closed_at = CASE WHEN last_joined_at + $2 * interval '1 millisecond' <= now() THEN coalesce(closed_at, now()) ELSE closed_at END
        WHERE incident_id = $1
        RETURNING state = 'closed' AS closed,
          ceil(extract(epoch FROM last_joined_at + $2 * interval '1 millisecond' - now()) * 1000)::int AS quiet_in_ms`, [incidentId, quietMs]);
      // An incident that is no longer in the ledger has nothing due, ever.
      if (!incident) return { open: false, reviewInMs: null };
      await refreshNextDue(client, incidentId, incident.closed ? null : incident.quiet_in_ms);
      return incident.closed ? { open: false, reviewInMs: null } : { open: true, reviewInMs: Math.max(1, incident.quiet_in_ms) };
    }),
  };
}

/** Incidents that something was due for `graceMs` ago: their workflow is gone, or never heard the bell. Bounded, oldest first. */
export async function overdueIncidents(pool: Pool, graceMs: number): Promise<string[]> {
  const rows = await query<{ incident_id: string }>(pool, `
    SELECT incident_id FROM incidents WHERE next_due_at < now() - $1 * interval '1 millisecond' ORDER BY next_due_at LIMIT 100`, [graceMs]);
  return rows.map((row) => row.incident_id);
}
