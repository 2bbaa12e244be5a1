/** A rule as everybody but the engine sees it: numbered, versioned, with no user inside. The engine's own model is in policies/. */
import type { Severity } from './severity.ts';
import type { Zone } from './zone.ts';

/** One assigned rule, as the evaluate stage hands it to the engine. `condition` is the engine's tagged tree, opaque to everyone else. */
export interface AssignedRule {
  readonly ruleId: string;
  readonly version: number;
  readonly condition: unknown;
  readonly severity: Severity;
  /** Where its objects must be when the rule itself names no zone; null: anywhere. */
  readonly zones: readonly string[] | null;
}

/**
 * All that one device is judged by at one time: what it holds never changes under its id, and every verdict is recorded with it.
 * The same object stands for the same set as long as it is cached, so that it compiles once.
 */
export interface RuleSet {
  /** Hex sha256 of the contents: equal contents, equal id. */
  readonly ruleSetId: string;
  /** In order of rule id, each rule once. */
  readonly rules: readonly AssignedRule[];
  /** Zones and masks of the device. */
  readonly zones: readonly Zone[];
  /** IANA name; windows are of this zone. */
  readonly timeZone: string;
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
