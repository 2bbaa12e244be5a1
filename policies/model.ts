/**
 * The engine's own model of a rule: a tree of conditions, each a frozen node told apart by `kind`.
 *
 * What the one-line form, YAML and JSON say ends here, so two texts with one meaning make equal trees. A new kind of
 * condition is a node type here, a file in `conditions/` and a row in its registry; nothing else asks what kind a node is.
 */

export interface Rule {
  readonly ruleId: string;
  readonly condition: Condition;
}

export type Condition = AnyOf | AllOf | ClassAbove;
export type ConditionName = Condition['kind'];

/** Holds when at least one child holds. */
export interface AnyOf {
  readonly kind: 'any-of';
  /** At least one. */
  readonly children: readonly Condition[];
}

/** Holds when every child holds. */
export interface AllOf {
  readonly kind: 'all-of';
  /** At least one. */
  readonly children: readonly Condition[];
}

export type Comparison = '>' | '>=';

/** Holds when at least one object of the class has a probability above the threshold. */
export interface ClassAbove {
  readonly kind: 'class-above';
  /** As `canonicalClass` writes it. */
  readonly label: string;
  readonly comparison: Comparison;
  /** A probability, 0..1, of at most six decimals. */
  readonly threshold: number;
}

export const anyOf = (children: readonly Condition[]): AnyOf => Object.freeze({ kind: 'any-of', children: Object.freeze([...children]) });

export const allOf = (children: readonly Condition[]): AllOf => Object.freeze({ kind: 'all-of', children: Object.freeze([...children]) });

export const classAbove = (label: string, comparison: Comparison, threshold: number): ClassAbove =>
  Object.freeze({ kind: 'class-above', label, comparison, threshold });
