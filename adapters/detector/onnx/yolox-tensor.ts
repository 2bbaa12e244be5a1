/** The input and output tensors of YOLOX (Megvii-BaseDetection/YOLOX 0.1.1, demo/ONNXRuntime): letterbox in, raw grid out. Pure. */
import type { PictureSize } from '../../../activities/ports/detector.ts';
import { Failure } from '../../../contracts/failures.ts';
import type { Candidate } from '../overlap.ts';
import type { YoloxInput } from './yolox-input.ts';

// What the training filled empty space with.
const PADDING = 114;
const STRIDES = [8, 16, 32] as const;
// Centre x and y, width, height, objectness; then one number for each class.
const BEFORE_CLASSES = 5;

const inputLength = ({ width, height }: PictureSize): number => 3 * width * height;

/** RGB bytes to planes of blue, green, red, 0..255 without mean or deviation, picture at the top left. Uses `reuse` when it has the right length. */
export function letterbox(pixels: Uint8Array, { input, content }: YoloxInput, reuse?: Float32Array): Float32Array {
  const tensor = reuse?.length === inputLength(input) ? reuse : new Float32Array(inputLength(input));
  tensor.fill(PADDING);
  const plane = input.width * input.height;
  for (let y = 0, from = 0; y < content.height; y += 1) {
    for (let x = 0, to = y * input.width; x < content.width; x += 1, to += 1, from += 3) {
      tensor[to] = pixels[from + 2] as number;
      tensor[to + plane] = pixels[from + 1] as number;
      tensor[to + 2 * plane] = pixels[from] as number;
    }
  }
  return tensor;
}

/**
 * `grid` is [cells][5 + classes], cells of stride 8, 16, 32 one after another, each row by row. A cell speaks for its likeliest class.
 * Boxes are in pixels of the network's input. Throws `Failure('detector_output_invalid')`.
 */
export function readGrid(grid: Float32Array, input: PictureSize, classes: number, scoreFloor: number): Candidate[] {
  const numbersPerCell = BEFORE_CLASSES + classes;
  const cells = STRIDES.reduce((sum, stride) => sum + (input.width / stride) * (input.height / stride), 0);
  if (grid.length !== cells * numbersPerCell) {
    throw new Failure('detector_output_invalid', `${grid.length} numbers instead of ${cells} cells of ${numbersPerCell}`);
  }
  const candidates: Candidate[] = [];
  let at = 0;
  for (const stride of STRIDES) {
    for (let row = 0; row < input.height / stride; row += 1) {
      for (let column = 0; column < input.width / stride; column += 1, at += numbersPerCell) {
        const objectness = grid[at + 4] as number;
        // NaN is smaller than nothing: without this a broken model would look like an empty scene.
        if (!(objectness >= 0 && objectness <= 1)) throw new Failure('detector_output_invalid', `an objectness of ${objectness}`);
        // No class score is above one.
        if (objectness < scoreFloor) continue;
        const labelIndex = likeliest(grid, at + BEFORE_CLASSES, classes);
        const score = objectness * (grid[at + BEFORE_CLASSES + labelIndex] as number);
        if (score < scoreFloor) continue;
        const width = Math.exp(grid[at + 2] as number) * stride;
        const height = Math.exp(grid[at + 3] as number) * stride;
        const left = ((grid[at] as number) + column) * stride - width / 2;
        const top = ((grid[at + 1] as number) + row) * stride - height / 2;
        candidates.push({ labelIndex, score, box: [left, top, width, height] });
      }
    }
  }
  return candidates;
}

function likeliest(grid: Float32Array, from: number, classes: number): number {
  let best = 0;
  for (let i = 1; i < classes; i += 1) {
    if ((grid[from + i] as number) > (grid[from + best] as number)) best = i;
  }
  return best;
}
