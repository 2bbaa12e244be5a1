/**
 * The engine's own model of a rule: a tree of conditions, each a frozen node told apart by `kind`.
 *
 * What the one-line form, YAML and JSON say ends here, so two texts with one meaning make equal trees. A new kind of
 * condition is a node type here, a file in `conditions/` and a row in its registry; nothing else asks what kind a node is.
 */
import type { Severity } from '../contracts/severity.ts';

export interface Rule {
  readonly ruleId: string;
  /** As people call it; null: they do not. */
  readonly name: string | null;
  /** Null: that of the policy or assignment through which it came. */
  readonly severity: Severity | null;
  readonly condition: Condition;
}

export type Condition = AnyOf | AllOf | NoneOf | Objects | Frames | During | When;
export type ConditionName = Condition['kind'];

/** Holds when at least one child holds. */
export interface AnyOf {
  readonly kind: 'any-of';
  /** At least one. */
  readonly children: readonly Condition[];
}

/** Holds when every child holds, all on the same frame. */
export interface AllOf {
  readonly kind: 'all-of';
  /** At least one. */
  readonly children: readonly Condition[];
}

/** Holds when no child holds. */
export interface NoneOf {
  readonly kind: 'none-of';
  /** At least one. */
  readonly children: readonly Condition[];
}

export type Comparison = '>' | '>=';

/** Objects of one class, of a group (`contracts/class-groups.ts`), or any, that the detector is sure enough of. */
export interface Selector {
  /** As `canonicalClass` writes it: a class, the name of a group, or `anything`. A group takes a class of its own name along. */
  readonly name: string;
  readonly comparison: Comparison;
  /** A probability, 0..1, of at most six decimals. */
  readonly threshold: number;
}

export const ANYTHING = 'anything';

/**
 * Holds when the number of objects that fit is within bounds. An object fits when one of the selectors takes it and every
 * limit holds for it. Nothing here is optional, so that two texts with one meaning make equal nodes.
 */
export interface Objects {
  readonly kind: 'objects';
  /** At least one. */
  readonly select: readonly Selector[];
  /** Classes or groups that are left out again. */
  readonly except: readonly string[];
  /** Inside at least one of these zones; empty: anywhere. */
  readonly zones: readonly string[];
  /** Inside none of these. */
  readonly outside: readonly string[];
  /** Area of the box as a share of the picture, 0..1, of at most six decimals; null: no bound. Both bounds belong to it. */
  readonly minSize: number | null;
  readonly maxSize: number | null;
  /** In view, or in one of `zones` where there are some, for at least this long, in whole milliseconds; 0: from the first frame. */
  readonly dwellMs: number;
  /**
   * `any`: whatever is seen. `arrival`: only what was not there before and has moved. `departure`: what stood there and has left with this frame;
   * such an object has no detection any more.
   */
  readonly motion: 'any' | 'arrival' | 'departure';
  /** How many, at least and at most; null: no upper bound. 0 and 0 is "none". */
  readonly atLeast: number;
  readonly atMost: number | null;
}

/** Holds when the child holds on this frame and on at least `atLeast` of the last `of` frames, this one included. */
export interface Frames {
  readonly kind: 'frames';
  readonly child: Condition;
  readonly atLeast: number;
  /** 2 to MAX_FRAMES. */
  readonly of: number;
  /** Frames longer ago than this do not count, in whole milliseconds; null: however long. */
  readonly withinMs: number | null;
}

/** Slow cameras with long windows stay below it, and what a device must remember is bounded by it. */
export const MAX_FRAMES = 100;

/** Holds while the clock at the device is in one of the windows. */
export interface During {
  readonly kind: 'during';
  /** At least one. */
  readonly windows: readonly Window[];
}

/** A stretch of the clock on the wall, on some days of the week. */
export interface Window {
  /** ISO numbers, Monday 1 to Sunday 7, ascending, at least one: the days on which it opens. */
  readonly days: readonly number[];
  /** Minutes after midnight, 0..1439; opens at this minute. */
  readonly from: number;
  /** 1..1440; closes at this minute and does not hold in it. At or before `from`: on the day after. */
  readonly to: number;
}

/** Holds when a CEL expression (github.com/google/cel-spec) over the frame says so. */
export interface When {
  readonly kind: 'when';
  readonly expression: string;
}

const frozen = <T>(items: readonly T[]): readonly T[] => Object.freeze([...items]);

export const anyOf = (children: readonly Condition[]): AnyOf => Object.freeze({ kind: 'any-of', children: frozen(children) });

export const allOf = (children: readonly Condition[]): AllOf => Object.freeze({ kind: 'all-of', children: frozen(children) });

export const noneOf = (children: readonly Condition[]): NoneOf => Object.freeze({ kind: 'none-of', children: frozen(children) });

export const selector = (name: string, comparison: Comparison, threshold: number): Selector => Object.freeze({ name, comparison, threshold });

/** Limits that are left out limit nothing; one object is enough. */
export const objects = (select: readonly Selector[], limits: Partial<Omit<Objects, 'kind' | 'select'>> = {}): Objects => {
  const { except = [], zones = [], outside = [], minSize = null, maxSize = null, dwellMs = 0, motion = 'any', atLeast = 1, atMost = null } = limits;
  return Object.freeze({
    kind: 'objects', select: frozen(select), except: frozen(except), zones: frozen(zones), outside: frozen(outside), minSize, maxSize, dwellMs, motion, atLeast, atMost,
  });
};

/** At least one object of the class above a threshold: what each class of the one-line form says. */
export const classAbove = (label: string, comparison: Comparison, threshold: number): Objects => objects([selector(label, comparison, threshold)]);

export const frames = (child: Condition, atLeast: number, of: number, withinMs: number | null = null): Frames =>
  Object.freeze({ kind: 'frames', child, atLeast, of, withinMs });

export const during = (windows: readonly Window[]): During =>
  Object.freeze({ kind: 'during', windows: frozen(windows.map(({ days, from, to }) => Object.freeze({ days: frozen(days), from, to }))) });

export const when = (expression: string): When => Object.freeze({ kind: 'when', expression });
