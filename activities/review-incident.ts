/** Review: closes an incident that has been quiet long enough, and says when to look again. */
import type { MessageActivities } from '../contracts/activities.ts';
import type { IncidentInput, IncidentReview } from '../contracts/incident.ts';
import { toApplicationFailure } from './failures.ts';
import type { StageLog } from './stage-run.ts';

export interface ReviewLedger {
  /** Closes when no match has joined for `quietMs` of the database's clock; null review time once closed. */
  review(incidentId: string, quietMs: number): Promise<IncidentReview>;
}

export interface ReviewPorts {
  readonly ledger: ReviewLedger;
  readonly quietMs: number;
  readonly log: StageLog;
}

export function createReviewActivities({ ledger, quietMs, log }: ReviewPorts): Pick<MessageActivities, 'reviewIncident'> {
  return {
    async reviewIncident({ incidentId }: IncidentInput) {
      try {
        const review = await ledger.review(incidentId, quietMs);
        if (!review.open) log.info({ incidentId }, 'incident closed');
        return review;
      } catch (error) {
        throw toApplicationFailure(error);
      }
    },
  };
}
