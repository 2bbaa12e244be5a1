/** Paints over the privacy areas of a device: in the pixels, in place, so that nothing made from them later can show what was there. */
import type { Polygon } from '../../contracts/device.ts';
import type { RawPicture } from './decode.ts';

/** Of each channel. Dark, because a bright patch would draw the eye; not black, which looks like a fault of the picture. */
const PAINT_LEVEL = 16;

/** In pixels; `topX` and `bottomX` are where it begins and ends. */
interface Edge {
  readonly top: number;
  readonly topX: number;
  readonly bottom: number;
  readonly bottomX: number;
  /** 1 where the outline goes down, -1 where it goes up. */
  readonly direction: 1 | -1;
}

type Span = readonly [from: number, to: number];

/** Every pixel that an area touches, were it with a corner: half a pixel too little of a face is too much of it. */
export function paintAreas({ data, width, height }: RawPicture, areas: readonly Polygon[]): void {
  for (const area of areas) {
    const edges = edgesOf(area, width, height);
    const top = Math.floor(Math.min(...edges.map((edge) => edge.top)));
    const bottom = Math.ceil(Math.max(...edges.map((edge) => edge.bottom)));
    for (let row = Math.max(0, top); row < Math.min(height, bottom); row += 1) {
      for (const [from, to] of [...spansOnOutline(row, edges), ...spansInside(row, edges)]) {
        const first = Math.max(0, Math.floor(from));
        const end = Math.min(width, Math.ceil(to));
        if (first < end) data.fill(PAINT_LEVEL, (row * width + first) * 3, (row * width + end) * 3);
      }
    }
  }
}

function edgesOf(area: Polygon, width: number, height: number): Edge[] {
  const corners = area.map(([x, y]) => ({ x: x * width, y: y * height }));
  return corners.flatMap((a, index) => {
    const b = corners[(index + 1) % corners.length];
    if (!b) return [];
    const [upper, lower] = a.y <= b.y ? [a, b] : [b, a];
    return [{ top: upper.y, topX: upper.x, bottom: lower.y, bottomX: lower.x, direction: a.y <= b.y ? 1 : -1 }];
  });
}

/** How far each edge reaches to both sides while it crosses the row. */
function spansOnOutline(row: number, edges: readonly Edge[]): Span[] {
  return edges.filter(({ top, bottom }) => top < row + 1 && bottom > row).map((edge) => {
    const ends = edge.top === edge.bottom ? [edge.topX, edge.bottomX] : [xAt(edge, Math.max(edge.top, row)), xAt(edge, Math.min(edge.bottom, row + 1))];
    return [Math.min(...ends), Math.max(...ends)];
  });
}

/** Between the edges along the middle of the row. Where an outline crosses itself, all that it goes around counts (the non-zero rule): rather too much. */
function spansInside(row: number, edges: readonly Edge[]): Span[] {
  const middle = row + 0.5;
  const crossings = edges
    .filter(({ top, bottom }) => top <= middle && bottom > middle)
    .map((edge) => ({ x: xAt(edge, middle), direction: edge.direction }))
    .sort((a, b) => a.x - b.x);
  const spans: Span[] = [];
  let turns = 0;
  crossings.forEach(({ x, direction }, index) => {
    turns += direction;
    const next = crossings[index + 1];
    if (turns !== 0 && next) spans.push([x, next.x]);
  });
  return spans;
}

/** Of an edge that does not lie flat. */
const xAt = ({ top, topX, bottom, bottomX }: Edge, y: number): number => topX + ((bottomX - topX) * (y - top)) / (bottom - top);
