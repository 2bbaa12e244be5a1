/** Conditions that stand twice under one "any", "all" or "none": most often one of them was to be changed and was not. */
import type { Condition } from '../model.ts';
import type { CheckSubject } from './check-subject.ts';
import { childrenOf } from './condition-tree.ts';

export function checkRepeats(subject: CheckSubject): void {
  const numberOf = numbering();
  for (const node of subject.conditions) {
    const seen = new Set<number>();
    for (const child of 'children' in node ? node.children : []) {
      const number = numberOf(child);
      if (seen.has(number)) subject.say('condition_repeated', child, 'The same condition stands here twice; take one out, or change it to what was meant.');
      seen.add(number);
    }
  }
}

/** Equal conditions get equal numbers; each node is written out once, so that deep trees cost no more than wide ones. */
function numbering(): (node: Condition) => number {
  const numbers = new Map<string, number>();
  const known = new Map<Condition, number>();
  return function numberOf(node): number {
    let number = known.get(node);
    if (number === undefined) {
      const key = JSON.stringify({ ...node, child: null, children: childrenOf(node).map(numberOf) });
      number = numbers.get(key) ?? numbers.size;
      numbers.set(key, number);
      known.set(node, number);
    }
    return number;
  };
}
