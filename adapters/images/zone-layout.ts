/** Decides where zones and their names go on a picture. Names give way to boxes and their labels: these are what the picture is sent for. */
import type { ZoneOutline } from '../../activities/ports/picture-annotator.ts';
import type { PictureSize } from '../../activities/ports/detector.ts';
import { labelSize, sharedArea, shorten } from './label-layout.ts';
import type { LabelMetrics, PlacedLabel, Rectangle } from './label-layout.ts';
import { canDraw } from './stroke-font.ts';

type Point = readonly [x: number, y: number];

export interface PlacedZone {
  /** In pixels of the canvas. */
  readonly corners: readonly Point[];
  /** Null for a name that the line font has not all characters of: frames in a row would name nothing. */
  readonly label: Rectangle | null;
  readonly text: string;
}

/** `inset`: how far the outline keeps from the edge of the picture, where it would be half gone. */
export function layOutZones(zones: readonly ZoneOutline[], canvas: PictureSize, metrics: LabelMetrics, boxes: readonly PlacedLabel[], inset: number): PlacedZone[] {
  const taken = boxes.map(({ label }) => label);
  return zones.filter(({ polygon }) => polygon.length >= 3 && polygon.flat().every(Number.isFinite)).map(({ name, polygon }) => {
    const corners = polygon.map(([x, y]): Point => [within(x * canvas.width, inset, canvas.width), within(y * canvas.height, inset, canvas.height)]);
    if (!canDraw(name)) return { corners, label: null, text: name };
    const text = shorten(name, canvas.width, metrics);
    const label = placeName(corners, labelSize(text, metrics), canvas, taken, boxes, 2 * inset);
    taken.push(label);
    return { corners, label, text };
  });
}

const within = (at: number, inset: number, end: number): number => Math.min(Math.max(at, inset), end - inset);

/** Tries all four sides of every corner and the middle, and takes the place that hides least. A name outside of its zone counts as if it hid half of something. */
function placeName(corners: readonly Point[], label: PictureSize, canvas: PictureSize, taken: readonly Rectangle[], boxes: readonly PlacedLabel[], gap: number): Rectangle {
  const middle: Point = [mean(corners.map(([x]) => x)), mean(corners.map(([, y]) => y))];
  const places = [
    ...corners.flatMap(([x, y]) => [y + gap, y - gap - label.height].flatMap((top) => [x + gap, x - gap - label.width].map((left): Point => [left, top]))),
    [middle[0] - label.width / 2, middle[1] - label.height / 2] as Point,
  ].map(([left, top]): Rectangle => ({ x: within(left + gap, gap, canvas.width - label.width + gap) - gap, y: within(top + gap, gap, canvas.height - label.height + gap) - gap, ...label }));
  let best: Rectangle = { x: 0, y: 0, ...label };
  let leastHidden = Infinity;
  for (const place of places) {
    let hidden = encloses(corners, place) ? 0 : (label.width * label.height) / 2;
    for (const other of taken) hidden += 4 * sharedArea(place, other);
    for (const { outline } of boxes) hidden += sharedArea(place, outline);
    if (hidden < leastHidden) [best, leastHidden] = [place, hidden];
  }
  return best;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** By all four corners of the rectangle: enough to tell a name inside from one across an edge. */
const encloses = (corners: readonly Point[], { x, y, width, height }: Rectangle): boolean =>
  [[x, y], [x + width, y], [x, y + height], [x + width, y + height]].every(([left = 0, top = 0]) => holds(corners, left, top));

/** A ray to the right crosses the outline an odd number of times. */
function holds(corners: readonly Point[], x: number, y: number): boolean {
  let inside = false;
  let [fromX, fromY] = corners.at(-1) ?? [0, 0];
  for (const [toX, toY] of corners) {
    if (fromY > y !== toY > y && x < fromX + ((toX - fromX) * (y - fromY)) / (toY - fromY)) inside = !inside;
    [fromX, fromY] = [toX, toY];
  }
  return inside;
}
