/** Whether a match shall tell nobody for a time, because its user asked for silence or knows that thing. */
import type { HoldCause } from '../contracts/digest.ts';
import type { Label } from '../contracts/response.ts';
import type { Instant } from '../contracts/time.ts';

/** `snoozed`: silence that was asked for, told later in a digest. `known`: the thing is known, and nobody is told of it at all. */
export const SNOOZE_CAUSES = ['snoozed', 'known'] as const satisfies readonly (HoldCause | Label)[];
export type SnoozeCause = (typeof SNOOZE_CAUSES)[number];

/** What a snooze covers. Null: any. */
export interface SnoozeReach {
  readonly userId: string;
  readonly ruleId: string | null;
  readonly deviceId: string | null;
  /** Only matches on nothing but these. */
  readonly labels: readonly string[] | null;
}

export interface Snooze extends SnoozeReach {
  readonly snoozeId: string;
  readonly cause: SnoozeCause;
  readonly until: Instant;
}

export interface SnoozableMatch {
  readonly userId: string;
  readonly ruleId: string;
  readonly deviceId: string;
  /** Of its evidence, each once; empty where the rule matched on nothing that can be named. */
  readonly labels: readonly string[];
}

/**
 * The snooze that holds for a match at this moment, or null. What is known goes before what is snoozed: a digest would tell of
 * it again. Of several, the one that ends last, so that the digest comes when all of them are over.
 */
export function snoozeFor(match: SnoozableMatch & { readonly at: Instant }, snoozes: readonly Snooze[]): Snooze | null {
  let holding: Snooze | null = null;
  for (const snooze of snoozes) {
    if (match.at < snooze.until && covers(snooze, match) && (holding === null || goesBefore(snooze, holding))) holding = snooze;
  }
  return holding;
}

/** Whatever its time. A known person beside a stranger is not covered: the stranger is news. */
export const covers = ({ userId, ruleId, deviceId, labels }: SnoozeReach, match: SnoozableMatch): boolean =>
  userId === match.userId
  && (ruleId === null || ruleId === match.ruleId)
  && (deviceId === null || deviceId === match.deviceId)
  && (labels === null || (match.labels.length > 0 && match.labels.every((label) => labels.includes(label))));

const goesBefore = (a: Snooze, b: Snooze): boolean => (a.cause === b.cause ? a.until > b.until : a.cause === 'known');
