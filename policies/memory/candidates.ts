/**
 * The objects of a frame as memory takes them: those that can be followed, at most so many, in an order that is a matter of what they are
 * and not of where the detector put them in its list. Ordered by their left edge, so that neighbours are found without asking everyone.
 */
import type { Observed } from './scene-memory.ts';
import { SCENE_SETTINGS } from './scene-settings.ts';

export interface Candidates {
  count: number;
  /** Position in the frame's list. */
  readonly index: Int32Array;
  /** Of the whole frame. */
  objects: readonly Observed[];
  /** Rounded; in the coordinates of the picture. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly width: Float64Array;
  readonly height: Float64Array;
  /** Of the widest. */
  maxWidth: number;
}

const SCALE = 10 ** SCENE_SETTINGS.placeDecimals;
/** No box is thinner than the last decimal: sizes are divided by. The last term makes -0, which JSON does not know, 0. */
export const rounded = (share: number): number => Math.round(share * SCALE) / SCALE + 0;
const roundedSize = (share: number): number => Math.max(1, Math.round(share * SCALE)) / SCALE;

/** Filled anew for every frame and read only while that frame is observed: eight arrays for each would cost more than the rest. */
const CANDIDATES: Candidates = {
  count: 0,
  index: new Int32Array(SCENE_SETTINGS.maxObserved),
  objects: [],
  x: new Float64Array(SCENE_SETTINGS.maxObserved),
  y: new Float64Array(SCENE_SETTINGS.maxObserved),
  width: new Float64Array(SCENE_SETTINGS.maxObserved),
  height: new Float64Array(SCENE_SETTINGS.maxObserved),
  maxWidth: 0,
};

/** Good until the next call. Objects that are left out cannot be followed, or are one too many. */
export function candidatesOf(objects: readonly Observed[]): Candidates {
  CANDIDATES.objects = objects;
  CANDIDATES.maxWidth = 0;
  CANDIDATES.count = takeInOrder(objects);
  for (let candidate = 0; candidate < CANDIDATES.count; candidate += 1) {
    const { place } = objectAt(CANDIDATES, candidate);
    const width = roundedSize(place[2]);
    CANDIDATES.x[candidate] = rounded(place[0]);
    CANDIDATES.y[candidate] = rounded(place[1]);
    CANDIDATES.width[candidate] = width;
    CANDIDATES.height[candidate] = roundedSize(place[3]);
    if (width > CANDIDATES.maxWidth) CANDIDATES.maxWidth = width;
  }
  return CANDIDATES;
}

export const objectAt = ({ objects, index }: Candidates, candidate: number): Observed => objects[index[candidate] as number] as Observed;

function takeInOrder(objects: readonly Observed[]): number {
  let count = 0;
  if (objects.length <= SCENE_SETTINGS.maxObserved) {
    for (let index = 0; index < objects.length; index += 1) if (canBeFollowed(objects[index] as Observed)) count = insert(objects, index, count);
    return count;
  }
  const surest = objects.flatMap((object, index) => (canBeFollowed(object) ? [{ object, index }] : []))
    .sort((a, b) => b.object.probability - a.object.probability || compared(a.object, b.object));
  for (const { index } of surest.slice(0, SCENE_SETTINGS.maxObserved)) count = insert(objects, index, count);
  return count;
}

/** Into the sorted list so far. A list so short is sorted sooner this way than a call of `sort` begins. */
function insert(objects: readonly Observed[], index: number, count: number): number {
  const object = objects[index] as Observed;
  const left = object.place[0];
  let at = count;
  while (at > 0) {
    const before = LEFT[at - 1] as number;
    if (before < left || (before === left && compared(objectAt(CANDIDATES, at - 1), object) <= 0)) break;
    CANDIDATES.index[at] = CANDIDATES.index[at - 1] as number;
    LEFT[at] = before;
    at -= 1;
  }
  CANDIDATES.index[at] = index;
  LEFT[at] = left;
  return count + 1;
}

/** Left edges in the order so far. */
const LEFT = new Float64Array(SCENE_SETTINGS.maxObserved);

/** Objects for which this is 0 are the same in all that memory asks. */
function compared(a: Observed, b: Observed): number {
  const p = a.place;
  const q = b.place;
  const byPlace = p[0] - q[0] || p[1] - q[1] || p[2] - q[2] || p[3] - q[3] || b.probability - a.probability || a.zones - b.zones;
  if (byPlace !== 0) return byPlace;
  return a.label === b.label ? 0 : a.label < b.label ? -1 : 1;
}

/** The rest of the memory may trust its numbers: one that is no number would stay in it for ever. */
const canBeFollowed = ({ place, probability }: Observed): boolean =>
  place[2] > 0 && place[3] > 0 && Math.abs(place[0]) < FAR && Math.abs(place[1]) < FAR && place[2] < FAR && place[3] < FAR && Number.isFinite(probability);

/** In shares of the picture. Boxes end at its edges; what lies pictures away is no box. */
const FAR = 10;
