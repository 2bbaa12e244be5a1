/**
 * When each condition of a rule may hold and when it must, by the week's clock on the wall: the ground on which a rule is
 * called impossible. `may` is never too small and `must` never too large, so what comes out as impossible really is.
 */
import type { Condition, Objects, When } from '../model.ts';
import { contradictionIn } from './contradiction.ts';
import type { Contradiction } from './contradiction.ts';
import { hoursOf } from './hours.ts';
import type { Hours } from './hours.ts';
import { ALWAYS, NEVER } from './week.ts';

export interface Possibility extends Hours {
  /** Of an `all-of`, when it is what makes the node impossible or doubtful. */
  readonly contradiction: Contradiction | null;
}

/** By node. The same node may stand in a tree twice. */
export type Possibilities = ReadonlyMap<Condition, Possibility>;

/** `canHold` says whether any frame can make a condition hold that has none below it. */
export function possibilitiesOf(root: Condition, canHold: (node: Objects | When) => boolean): Possibilities {
  const found = new Map<Condition, Possibility>();
  const of = (node: Condition): Possibility => {
    const known = found.get(node);
    if (known !== undefined) return known;
    const fresh = possibilityOf(node, of, canHold);
    found.set(node, fresh);
    return fresh;
  };
  of(root);
  return found;
}

function possibilityOf(node: Condition, of: (node: Condition) => Possibility, canHold: (node: Objects | When) => boolean): Possibility {
  switch (node.kind) {
    case 'all-of': {
      const hours = hoursOf(node, of);
      const contradiction = hours.may === NEVER ? null : contradictionIn(node);
      return contradiction?.cover === 'certain' ? { may: NEVER, must: NEVER, contradiction } : { ...hours, contradiction };
    }
    case 'frames':
      // It takes time to fill, so there are always frames on which it does not hold.
      return { may: of(node.child).may, must: NEVER, contradiction: null };
    case 'objects':
      return { may: canHold(node) ? ALWAYS : NEVER, must: node.atLeast === 0 && node.atMost === null ? ALWAYS : NEVER, contradiction: null };
    case 'when':
      return { may: canHold(node) ? ALWAYS : NEVER, must: NEVER, contradiction: null };
    default:
      return { ...hoursOf(node, of), contradiction: null };
  }
}
