/** PP-PicoDet (PaddleDetection, configs/picodet, ppdet/modeling/heads/gfl_head.py): class maps and binned box maps out. Pure. */
import { Failure } from '../../../../contracts/failures.ts';
import type { Candidate } from '../../overlap.ts';
import type { Head, OutputTensor, Reading } from '../head.ts';
import { floatsOf, indexOfGreatest, requireShare } from '../outputs.ts';

const STRIDES = [8, 16, 32, 64] as const;
const SIDES = 4;
/** A side is a distribution over distances of 0 to 7 strides from the centre of the cell. */
const BINS = 8;

export const picodet: Head = {
  // ImageNet's, in levels of 255. Red first: fed the other way round it loses two points of average precision.
  normalisation: { channels: [0, 1, 2], mean: [123.675, 116.28, 103.53], deviation: [58.395, 57.12, 57.375], padding: 0 },
  read: (outputs, how) => STRIDES.flatMap((stride) => readMap(stride, outputs, how)),
};

/** Maps are [1][cells][classes], already between 0 and 1, and [1][cells][4 * 8]; which is which is told by their sizes. */
function readMap(stride: number, outputs: readonly OutputTensor[], { input, classes, floor }: Reading): Candidate[] {
  const columns = Math.ceil(input.width / stride);
  const cells = columns * Math.ceil(input.height / stride);
  const mapOf = (numbers: number, what: string): Float32Array => {
    const map = outputs.find(({ dims }) => dims.at(-2) === cells && dims.at(-1) === numbers);
    if (!map) throw new Failure('detector_output_invalid', `no map of ${cells} cells of ${numbers} numbers (${what}, stride ${stride})`);
    return floatsOf(map, `the map of ${what}`);
  };
  const scores = mapOf(classes, 'classes');
  const sides = mapOf(SIDES * BINS, 'boxes');
  const candidates: Candidate[] = [];
  for (let cell = 0; cell < cells; cell += 1) {
    const labelIndex = indexOfGreatest(scores, cell * classes, classes);
    const score = requireShare(scores[cell * classes + labelIndex]!, 'a score');
    if (score < floor) continue;
    const [left, top, right, bottom] = [0, 1, 2, 3].map((side) => expectedBin(sides, (cell * SIDES + side) * BINS) * stride) as [number, number, number, number];
    const x = ((cell % columns) + 0.5) * stride;
    const y = (Math.floor(cell / columns) + 0.5) * stride;
    candidates.push({ labelIndex, score, box: [x - left, y - top, left + right, top + bottom] });
  }
  return candidates;
}

/** Expectation of the bin over the softmax of the numbers from `from` on. */
function expectedBin(numbers: Float32Array, from: number): number {
  let sum = 0;
  let weighted = 0;
  for (let bin = 0; bin < BINS; bin += 1) {
    // No shift by the greatest: the network's numbers are within some tens, far from where exp overflows.
    const weight = Math.exp(numbers[from + bin]!);
    sum += weight;
    weighted += bin * weight;
  }
  return weighted / sum;
}
