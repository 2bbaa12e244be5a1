/** Which zones of a device an object is in, and which masks hide it. Plain geometry over shares of the picture. */
import type { Polygon } from '../contracts/device.ts';
import { MAX_ZONES } from '../contracts/zone.ts';
import type { Anchor, Zone } from '../contracts/zone.ts';
import { canonicalClass } from './class-names.ts';
import { takes } from './class-groups.ts';
import type { Place } from './memory/scene-memory.ts';

interface Shape {
  readonly polygon: Polygon;
  readonly anchor: Anchor;
  /** Canonical; null: any. */
  readonly classes: readonly string[] | null;
  /** Around the polygon: most objects are told from most zones by it. */
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The zones and masks of one device, made ready once. */
export interface ZoneTable {
  /** Zones without the masks; their order is that of the bits. */
  readonly names: readonly string[];
  readonly zones: readonly Shape[];
  readonly masks: readonly Shape[];
}

/** Clipping and dividing lose a little: a box that lies inside to the last pixel must not miss "all of it". */
const ROUNDING = 1e-9;

export function zoneTableOf(zones: readonly Zone[]): ZoneTable {
  const [open, masks] = [zones.filter(({ kind }) => kind === 'zone'), zones.filter(({ kind }) => kind === 'mask')];
  // Bits wrap around: one zone too many would answer for another one.
  if (open.length > MAX_ZONES) throw new RangeError(`a device has ${open.length} zones; ${MAX_ZONES} are the most`);
  return { names: open.map(({ name }) => name), zones: open.map(shapeOf), masks: masks.map(shapeOf) };
}

export const NO_ZONES: ZoneTable = Object.freeze({ names: [], zones: [], masks: [] });

/** One bit for each zone that the object is in. `label` is canonical. */
export function zonesAround({ zones }: ZoneTable, label: string, place: Place): number {
  let bits = 0;
  for (let bit = 0; bit < zones.length; bit += 1) if (contains(zones[bit] as Shape, label, place)) bits |= 1 << bit;
  return bits;
}

export function isMasked({ masks }: ZoneTable, label: string, place: Place): boolean {
  for (const mask of masks) if (contains(mask, label, place)) return true;
  return false;
}

/** One bit for each of these zones; names that the device lacks have none. */
export function bitsOf({ names }: ZoneTable, wanted: readonly string[]): number {
  let bits = 0;
  names.forEach((name, bit) => { if (wanted.includes(name)) bits |= 1 << bit; });
  return bits;
}

function shapeOf({ polygon, anchor, classes }: Zone): Shape {
  const [xs, ys] = [polygon.map(([x]) => x), polygon.map(([, y]) => y)];
  return {
    polygon, anchor, classes: classes === null ? null : classes.map(canonicalClass),
    left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys),
  };
}

function contains(shape: Shape, label: string, [x, y, width, height]: Place): boolean {
  if (shape.classes !== null && !shape.classes.some((name) => takes(name, label))) return false;
  // The part of the box that is in the picture: the feet of somebody at the lower edge are cut off, and polygons end there.
  const [left, top, right, bottom] = [inPicture(x), inPicture(y), inPicture(x + width), inPicture(y + height)];
  if (left > shape.right || right < shape.left || top > shape.bottom || bottom < shape.top) return false;
  const { anchor } = shape;
  const area = (right - left) * (bottom - top);
  if (typeof anchor === 'object' && area > 0) return areaWithin(shape.polygon, left, top, right, bottom) / area >= anchor.overlap - ROUNDING;
  return holdsPoint(shape.polygon, (left + right) / 2, anchor === 'bottom-centre' ? bottom : (top + bottom) / 2);
}

const inPicture = (share: number): number => Math.min(1, Math.max(0, share));

/**
 * A ray to the right crosses the outline an odd number of times (Shimrat, Algorithm 112, CACM 5(8), 1962). The outline itself is inside: zones
 * are drawn to the edge of the picture, and who stands at that edge stands in them.
 */
function holdsPoint(polygon: Polygon, x: number, y: number): boolean {
  let inside = false;
  let [fromX, fromY] = polygon.at(-1) ?? [0, 0];
  for (const [toX, toY] of polygon) {
    const side = (toX - fromX) * (y - fromY) - (toY - fromY) * (x - fromX);
    if (side === 0 && (fromX - x) * (toX - x) <= 0 && (fromY - y) * (toY - y) <= 0) return true;
    if (fromY > y !== toY > y && side > 0 === toY > fromY) inside = !inside;
    [fromX, fromY] = [toX, toY];
  }
  return inside;
}

/**
 * The polygon is cut at each side of the box in turn (Sutherland and Hodgman, Reentrant Polygon Clipping, CACM 17(1), 1974). Where it falls into
 * several pieces they hang together by seams of no width, which have no area. An outline that crosses itself loses where it turns
 * the other way round: such polygons are refused where zones are saved.
 */
function areaWithin(polygon: Polygon, left: number, top: number, right: number, bottom: number): number {
  let corners: Polygon = polygon;
  corners = cut(corners, 0, left, 1);
  corners = cut(corners, 0, right, -1);
  corners = cut(corners, 1, top, 1);
  corners = cut(corners, 1, bottom, -1);
  return areaOf(corners);
}

/** Share of the picture, 0..1 for a polygon inside it. */
export function areaOf(corners: Polygon): number {
  let twice = 0;
  let [fromX, fromY] = corners.at(-1) ?? [0, 0];
  for (const [toX, toY] of corners) {
    twice += fromX * toY - toX * fromY;
    [fromX, fromY] = [toX, toY];
  }
  return Math.abs(twice) / 2;
}

/** What lies on the side of `at` to which `sign` points, along one axis. */
function cut(corners: Polygon, axis: 0 | 1, at: number, sign: 1 | -1): Polygon {
  const kept: (readonly [number, number])[] = [];
  let from = corners.at(-1);
  for (const to of corners) {
    if (from === undefined) break;
    const [fromIn, toIn] = [(from[axis] - at) * sign >= 0, (to[axis] - at) * sign >= 0];
    if (fromIn !== toIn) {
      const way = (at - from[axis]) / (to[axis] - from[axis]);
      kept.push(axis === 0 ? [at, from[1] + way * (to[1] - from[1])] : [from[0] + way * (to[0] - from[0]), at]);
    }
    if (toIn) kept.push(to);
    from = to;
  }
  return kept;
}
