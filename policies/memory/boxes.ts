/** The geometry of boxes in shares of the picture, as memory needs it. */
import { groupOf } from '../../contracts/class-groups.ts';
import type { Place } from './scene-memory.ts';

/** Intersection over union. */
export function overlap(ax: number, ay: number, aw: number, ah: number, bx: number, by: number, bw: number, bh: number): number {
  if (ay + ah <= by || by + bh <= ay || ax + aw <= bx || bx + bw <= ax) return 0;
  const width = Math.min(ax + aw, bx + bw) - Math.max(ax, bx);
  const height = Math.min(ay + ah, by + bh) - Math.max(ay, by);
  const shared = width * height;
  return shared / (aw * ah + bw * bh - shared);
}

export const overlapOf = (a: Place, b: Place): number => overlap(a[0], a[1], a[2], a[3], b[0], b[1], b[2], b[3]);

/** Share of `covered` that lies under `cover`. */
export function coveredShare(covered: Place, cover: Place): number {
  const width = Math.min(covered[0] + covered[2], cover[0] + cover[2]) - Math.max(covered[0], cover[0]);
  const height = Math.min(covered[1] + covered[3], cover[1] + cover[3]) - Math.max(covered[1], cover[1]);
  return width <= 0 || height <= 0 ? 0 : (width * height) / (covered[2] * covered[3]);
}

/** Further apart than a share of the larger of both, along either side, or both sides grown or shrunk. */
export function isMoved(from: Place, to: Place, share: number, grownRatio: number): boolean {
  const fw = from[2];
  const fh = from[3];
  const tw = to[2];
  const th = to[3];
  if (Math.abs(from[0] + fw / 2 - to[0] - tw / 2) > share * Math.max(fw, tw)) return true;
  if (Math.abs(from[1] + fh / 2 - to[1] - th / 2) > share * Math.max(fh, th)) return true;
  return (tw > fw * grownRatio && th > fh * grownRatio) || (fw > tw * grownRatio && fh > th * grownRatio);
}

export const areaRatio = (aw: number, ah: number, bw: number, bh: number): number => (aw * ah > bw * bh ? (aw * ah) / (bw * bh) : (bw * bh) / (aw * ah));

/** A box that ends this near an edge of the picture is cut by it: detectors stop a little short. */
const EDGE = 0.02;
export const touchesEdge = (place: Place): boolean => !isFree(place[0], place[2]) || !isFree(place[1], place[3]);
const isFree = (start: number, length: number): boolean => start >= EDGE && start + length <= 1 - EDGE;

/** One of the sides that were no edge of the picture has moved by more than a share of the larger box. */
export const isSideMoved = (from: Place, to: Place, share: number): boolean =>
  isEndMoved(from[0], from[2], to[0], to[2], share) || isEndMoved(from[1], from[3], to[1], to[3], share);

function isEndMoved(from: number, fromLength: number, to: number, toLength: number, share: number): boolean {
  const far = share * Math.max(fromLength, toLength);
  if (from >= EDGE && Math.abs(from - to) > far) return true;
  return from + fromLength <= 1 - EDGE && Math.abs(from + fromLength - to - toLength) > far;
}

/** Vehicles are one kind and so are animals: a detector calls one van car and truck in turn. Every other class is a kind of its own. */
export function isOneKind(a: string, b: string): boolean {
  if (a === b) return true;
  const group = groupOf(a);
  return (group === 'vehicle' || group === 'animal') && groupOf(b) === group;
}
