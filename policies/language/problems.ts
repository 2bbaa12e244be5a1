/** Every problem that a rule can have, and a list that places each in the source text. `docs/rules.md` explains them. */
import type { RuleProblem } from '../../contracts/rule.ts';

/** `error` refuses the save, `warning` does not. */
export const PROBLEMS = {
  rule_empty: 'error',
  rule_too_long: 'error',
  part_missing: 'error',
  part_unexpected: 'error',
  heading_malformed: 'error',
  id_unsafe: 'error',
  class_missing: 'error',
  class_name_malformed: 'error',
  class_repeated: 'warning',
  class_unknown: 'warning',
  condition_malformed: 'error',
  comparison_unsupported: 'error',
  threshold_malformed: 'error',
  threshold_ambiguous: 'error',
  threshold_out_of_range: 'error',
  threshold_too_fine: 'error',
  threshold_tiny: 'warning',
  rule_never_matches: 'error',
  // Of the YAML form.
  yaml_malformed: 'error',
  yaml_unsupported: 'error',
  rule_too_deep: 'error',
  rule_too_large: 'error',
  key_unknown: 'error',
  key_missing: 'error',
  key_repeated: 'error',
  value_malformed: 'error',
  value_repeated: 'warning',
  zone_name_malformed: 'error',
  window_malformed: 'error',
  duration_malformed: 'error',
  size_malformed: 'error',
  frames_malformed: 'error',
  expression_malformed: 'error',
  // Of the check.
  arrival_outlasted: 'warning',
  condition_impossible: 'error',
  condition_repeated: 'warning',
  conditions_contradict: 'error',
  conditions_doubtful: 'warning',
  departure_misused: 'error',
  expression_constant: 'warning',
  frames_no_effect: 'warning',
  frames_of_departure: 'warning',
  matches_when_empty: 'warning',
  rule_silent: 'warning',
  selection_empty: 'error',
  threshold_low: 'warning',
  threshold_unreachable: 'warning',
  window_ambiguous: 'error',
  window_no_effect: 'warning',
  window_skipped: 'warning',
  windows_never_meet: 'error',
  zone_masked: 'warning',
  zone_other_classes: 'warning',
  zone_too_small: 'warning',
  zone_unknown: 'warning',
} as const satisfies Record<string, RuleProblem['severity']>;

export type ProblemCode = keyof typeof PROBLEMS;

/** Nobody reads more, and a text of nothing but commas would otherwise answer with thousands. */
const MAX_PER_SEVERITY = 20;

export class ProblemList {
  readonly #source: string;
  readonly #found: RuleProblem[] = [];

  constructor(source: string) {
    this.#source = source;
  }

  add(code: ProblemCode, offset: number, message: string): void {
    const severity = PROBLEMS[code];
    if (this.isFull(severity)) return;
    this.#found.push({ severity, code, message, ...positionOf(this.#source, offset) });
  }

  /** Errors are counted apart from warnings, so that a flood of warnings cannot hide that the rule is refused. */
  isFull(severity: RuleProblem['severity']): boolean {
    return this.#found.filter((problem) => problem.severity === severity).length >= MAX_PER_SEVERITY;
  }

  get hasErrors(): boolean {
    return this.#found.some((problem) => problem.severity === 'error');
  }

  /** In order of the text. */
  toArray(): RuleProblem[] {
    return this.#found.toSorted((a, b) => a.line - b.line || a.column - b.column);
  }
}

/** 1-based; a column is a character as people count them, so an emoji before the fault moves it by one, not two. */
export function positionOf(source: string, offset: number): { line: number; column: number } {
  const before = source.slice(0, offset).split('\n');
  return { line: before.length, column: [...(before.at(-1) ?? '')].length + 1 };
}

/** The start of what stands at a place, for a message. */
export const quoted = (text: string): string => {
  const characters = [...text.trim()];
  return characters.length > 40 ? `"${characters.slice(0, 40).join('')}..."` : `"${characters.join('')}"`;
};
