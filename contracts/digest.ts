/** A digest: what was held back from a user, told as one message with counts and pictures. */

/**
 * Why something was held back.
 * `quiet_hours`: the contact sleeps. `snoozed`: the user asked for silence. `budget`: more than the user's messages of the hour. `old`: judged long after it was seen.
 */
export const HOLD_CAUSES = ['quiet_hours', 'snoozed', 'budget', 'old'] as const;
export type HoldCause = (typeof HOLD_CAUSES)[number];

export const DIGEST_WORKFLOW = 'digestWorkflow';
export const digestWorkflowIdOf = (digestId: string): string => `digest-${digestId}`;

export interface DigestInput {
  readonly digestId: string;
}
