/** Two demands that must both hold on one frame and cannot: "no person" beside "at least one person". */
import type { AnyOf, Condition, Objects } from '../model.ts';
import { coverOf } from './selection-cover.ts';
import type { Cover } from './selection-cover.ts';

/** A count that must be reached, or must not be passed, wherever the conjunction holds. */
interface Demand {
  readonly node: Objects;
  readonly bound: number;
}

interface Demands {
  readonly reached: readonly Demand[];
  readonly notPassed: readonly Demand[];
}

interface Conjunction extends Demands {
  /** Of each, at least one branch holds. */
  readonly choices: readonly AnyOf[];
}

export interface Contradiction {
  readonly cover: Exclude<Cover, 'no'>;
  readonly reached: Objects;
  readonly notPassed: Objects;
}

/** Every rule that people write needs a few hundred; beyond it nothing is found, which refuses nothing. */
const MAX_COMPARISONS = 200_000;

/** Null when none is found, which does not say that there is none. */
export function contradictionIn(node: Condition): Contradiction | null {
  return search(NOTHING, node, { comparisons: MAX_COMPARISONS });
}

function search(around: Demands, node: Condition, budget: { comparisons: number }): Contradiction | null {
  const own = demandsOf(node);
  const reached = [...around.reached, ...own.reached];
  const notPassed = [...around.notPassed, ...own.notPassed];
  let doubtful: Contradiction | null = null;
  for (const low of reached) {
    for (const high of notPassed) {
      budget.comparisons -= 1;
      if (budget.comparisons < 0) return doubtful;
      if (low.bound <= high.bound) continue;
      const cover = coverOf(high.node, low.node);
      if (cover === 'no') continue;
      const found = { cover, reached: low.node, notPassed: high.node };
      if (cover === 'certain') return found;
      doubtful ??= found;
    }
  }
  for (const choice of own.choices) {
    const branches = choice.children.map((branch) => (budget.comparisons < 0 ? null : search({ reached, notPassed }, branch, budget)));
    const [first] = branches;
    if (first !== undefined && first !== null && branches.every((found) => found?.cover === 'certain')) return first;
  }
  return doubtful;
}

/** What must hold on this very frame for the node to hold. Never more than that: what is not understood demands nothing. */
function demandsOf(node: Condition): Conjunction {
  switch (node.kind) {
    case 'all-of':
      return joined(node.children.map(demandsOf));
    case 'none-of':
      return joined(node.children.map(demandsOfFailing));
    case 'frames':
      return demandsOf(node.child);
    case 'any-of':
      return node.children.length === 1 ? joined(node.children.map(demandsOf)) : { reached: [], notPassed: [], choices: [node] };
    case 'objects':
      return {
        reached: node.atLeast > 0 ? [{ node, bound: node.atLeast }] : [],
        notPassed: node.atMost === null ? [] : [{ node, bound: node.atMost }],
        choices: [],
      };
    default:
      return NOTHING;
  }
}

/** What must hold for the node to fail. */
function demandsOfFailing(node: Condition): Conjunction {
  if (node.kind === 'any-of') return joined(node.children.map(demandsOfFailing));
  if (node.kind === 'all-of' && node.children.length === 1) return joined(node.children.map(demandsOfFailing));
  if (node.kind !== 'objects') return NOTHING;
  const { atLeast, atMost } = node;
  if (atMost === null) return { reached: [], notPassed: [{ node, bound: atLeast - 1 }], choices: [] };
  // "Not 2 to 5" is "below 2 or above 5", of which neither must hold.
  return atLeast === 0 ? { reached: [{ node, bound: atMost + 1 }], notPassed: [], choices: [] } : NOTHING;
}

const NOTHING: Conjunction = { reached: [], notPassed: [], choices: [] };

const joined = (parts: readonly Conjunction[]): Conjunction => ({
  reached: parts.flatMap(({ reached }) => reached),
  notPassed: parts.flatMap(({ notPassed }) => notPassed),
  choices: parts.flatMap(({ choices }) => choices),
});
