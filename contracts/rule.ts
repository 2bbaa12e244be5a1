/** A rule as everybody but the engine sees it: numbered, versioned, with no user inside. The engine's own model is in policies/. */

/** One assigned rule, as the evaluate stage hands it to the engine. `condition` is the engine's tagged tree, opaque to everyone else. */
export interface AssignedRule {
  readonly ruleId: string;
  readonly version: number;
  readonly condition: unknown;
}

/** Something in a rule that an admin should know about. `error` refuses the save, `warning` does not. */
export interface RuleProblem {
  readonly severity: 'error' | 'warning';
  /** Stable name, such as `class_unknown`. */
  readonly code: string;
  /** What is wrong and how to mend it, one sentence. */
  readonly message: string;
  /** 1-based position in the source text. */
  readonly line: number;
  readonly column: number;
}
