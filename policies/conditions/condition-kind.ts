/** What a kind of condition must be able to do. One file beside this one per kind; `index.ts` is the registry. */
import type { Detection } from '../../contracts/detection.ts';
import type { Clause } from '../../contracts/verdict.ts';
import type { Instant } from '../../contracts/time.ts';
import type { Condition } from '../model.ts';
import type { Sightings } from '../sightings.ts';

/** What a frame is judged by. */
export interface FrameFacts {
  readonly detections: readonly Detection[];
  readonly sightings: Sightings;
  readonly capturedAt: Instant;
}

/** Where a condition leaves what it found; one pair of lists per verdict. */
export interface Findings {
  readonly clauses: Clause[];
  /** Indexes of detections. A condition that does not hold must leave none. */
  readonly evidence: number[];
}

export interface CompiledCondition {
  /**
   * Classes without which the outcome is that of an empty frame, so that such frames cost nothing. Null for a condition
   * that asks for more than detections (the hour, what was seen before), and for everything above it.
   */
  readonly classes: readonly string[] | null;
  /** Appends its own clause, then those of its children, whatever their truth: an explanation leaves nothing out. */
  judge(facts: FrameFacts, findings: Findings): boolean;
}

export interface ConditionKind<C extends Condition> {
  /** What a node of this kind holds beside `kind`. */
  readonly fields: readonly Exclude<keyof C & string, 'kind'>[];
  /** A node of this kind from foreign JSON; `refuse` throws and names the place. */
  read(fields: Readonly<Record<string, unknown>>, readChild: (value: unknown, index: number) => Condition, refuse: (reason: string) => never): C;
  /** `path` is the node's place in the tree (contracts/verdict.ts Clause). Texts are made here, once, and not per frame. */
  compile(node: C, path: string, compileChild: (child: Condition, path: string) => CompiledCondition): CompiledCondition;
}
