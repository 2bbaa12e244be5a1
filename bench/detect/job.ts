/** What one model is measured by, in a process of its own: its memory is nobody else's. */
import type { TfjsBackend } from '../../adapters/detector/tfjs/backend-choice.ts';
import type { LabelledSet } from '../labelled/pictures.ts';
import type { Tally } from '../labelled/judge.ts';

export interface DetectJob {
  /** Index into KNOWN_MODELS. */
  readonly model: number;
  /** For a model on TensorFlow.js. */
  readonly tfjsBackend: TfjsBackend;
  /** Frames that are timed with each number of threads. */
  readonly frames: number;
}

export interface Timing {
  readonly threads: number;
  /** From decoded pixels to boxes; milliseconds of one thread. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** Of the wall clock, for each frame that all threads together get done. */
  readonly frameMs: number;
}

export interface DetectReport {
  readonly name: string;
  readonly version: string;
  readonly runtime: string;
  readonly timings: readonly Timing[];
  /** At the usual score: people, and vehicles. */
  readonly accuracy: Readonly<Record<LabelledSet, { readonly people: Tally; readonly vehicles: Tally; readonly all: Tally }>>;
  readonly usualScore: number;
  /** Resident memory of the process with one thread at work, less that before the model was loaded. */
  readonly memoryMb: number;
}
