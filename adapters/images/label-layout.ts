/** Decides where boxes and their labels go on a picture, so that no label leaves it and none hides another while there is room. */
import type { Box } from '../../contracts/detection.ts';
import type { BoxLabel } from '../../activities/ports/picture-annotator.ts';
import type { PictureSize } from '../../activities/ports/detector.ts';
import { CAP_HEIGHT_UNITS, DESCENDER_UNITS, strokeTextWidth } from './stroke-font.ts';

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedLabel {
  readonly outline: Rectangle;
  readonly label: Rectangle;
  readonly text: string;
}

export interface LabelMetrics {
  /** Pixels to one unit of the font. */
  readonly unitPixels: number;
  readonly paddingPixels: number;
}

/** `canvas` is the picture to draw on; boxes are given in pixels of `size`. Boxes that lie wholly outside the picture are left out. */
export function layOutLabels(boxes: readonly BoxLabel[], size: PictureSize, canvas: PictureSize, metrics: LabelMetrics): PlacedLabel[] {
  const drawn = boxes.flatMap(({ box, text }) => {
    const outline = onCanvas(box, size, canvas);
    return outline ? [{ outline, text: shorten(text, canvas.width, metrics) }] : [];
  });
  const outlines = drawn.map(({ outline }) => outline);
  const taken: Rectangle[] = [];
  return drawn.map(({ outline, text }) => {
    const label = placeLabel(outline, labelSize(text, metrics), canvas, taken, outlines);
    taken.push(label);
    return { outline, label, text };
  });
}

export function labelSize(text: string, { unitPixels, paddingPixels }: LabelMetrics): PictureSize {
  return {
    width: strokeTextWidth(text) * unitPixels + 2 * paddingPixels,
    height: (CAP_HEIGHT_UNITS + DESCENDER_UNITS) * unitPixels + 1.4 * paddingPixels,
  };
}

function onCanvas([x, y, width, height]: Box, size: PictureSize, canvas: PictureSize): Rectangle | undefined {
  const left = Math.max(0, (x * canvas.width) / size.width);
  const top = Math.max(0, (y * canvas.height) / size.height);
  const right = Math.min(canvas.width, ((x + width) * canvas.width) / size.width);
  const bottom = Math.min(canvas.height, ((y + height) * canvas.height) / size.height);
  // Also false for NaN, which no comparison holds for.
  return right > left && bottom > top ? { x: left, y: top, width: right - left, height: bottom - top } : undefined;
}

export function shorten(text: string, maxWidth: number, metrics: LabelMetrics): string {
  if (labelSize(text, metrics).width <= maxWidth) return text;
  const characters = [...text];
  do characters.pop();
  while (characters.length > 0 && labelSize(`${characters.join('')}..`, metrics).width > maxWidth);
  return `${characters.join('')}..`;
}

/**
 * Tries above the box, below it and inside it, at its left and its right edge, and takes the place within the picture that hides least.
 * Hiding another label counts for more than hiding what another box shows. Of equals the first wins.
 */
function placeLabel(outline: Rectangle, label: PictureSize, canvas: PictureSize, taken: readonly Rectangle[], outlines: readonly Rectangle[]): Rectangle {
  const xs = [outline.x, outline.x + outline.width - label.width].map((x) => Math.max(0, Math.min(x, canvas.width - label.width)));
  const ys = [outline.y - label.height, outline.y + outline.height, outline.y, outline.y + outline.height - label.height];
  const places = ys.filter((y) => y >= 0 && y + label.height <= canvas.height).flatMap((y) => xs.map((x) => ({ x, y, ...label })));
  let best: Rectangle = { x: xs[0] ?? 0, y: 0, ...label };
  let leastHidden = Infinity;
  for (const place of places) {
    let hidden = 0;
    for (const other of taken) hidden += 4 * sharedArea(place, other);
    for (const other of outlines) if (other !== outline) hidden += sharedArea(place, other);
    if (hidden < leastHidden) [best, leastHidden] = [place, hidden];
  }
  return best;
}

export function sharedArea(a: Rectangle, b: Rectangle): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
}
