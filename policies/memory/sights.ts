/**
 * The objects of a frame as memory takes them: those that can be followed, at most so many, in an order that is a matter of what they are
 * and not of where the detector put them in its list. Ordered by their left edge, so that neighbours are found without asking everyone.
 */
import type { Observed } from './scene-memory.ts';
import { SCENE_SETTINGS } from './scene-settings.ts';

export interface Sights {
  count: number;
  /** Position in the frame's list. */
  readonly index: Int32Array;
  readonly objects: Observed[];
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
const SIGHTS: Sights = {
  count: 0,
  index: new Int32Array(SCENE_SETTINGS.maxObserved),
  objects: [],
  x: new Float64Array(SCENE_SETTINGS.maxObserved),
  y: new Float64Array(SCENE_SETTINGS.maxObserved),
  width: new Float64Array(SCENE_SETTINGS.maxObserved),
  height: new Float64Array(SCENE_SETTINGS.maxObserved),
  maxWidth: 0,
};

const ORDER: number[] = [];

/** Good until the next call. Objects that are left out cannot be followed, or are one too many. */
export function sightsOf(objects: readonly Observed[]): Sights {
  inOrder(objects);
  SIGHTS.count = ORDER.length;
  SIGHTS.objects.length = 0;
  SIGHTS.maxWidth = 0;
  for (let sight = 0; sight < ORDER.length; sight += 1) {
    const index = ORDER[sight] as number;
    const object = objects[index] as Observed;
    SIGHTS.index[sight] = index;
    SIGHTS.objects.push(object);
    SIGHTS.x[sight] = rounded(object.place[0]);
    SIGHTS.y[sight] = rounded(object.place[1]);
    SIGHTS.width[sight] = roundedSize(object.place[2]);
    SIGHTS.height[sight] = roundedSize(object.place[3]);
    SIGHTS.maxWidth = Math.max(SIGHTS.maxWidth, SIGHTS.width[sight] as number);
  }
  return SIGHTS;
}

function inOrder(objects: readonly Observed[]): void {
  ORDER.length = 0;
  for (let index = 0; index < objects.length; index += 1) if (canBeFollowed(objects[index] as Observed)) ORDER.push(index);
  if (ORDER.length > SCENE_SETTINGS.maxObserved) {
    ORDER.sort((a, b) => (objects[b] as Observed).probability - (objects[a] as Observed).probability || comparePlaces(objects[a] as Observed, objects[b] as Observed));
    ORDER.length = SCENE_SETTINGS.maxObserved;
  }
  // By insertion: the list is short, and a call of `sort` with its comparisons costs more than a whole frame with one object.
  for (let next = 1; next < ORDER.length; next += 1) {
    const index = ORDER[next] as number;
    let at = next;
    while (at > 0 && comparePlaces(objects[ORDER[at - 1] as number] as Observed, objects[index] as Observed) > 0) {
      ORDER[at] = ORDER[at - 1] as number;
      at -= 1;
    }
    ORDER[at] = index;
  }
}

/** Objects for which this is 0 are the same in all that memory asks. */
function comparePlaces(a: Observed, b: Observed): number {
  const [p, q] = [a.place, b.place];
  const byPlace = p[0] - q[0] || p[1] - q[1] || p[2] - q[2] || p[3] - q[3] || b.probability - a.probability || a.zones - b.zones;
  if (byPlace !== 0) return byPlace;
  return a.label === b.label ? 0 : a.label < b.label ? -1 : 1;
}

/** The rest of the memory may trust its numbers: one that is no number would stay in it for ever. */
const canBeFollowed = ({ place: [x, y, width, height], probability }: Observed): boolean =>
  width > 0 && height > 0 && Math.abs(x) < FAR && Math.abs(y) < FAR && width < FAR && height < FAR && Number.isFinite(probability);

/** In shares of the picture. Boxes end at its edges; what lies pictures away is no box. */
const FAR = 10;
