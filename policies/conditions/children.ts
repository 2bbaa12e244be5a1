/** What the conditions that combine others have in common: reading a list of children and judging them all. */
import type { Clause } from '../../contracts/verdict.ts';
import type { Condition } from '../model.ts';
import type { Asks, CompiledCondition, FrameFacts } from './condition-kind.ts';
import type { Findings } from './findings.ts';

export function readChildren(
  children: unknown,
  readChild: (value: unknown, index: number) => Condition,
  refuse: (reason: string) => never,
): readonly Condition[] {
  if (!Array.isArray(children) || children.length === 0) return refuse('children must be a list of at least one condition');
  return children.map(readChild);
}

/** Holds when the number of children that hold is within bounds. */
export class Combined implements CompiledCondition {
  readonly asks: Asks;
  readonly #children: readonly CompiledCondition[];
  readonly #least: number;
  readonly #most: number;
  readonly #held: Clause;
  readonly #failed: Clause;

  /** `holdsWithout`: on a frame that shows nothing of what the children ask for. */
  constructor(path: string, text: string, children: readonly CompiledCondition[], bounds: { readonly least: number; readonly most: number; readonly holdsWithout: boolean }) {
    this.asks = asksOfAll(children.map(({ asks }) => asks), bounds.holdsWithout);
    this.#children = children;
    this.#least = bounds.least;
    this.#most = bounds.most;
    this.#held = clauseWithoutNumber(path, text, true);
    this.#failed = clauseWithoutNumber(path, text, false);
  }

  /** Judges every child, also once the outcome is certain, so that a verdict shows each number that was compared and memory misses nothing. */
  judge(facts: FrameFacts, findings: Findings): boolean {
    const children = this.#children;
    const place = findings.say(this.#failed);
    const evidenceBefore = findings.evidenceCount;
    let holding = 0;
    for (let n = 0; n < children.length; n += 1) if ((children[n] as CompiledCondition).judge(facts, findings)) holding += 1;
    const holds = holding >= this.#least && holding <= this.#most;
    if (holds) findings.correct(place, this.#held);
    else findings.dropEvidence(evidenceBefore);
    return holds;
  }
}

export const clauseWithoutNumber = (path: string, text: string, holds: boolean): Clause => Object.freeze({ path, text, holds, compared: null, threshold: null, unit: null });

function asksOfAll(all: readonly Asks[], holdsWithout: boolean): Asks {
  return {
    names: [...new Set(all.flatMap(({ names }) => names))],
    holdsWithout,
    everyFrame: all.some(({ everyFrame }) => everyFrame),
    scene: all.some(({ scene }) => scene),
    remembers: all.some(({ remembers }) => remembers),
    hitKeys: all.flatMap(({ hitKeys }) => hitKeys),
  };
}
