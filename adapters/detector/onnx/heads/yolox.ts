/** YOLOX (Megvii-BaseDetection/YOLOX 0.1.1, demo/ONNXRuntime): levels as they are in, raw grid out. Pure. */
import type { PictureSize } from '../../../../activities/ports/detector.ts';
import { Failure } from '../../../../contracts/failures.ts';
import type { Candidate } from '../../overlap.ts';
import type { Head, Reading } from '../head.ts';
import { floatsOf, indexOfGreatest, requireShare } from '../outputs.ts';

const STRIDES = [8, 16, 32] as const;
// Centre x and y, width, height, objectness; then one number for each class.
const BEFORE_CLASSES = 5;

export const yolox: Head = {
  // Blue, green, red, without mean or deviation; 114 is what the training filled empty space with.
  normalisation: { channels: [2, 1, 0], mean: [0, 0, 0], deviation: [1, 1, 1], padding: 114 },
  read: ([grid], how) => readGrid(floatsOf(grid, 'the grid'), how),
};

const cellsOf = ({ width, height }: PictureSize): number => STRIDES.reduce((sum, stride) => sum + (width / stride) * (height / stride), 0);

/** `grid` is [cells][5 + classes], cells of stride 8, 16, 32 one after another, each row by row. A cell speaks for its likeliest class. */
function readGrid(grid: Float32Array, { input, classes, floor }: Reading): Candidate[] {
  const numbersPerCell = BEFORE_CLASSES + classes;
  const cells = cellsOf(input);
  if (grid.length !== cells * numbersPerCell) {
    throw new Failure('detector_output_invalid', `${grid.length} numbers instead of ${cells} cells of ${numbersPerCell}`);
  }
  const candidates: Candidate[] = [];
  let at = 0;
  for (const stride of STRIDES) {
    for (let row = 0; row < input.height / stride; row += 1) {
      for (let column = 0; column < input.width / stride; column += 1, at += numbersPerCell) {
        const objectness = requireShare(grid[at + 4]!, 'an objectness');
        // No class score is above one.
        if (objectness < floor) continue;
        const labelIndex = indexOfGreatest(grid, at + BEFORE_CLASSES, classes);
        const score = objectness * grid[at + BEFORE_CLASSES + labelIndex]!;
        if (score < floor) continue;
        const width = Math.exp(grid[at + 2]!) * stride;
        const height = Math.exp(grid[at + 3]!) * stride;
        candidates.push({ labelIndex, score, box: [(grid[at]! + column) * stride - width / 2, (grid[at + 1]! + row) * stride - height / 2, width, height] });
      }
    }
  }
  return candidates;
}
