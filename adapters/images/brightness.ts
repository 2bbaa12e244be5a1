/** How bright a picture is and how much that varies, which tells a covered lens or a dead sensor from a dark night. */
import type { RawPicture } from './decode.ts';

export interface Brightness {
  /** Mean, 0..255. */
  readonly mean: number;
  /** Levels between nearly the darkest and nearly the brightest cell, edges at top and bottom left out. */
  readonly spread: number;
}

const MAX_COLUMNS = 64;
const MAX_ROWS = 48;
/** Share of the rows at top and at bottom where cameras burn in their clock and name, which go on when the sensor is dead. */
export const CAPTION_SHARE = 0.1;
/** Share of cells at either end that a few hot pixels may have; a lit doorway in a dark yard is several times as large. */
const OUTLIER_SHARE = 0.002;

/** Samples along each side of a cell. */
export const SAMPLES = {
  /** Sensor noise of a sigma of ten still spreads the cells over 15 levels. A tenth of the work, and enough for a picture that varies by far more. */
  few: 4,
  /** Averages such noise away (a sigma below one level and a quarter) without reading every pixel of a large picture. */
  many: 8,
} as const;

/** Measured over the means of up to 64 x 48 cells: noise vanishes in them, a scene does not. */
export function measureBrightness(pixels: RawPicture, samples: number): Brightness {
  const columns = Math.min(MAX_COLUMNS, pixels.width);
  const rows = Math.min(MAX_ROWS, pixels.height);
  const captionRows = Math.floor(rows * CAPTION_SHARE);
  const cells = new Float64Array((rows - 2 * captionRows) * columns);
  for (let row = captionRows, cell = 0; row < rows - captionRows; row += 1) {
    const top = Math.floor((row * pixels.height) / rows);
    const bottom = Math.floor(((row + 1) * pixels.height) / rows);
    for (let column = 0; column < columns; column += 1, cell += 1) {
      cells[cell] = cellMean(pixels, Math.floor((column * pixels.width) / columns), Math.floor(((column + 1) * pixels.width) / columns), top, bottom, samples);
    }
  }
  cells.sort();
  const at = (share: number): number => cells[Math.min(cells.length - 1, Math.floor(share * cells.length))] ?? 0;
  return { mean: cells.reduce((sum, level) => sum + level, 0) / cells.length, spread: at(1 - OUTLIER_SHARE) - at(OUTLIER_SHARE) };
}

function cellMean({ data, width }: RawPicture, left: number, right: number, top: number, bottom: number, samples: number): number {
  const stepX = Math.max(1, Math.floor((right - left) / samples));
  const stepY = Math.max(1, Math.floor((bottom - top) / samples));
  let sum = 0;
  let count = 0;
  for (let y = top; y < bottom; y += stepY) {
    for (let x = left, at = (y * width + left) * 3; x < right; x += stepX, at += 3 * stepX, count += 1) {
      sum += lumaThousandths(data, at);
    }
  }
  return sum / count / 1000;
}

/** Brightness of the pixel whose red is at that place: luma weights of ITU-R BT.601, as JPEG uses them, in whole thousandths of a level. */
export const lumaThousandths = (data: Uint8Array, at: number): number => 299 * data[at]! + 587 * data[at + 1]! + 114 * data[at + 2]!;
