/** An incident in the words of its messages, for a page that shows it too. */
import { alertText } from '../activities/alert-message.ts';
import type { AlertText } from '../activities/alert-message.ts';
import { descriptionOf } from '../activities/draw-picture.ts';
import type { AlertFactSource } from '../activities/ports/alert-facts.ts';
import type { DueDelivery } from '../activities/ports/outbox.ts';
import type { ZoneOutline } from '../activities/ports/picture-annotator.ts';
import type { Detection } from '../contracts/detection.ts';

export interface DescribedIncident {
  readonly text: AlertText;
  /** What is marked in its picture, and outlined. */
  readonly evidence: readonly Detection[];
  readonly zones: readonly ZoneOutline[];
  /** What the picture shows, for those who do not see it. Null: the ledger knows of none. Whether the bytes are still kept shows when they are asked for. */
  readonly picture: string | null;
}

/** Throws `incident_unknown`. */
export type DescribeIncident = (incidentId: string, shown: Pick<DueDelivery, 'frame' | 'severity'>) => Promise<DescribedIncident>;

export const createDescribeIncident = (source: AlertFactSource): DescribeIncident => async (incidentId, { frame, severity }) => {
  const facts = await source.factsOf(incidentId, frame);
  return { text: alertText(facts, { telling: 'opened', severity }), evidence: facts.evidence, zones: facts.zones, picture: facts.picture === null ? null : descriptionOf(facts) };
};
