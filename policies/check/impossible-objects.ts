/** What no frame of any device can show, whatever stands around it: the reasons for which an `objects` condition can never hold. */
import type { Objects, Selector } from '../model.ts';
import type { ProblemCode } from '../language/problems.ts';
import { percentText } from '../probability.ts';
import { covers } from './name-cover.ts';
import { listed } from './object-words.ts';

export interface Impossibility {
  readonly code: ProblemCode;
  readonly message: string;
}

/** A selector that takes nothing, because no probability is above 100 %. */
export const asksTooMuch = ({ comparison, threshold }: Selector): boolean => threshold > 1 || (threshold === 1 && comparison === '>');

/** Null when some frame can make it hold. */
export function impossibilityOf(node: Objects): Impossibility | null {
  const { atLeast, atMost, minSize, maxSize } = node;
  if (atMost !== null && atMost < atLeast) {
    return { code: 'count_impossible', message: `No number is at least ${atLeast} and at most ${atMost}; swap the two, or take one out.` };
  }
  return atLeast === 0 ? null : nothingFits(node, minSize, maxSize);
}

function nothingFits({ select, except, zones, outside, motion, dwellMs }: Objects, minSize: number | null, maxSize: number | null): Impossibility | null {
  if (minSize !== null && maxSize !== null && maxSize < minSize) {
    return { code: 'size_impossible', message: `No box is at least ${percentText(minSize)} and at most ${percentText(maxSize)} of the picture; swap the two, or take one out.` };
  }
  if (select.every(asksTooMuch)) {
    return { code: 'rule_never_matches', message: 'No probability is above 100%, so this can never match; did you mean >= 100%?' };
  }
  if (select.every(({ name }) => except.some((left) => covers(left, name)))) {
    return { code: 'selection_empty', message: `Everything that is named here is left out again by except (${listed(except)}); take that out, or name other classes.` };
  }
  if (zones.length > 0 && zones.every((zone) => outside.includes(zone))) {
    return { code: 'selection_empty', message: `Nothing is inside ${listed(zones)} and outside it; take one of the two out.` };
  }
  if (motion === 'departure' && dwellMs > 0) {
    return { code: 'departure_misused', message: 'What has left stays no longer, so a departure cannot have a dwell; take one of the two out.' };
  }
  return null;
}
