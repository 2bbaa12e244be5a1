/** Polygons of zones: which are shapes at all, and whether one lies in another. */
import type { Polygon } from '../../contracts/device.ts';

type Corner = Polygon[number];
type Edge = readonly [Corner, Corner];

/** Corners come from mouse clicks and decimal numbers: what is nearer than this is the same place. */
const EPSILON = 1e-9;

/** No edge meets another one but its neighbours, and those in their common corner alone. */
export function isCrossed(polygon: Polygon): boolean {
  const edges = edgesOf(polygon);
  return edges.some((edge, one) => edges.some((other, two) => {
    if (two <= one) return false;
    const neighbours = two === one + 1 ? [edge, other] as const : one === 0 && two === edges.length - 1 ? [other, edge] as const : null;
    return neighbours === null ? meet(edge, other) : foldsBack(...neighbours);
  }));
}

/** Every place of `inner` is in `outer` or on its border; of an edge that runs through corners of `outer` only the quarters are looked at. */
export function liesWithin(inner: Polygon, outer: Polygon): boolean {
  // Most zones that are not inside show it by their corners.
  if (!inner.every((corner) => isInside(corner, outer))) return false;
  const outerEdges = edgesOf(outer);
  return edgesOf(inner).every((edge) => {
    const [[x1, y1], [x2, y2]] = edge;
    const quarters = [0.25, 0.5, 0.75].map((part): Corner => [x1 + (x2 - x1) * part, y1 + (y2 - y1) * part]);
    // An edge between two corners inside may leave and come back, across the border or through a corner of it.
    return !outerEdges.some((other) => crossInside(edge, other)) && quarters.every((place) => isInside(place, outer));
  });
}

const edgesOf = (polygon: Polygon): Edge[] => polygon.map((corner, index): Edge => [corner, polygon[(index + 1) % polygon.length] ?? corner]);

/** Positive when `c` is to the left of the way from `a` to `b`, 0 when on it. */
function side([ax, ay]: Corner, [bx, by]: Corner, [cx, cy]: Corner): number {
  const turn = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
  return Math.abs(turn) < EPSILON ? 0 : Math.sign(turn);
}

const isBetween = ([ax, ay]: Corner, [bx, by]: Corner, [px, py]: Corner): boolean =>
  px >= Math.min(ax, bx) - EPSILON && px <= Math.max(ax, bx) + EPSILON && py >= Math.min(ay, by) - EPSILON && py <= Math.max(ay, by) + EPSILON;

const isOn = ([a, b]: Edge, place: Corner): boolean => side(a, b, place) === 0 && isBetween(a, b, place);

/** They share at least one place. */
const meet = (one: Edge, other: Edge): boolean => crossInside(one, other) || other.some((corner) => isOn(one, corner)) || one.some((corner) => isOn(other, corner));

/** They cross within both, not at an end. */
const crossInside = ([a, b]: Edge, [c, d]: Edge): boolean => side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;

/** The second edge goes back over the first one. */
const foldsBack = ([a, b]: Edge, [, c]: Edge): boolean => side(a, b, c) === 0 && (isOn([a, b], c) || isOn([b, c], a));

/** By a ray to the right; the border counts as inside. */
function isInside(place: Corner, polygon: Polygon): boolean {
  const [x, y] = place;
  let inside = false;
  let from = polygon.at(-1) ?? place;
  for (const to of polygon) {
    if (side(from, to, place) === 0 && isBetween(from, to, place)) return true;
    if (from[1] > y !== to[1] > y && x < ((to[0] - from[0]) * (y - from[1])) / (to[1] - from[1]) + from[0]) inside = !inside;
    from = to;
  }
  return inside;
}
