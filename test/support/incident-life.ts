/** An incident from its first match to its end, through the real stage, review and outbox, over a real database whose clock is moved by moving what it wrote. */
import { createAlertActivities } from '../../activities/alert.ts';
import { createIncidentLedger } from '../../adapters/postgres/alerts.ts';
import type { EscalationSettings } from '../../adapters/postgres/escalate.ts';
import { createReviewLedger } from '../../adapters/postgres/incidents.ts';
import { createOutbox } from '../../adapters/postgres/outbox.ts';
import type { Pool } from '../../adapters/postgres/pool.ts';
import { createSettlingLedger } from '../../adapters/postgres/outcomes.ts';
import type { IncidentReview } from '../../contracts/incident.ts';
import type { Severity } from '../../contracts/severity.ts';
import { instantFromDate, plusMs } from '../../contracts/time.ts';
import type { Instant } from '../../contracts/time.ts';
import { createLog } from '../../workers/log.ts';
import { ESCALATION } from './escalation.ts';
import { accept, claim, matching, staged, storeDetections, storeVerdicts } from './plant-data.ts';

export const MINUTE_MS = 60_000;
export const GROUPING = { quietMs: 5 * MINUTE_MS, cooldownMs: 5 * MINUTE_MS, reopenMs: 10 * MINUTE_MS };

export interface MatchOptions {
  readonly severity?: Severity;
  readonly rule?: string;
  readonly seen?: Readonly<Record<string, number>>;
  /** Minutes from now, capture time. */
  readonly atMinutes?: number;
  /** Hex; the rule set that it was judged by. */
  readonly ruleSet?: string;
}

export interface IncidentLife {
  /** A frame of the device that matches; says for which incidents it was rung. */
  match(options?: MatchOptions): Promise<string[]>;
  review(incidentId: string): Promise<IncidentReview>;
  /** Hands over all that is due, as a provider that takes everything would have it; says to whom. */
  handOver(incidentId: string): Promise<string[]>;
  /** As if the clock of the database had moved on for everything of this user. */
  pass(seconds: number): Promise<void>;
}

export function incidentLife(pool: Pool, user: string, device: string, changed: Partial<EscalationSettings> = {}): IncidentLife {
  const settings = { ...ESCALATION, ...changed };
  let moment: Instant = instantFromDate(new Date());
  return {
    async match({ severity = 'medium', rule = '7', seen = { person: 0.9 }, atMinutes, ruleSet } = {}) {
      // Microseconds apart, as two frames of one camera may not share a moment.
      moment = plusMs(atMinutes === undefined ? moment : plusMs(instantFromDate(new Date()), atMinutes * MINUTE_MS), 1);
      await accept(pool, user, device, moment);
      const batch = await claim(pool);
      const [frame] = await staged(pool, batch);
      await storeDetections(pool, batch, frame!, seen);
      await storeVerdicts(pool, batch, frame!, [{ ...matching(rule), severity, evidence: Object.keys(seen).map((_, n) => n) }], ruleSet ?? null);
      const rung: string[] = [];
      const { raiseAlerts } = createAlertActivities({
        ledger: createIncidentLedger(pool, settings), grouping: GROUPING, log: createLog('test', 'silent'), doorbell: { ring: async (id) => { rung.push(id); } },
      });
      await raiseAlerts({ batchId: batch.batchId, positions: [0] });
      await createSettlingLedger(pool).settle({ batchId: batch.batchId, exceptions: [] });
      return rung;
    },

    review: (incidentId) => createReviewLedger(pool, settings).review(incidentId, GROUPING.quietMs),

    async handOver(incidentId) {
      const outbox = createOutbox(pool, { cooldownMs: GROUPING.cooldownMs });
      const claimed = await outbox.claimDue(incidentId, 60_000);
      for (const delivery of claimed) {
        await outbox.finish(delivery, { kind: 'delivered', receipt: { provider: 'test', providerId: delivery.deliveryKey, answer: 'ok', units: null, cost: null } });
      }
      return claimed.map(({ telling, contactId }) => `${telling} ${contactId}`);
    },

    async pass(seconds) {
      const back = `- ${seconds} * interval '1 second'`;
      await pool.query(`UPDATE incidents SET told_at = told_at ${back}, last_joined_at = last_joined_at ${back}, next_due_at = next_due_at ${back} WHERE user_id = $1`, [user]);
      await pool.query(`
        UPDATE deliveries SET created_at = deliveries.created_at ${back}, delivered_at = delivered_at ${back}, next_try_at = next_try_at ${back}
        FROM incidents WHERE incidents.incident_id = deliveries.incident_id AND user_id = $1`, [user]);
      await pool.query(`UPDATE held_back SET due_at = due_at ${back} WHERE user_id = $1`, [user]);
      moment = plusMs(moment, seconds * 1000);
    },
  };
}
