/** How bright a picture is and how much that varies, which tells a covered lens or a dead sensor from a dark night. */
import type { RawPicture } from '../../activities/ports/image-reader.ts';

export interface Brightness {
  /** Mean, 0..255. */
  readonly mean: number;
  /** Levels between nearly the darkest and nearly the brightest cell, edges at top and bottom left out. */
  readonly spread: number;
}

const MAX_COLUMNS = 64;
const MAX_ROWS = 48;
/** Enough to average sensor noise away (below one level at a sigma of ten) without reading every pixel of a large picture. */
const SAMPLES_PER_CELL_SIDE = 8;
/** Share of the rows at top and at bottom where cameras burn in their clock and name, which go on when the sensor is dead. */
const CAPTION_SHARE = 0.1;
/** Share of cells at either end that a few hot pixels may have; a lit doorway in a dark yard is several times as large. */
const OUTLIER_SHARE = 0.002;

/** Measured over the means of up to 64 x 48 cells: noise vanishes in them, a scene does not. */
export function measureBrightness(pixels: RawPicture): Brightness {
  const columns = Math.min(MAX_COLUMNS, pixels.width);
  const rows = Math.min(MAX_ROWS, pixels.height);
  const cells: number[] = [];
  const captionRows = Math.floor(rows * CAPTION_SHARE);
  for (let row = captionRows; row < rows - captionRows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      cells.push(
        cellMean(
          pixels,
          Math.floor((column * pixels.width) / columns),
          Math.floor(((column + 1) * pixels.width) / columns),
          Math.floor((row * pixels.height) / rows),
          Math.floor(((row + 1) * pixels.height) / rows),
        ),
      );
    }
  }
  cells.sort((a, b) => a - b);
  const at = (share: number): number => cells[Math.min(cells.length - 1, Math.floor(share * cells.length))] ?? 0;
  return { mean: cells.reduce((sum, level) => sum + level, 0) / cells.length, spread: at(1 - OUTLIER_SHARE) - at(OUTLIER_SHARE) };
}

function cellMean({ data, width }: RawPicture, left: number, right: number, top: number, bottom: number): number {
  const stepX = Math.max(1, Math.floor((right - left) / SAMPLES_PER_CELL_SIDE));
  const stepY = Math.max(1, Math.floor((bottom - top) / SAMPLES_PER_CELL_SIDE));
  let sum = 0;
  let count = 0;
  for (let y = top; y < bottom; y += stepY) {
    for (let x = left; x < right; x += stepX) {
      const at = (y * width + x) * 3;
      // Luma weights of ITU-R BT.601, as JPEG uses them.
      sum += 0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0);
      count += 1;
    }
  }
  return sum / count;
}
