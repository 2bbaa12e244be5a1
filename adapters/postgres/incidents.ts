/** The life of incidents in Postgres: who is told next, when it is over, and the sweep for those that are overdue. */
import type { ReviewLedger } from '../../activities/review-incident.ts';
import { escalate } from './escalate.ts';
import type { EscalationSettings } from './escalate.ts';
import { noteEvent } from './incident-events.ts';
import { refreshNextDue } from './outbox.ts';
import { inTransaction, query } from './pool.ts';
import type { Client, Pool } from './pool.ts';
import { tellPrograms } from './program-messages.ts';

export function createReviewLedger(pool: Pool, settings: EscalationSettings): ReviewLedger {
  return {
    review: (incidentId, quietMs) => inTransaction(pool, async (client) => {
      const before = await lookAt(client, incidentId, quietMs);
      // An incident that is no longer in the ledger has nothing due, ever.
      if (before === undefined) return { open: false, reviewInMs: null };
      const [escalated] = before.asking ? await escalate(client, [{ incidentId, trigger: 'due', matchAt: null }], settings) : [];
      if (escalated !== undefined && escalated.dueInMs !== null) return due(client, incidentId, escalated.dueInMs);
      if (before.closed) return over(client, incidentId);
      if (before.quietInMs > 0) return due(client, incidentId, before.quietInMs);
      await query(client, "UPDATE incidents SET state = 'closed', closed_at = now() WHERE incident_id = $1", [incidentId]);
      await noteEvent(client, incidentId, 'closed');
      await tellPrograms(client, incidentId, 'over');
      return over(client, incidentId);
    }),
  };
}

interface Look {
  readonly closed: boolean;
  /** People are being asked, and nobody has answered. Quiet alone does not end that. */
  readonly asking: boolean;
  readonly quietInMs: number;
}

async function lookAt(client: Client, incidentId: string, quietMs: number): Promise<Look | undefined> {
  const [look] = await query<Look & Record<string, unknown>>(client, `
    SELECT state = 'closed' AS closed, state = 'open' AND told_at IS NOT NULL AND NOT exhausted AS asking,
           ceil(extract(epoch FROM last_joined_at + $2 * interval '1 millisecond' - now()) * 1000)::int AS "quietInMs"
    FROM incidents WHERE incident_id = $1 FOR NO KEY UPDATE`, [incidentId, quietMs]);
  return look;
}

async function due(client: Client, incidentId: string, inMs: number): Promise<{ open: true; reviewInMs: number }> {
  await refreshNextDue(client, incidentId, inMs);
  return { open: true, reviewInMs: Math.max(1, inMs) };
}

async function over(client: Client, incidentId: string): Promise<{ open: false; reviewInMs: null }> {
  await refreshNextDue(client, incidentId, null);
  return { open: false, reviewInMs: null };
}

/** Incidents that something was due for `graceMs` ago: their workflow is gone, or never heard the bell. Bounded, oldest first. */
export async function overdueIncidents(pool: Pool, graceMs: number): Promise<string[]> {
  const rows = await query<{ incident_id: string }>(pool, `
    SELECT incident_id FROM incidents WHERE next_due_at < now() - $1 * interval '1 millisecond' ORDER BY next_due_at LIMIT 100`, [graceMs]);
  return rows.map((row) => row.incident_id);
}
