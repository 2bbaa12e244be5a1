/** Checks that all heads make before they trust a number. */
import { Failure } from '../../../contracts/failures.ts';
import type { OutputTensor } from './head.ts';

/** Throws `detector_output_invalid`. */
export function floatsOf(output: OutputTensor | undefined, what: string): Float32Array {
  if (output?.data instanceof Float32Array) return output.data;
  throw new Failure('detector_output_invalid', `${what} is no tensor of 32-bit floats`);
}

/** NaN is smaller than nothing: unchecked, a broken model would look like an empty scene. Throws `detector_output_invalid`. */
export function requireShare(value: number, what: string): number {
  if (value >= 0 && value <= 1) return value;
  throw new Failure('detector_output_invalid', `${what} of ${value}`);
}

/** Index of the greatest of `count` numbers from `from` on; the first of several. */
export function indexOfGreatest(numbers: Float32Array, from: number, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i += 1) {
    if (numbers[from + i]! > numbers[from + best]!) best = i;
  }
  return best;
}
