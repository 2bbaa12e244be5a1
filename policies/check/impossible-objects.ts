/**
 * What no frame of any device can show, whatever stands around it: the reasons for which an `objects` condition can never hold.
 * Counts, sizes and thresholds that cannot be are refused where the text is read.
 */
import type { Objects } from '../model.ts';
import type { ProblemCode } from '../language/problems.ts';
import { covers } from './name-cover.ts';
import { listed } from './object-words.ts';

export interface Impossibility {
  readonly code: ProblemCode;
  readonly message: string;
}

/** Null when some frame can make it hold. */
export function impossibilityOf({ atLeast, select, except, zones, outside, motion, dwellMs }: Objects): Impossibility | null {
  if (atLeast === 0) return null;
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
