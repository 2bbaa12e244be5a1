/** What one rule says of one frame, with the numbers that made it say so. */
import type { Severity } from './severity.ts';

/** What the numbers of a clause count. */
export const CLAUSE_UNITS = ['probability', 'seconds', 'objects', 'frames'] as const;
export type ClauseUnit = (typeof CLAUSE_UNITS)[number];

/** Truth of one condition of a rule's tree; a parent condition comes before its children. */
export interface Clause {
  /** Position in the condition tree, such as `0`, `0.1`: the same for every frame that this rule version judges. */
  readonly path: string;
  /** What was asked, in words: `person with probability > 80%`. */
  readonly text: string;
  readonly holds: boolean;
  /**
   * The number compared; null where nothing of the kind was seen, where a late frame cannot tell, or where the clause has no number.
   * Of objects it is the best probability of those that fit in all else; where they must have stayed for some time, how long the one
   * stayed longest that fits in all else, in seconds; where a count is asked for, or thresholds differ between classes, how many fit. Of frames it is on how
   * many the condition held, counted no further than it must.
   */
  readonly compared: number | null;
  /** What it was compared with; null where the clause has no number. */
  readonly threshold: number | null;
  /** Of both numbers; null where the clause has none. Verdicts from before units were told have none at all: probabilities. */
  readonly unit?: ClauseUnit | null;
}

export interface Verdict {
  readonly ruleId: string;
  readonly ruleVersion: number;
  /** True says that the rule calls this frame unsafe. */
  readonly matched: boolean;
  /** How bad a match is: of the rule as it was assigned. */
  readonly severity: Severity;
  readonly clauses: readonly Clause[];
  /** Indexes into the frame's detections that made the rule match; empty without a match. */
  readonly evidence: readonly number[];
}

/** The path of a clause as people count, without the root and from one: `0.1` is `2`, `0.1.0` is `2.1`. Empty for the root, which is the whole rule. */
export const clauseNumber = (path: string): string => path.split('.').slice(1).map((index) => Number(index) + 1).join('.');
