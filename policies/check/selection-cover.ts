/** Whether everything that one `objects` condition counts is counted by another, on every frame of every device. Answers "no" where that is not certain. */
import type { Objects, Selector } from '../model.ts';
import { areApart, covers } from './name-cover.ts';

/**
 * `certain`: on every device and under every assignment. `unless-assigned`: only where the assignment of the rule names no zones,
 * because those hold for the conditions that name none themselves.
 */
export type Cover = 'certain' | 'unless-assigned' | 'no';

export function coverOf(outer: Objects, inner: Objects): Cover {
  const fits = namesCovered(outer, inner) && sizesCovered(outer, inner) && timeCovered(outer, inner) && outer.outside.every((zone) => inner.outside.includes(zone));
  if (!fits) return 'no';
  if (outer.zones.length > 0) return inner.zones.length > 0 && inner.zones.every((zone) => outer.zones.includes(zone)) ? 'certain' : 'no';
  return inner.zones.length === 0 ? 'certain' : 'unless-assigned';
}

function namesCovered(outer: Objects, inner: Objects): boolean {
  const asked = inner.select.filter(({ name }) => !inner.except.some((left) => covers(left, name)));
  const everyOneTaken = asked.every((selector) => outer.select.some((taker) => covers(taker.name, selector.name) && isAsEasy(taker, selector)));
  return everyOneTaken && outer.except.every((left) => inner.except.some((own) => covers(own, left)) || asked.every(({ name }) => areApart(left, name)));
}

/** Whatever passes `hard` passes `easy`. */
const isAsEasy = (easy: Selector, hard: Selector): boolean =>
  easy.threshold < hard.threshold || (easy.threshold === hard.threshold && (easy.comparison === '>=' || hard.comparison === '>'));

const sizesCovered = (outer: Objects, inner: Objects): boolean =>
  (outer.minSize === null || (inner.minSize !== null && inner.minSize >= outer.minSize)) &&
  (outer.maxSize === null || (inner.maxSize !== null && inner.maxSize <= outer.maxSize));

function timeCovered(outer: Objects, inner: Objects): boolean {
  if (outer.motion !== inner.motion && !(outer.motion === 'any' && inner.motion === 'arrival')) return false;
  // Nothing is in a zone for longer than in view.
  return inner.dwellMs >= outer.dwellMs;
}
