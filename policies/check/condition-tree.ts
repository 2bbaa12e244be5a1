/** Walking a rule's tree. */
import type { Condition } from '../model.ts';

export function childrenOf(node: Condition): readonly Condition[] {
  if ('children' in node) return node.children;
  return 'child' in node ? [node.child] : [];
}

/** The node and everything below it, parents first. */
export const nodesOf = (node: Condition): Condition[] => [node, ...childrenOf(node).flatMap(nodesOf)];
