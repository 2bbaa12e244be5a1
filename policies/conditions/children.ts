/** What the conditions that combine others have in common: reading a list of children and judging them all. */
import type { Clause } from '../../contracts/verdict.ts';
import type { Condition } from '../model.ts';
import type { CompiledCondition } from './condition-kind.ts';

export function readChildren(
  children: unknown,
  readChild: (value: unknown, index: number) => Condition,
  refuse: (reason: string) => never,
): readonly Condition[] {
  if (!Array.isArray(children) || children.length === 0) return refuse('children must be a list of at least one condition');
  return children.map(readChild);
}

/**
 * Judges every child, also once the outcome is certain, so that a verdict shows each number that was compared.
 * `combine` gets how many children hold, of how many.
 */
export function combineChildren(
  path: string,
  text: string,
  children: readonly CompiledCondition[],
  combine: (holding: number, of: number) => boolean,
): CompiledCondition {
  const clauses = { true: clause(path, text, true), false: clause(path, text, false) };
  return {
    classes: unionOf(children),
    judge(facts, findings) {
      const place = findings.clauses.push(clauses.false) - 1;
      const evidenceBefore = findings.evidence.length;
      let holding = 0;
      for (const child of children) if (child.judge(facts, findings)) holding += 1;
      const holds = combine(holding, children.length);
      if (holds) findings.clauses[place] = clauses.true;
      else findings.evidence.length = evidenceBefore;
      return holds;
    },
  };
}

const clause = (path: string, text: string, holds: boolean): Clause => Object.freeze({ path, text, holds, compared: null, threshold: null });

function unionOf(children: readonly CompiledCondition[]): readonly string[] | null {
  const union = new Set<string>();
  for (const { classes } of children) {
    if (classes === null) return null;
    for (const name of classes) union.add(name);
  }
  return [...union];
}
