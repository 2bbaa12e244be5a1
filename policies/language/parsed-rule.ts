/** What reading a text makes: the rule, what is wrong with it, and where in the text each part of it stands. */
import type { RuleProblem } from '../../contracts/rule.ts';
import type { Condition, Rule } from '../model.ts';

/** A class or group as the admin wrote it and where, kept beside the rule because the model holds the canonical name only. */
export interface ClassMention {
  readonly written: string;
  readonly label: string;
  /** In the source text, UTF-16 units. */
  readonly offset: number;
}

export interface ParsedRule {
  readonly source: string;
  /** Null exactly when one of the problems is an error. */
  readonly rule: Rule | null;
  readonly mentions: readonly ClassMention[];
  /** Where each condition of the tree stands in the source text; nodes that no text of their own made stand where their parent does. */
  readonly places: ReadonlyMap<Condition, number>;
  readonly problems: readonly RuleProblem[];
}
