/** What the conditions that combine others have in common: reading a list of children and judging them all. */
import type { Clause } from '../../contracts/verdict.ts';
import type { Condition } from '../model.ts';
import type { Asks, CompiledCondition } from './condition-kind.ts';

export function readChildren(
  children: unknown,
  readChild: (value: unknown, index: number) => Condition,
  refuse: (reason: string) => never,
): readonly Condition[] {
  if (!Array.isArray(children) || children.length === 0) return refuse('children must be a list of at least one condition');
  return children.map(readChild);
}

export interface Combination {
  readonly path: string;
  readonly text: string;
  readonly children: readonly CompiledCondition[];
  /** It may hold on a frame that shows nothing of what its children ask for. */
  readonly holdsWithout: boolean;
  /** Gets how many children hold, of how many. */
  readonly combine: (holding: number, of: number) => boolean;
}

/** Judges every child, also once the outcome is certain, so that a verdict shows each number that was compared and memory misses nothing. */
export function combineChildren({ path, text, children, holdsWithout, combine }: Combination): CompiledCondition {
  const [held, failed] = [clauseWithoutNumber(path, text, true), clauseWithoutNumber(path, text, false)];
  return {
    asks: asksOfAll(children.map(({ asks }) => asks), holdsWithout),
    judge(sight, findings) {
      const place = findings.say(failed);
      const evidenceBefore = findings.evidenceCount;
      let holding = 0;
      for (let n = 0; n < children.length; n += 1) if ((children[n] as CompiledCondition).judge(sight, findings)) holding += 1;
      const holds = combine(holding, children.length);
      if (holds) findings.correct(place, held);
      else findings.dropEvidence(evidenceBefore);
      return holds;
    },
  };
}

export const clauseWithoutNumber = (path: string, text: string, holds: boolean): Clause => Object.freeze({ path, text, holds, compared: null, threshold: null });

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
