/** What a head must know: how its network is fed, and how its answer is read. One file per head; `heads/index.ts` is the table. */
import type { PictureSize } from '../../../activities/ports/detector.ts';
import type { Candidate } from '../overlap.ts';
import type { Normalisation } from './planes.ts';

export interface OutputTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: unknown;
}

export interface Reading {
  /** Of the network's input; boxes come out in its pixels. */
  readonly input: PictureSize;
  /** How many labels the model has. */
  readonly classes: number;
  readonly floor: number;
}

export interface Head {
  readonly normalisation: Normalisation;
  /** Name of an input that wants the size of the picture, as int64 [[width, height]]. */
  readonly sizeInput?: string;
  /** Throws `Failure('detector_output_invalid')` for an answer that this head does not give. */
  read(outputs: readonly OutputTensor[], how: Reading): Candidate[];
}
