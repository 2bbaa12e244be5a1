/** A model that runs in threads of this process, behind the detector port: what all of them have in common, whatever runtime the threads use. */
import type { Detector, PictureSize } from '../../activities/ports/detector.ts';
import type { ModelIdentity } from '../../contracts/detection.ts';
import type { ModelDescription } from '../../contracts/model.ts';
import type { DecodeForModel } from '../images/model-input.ts';
import { ThreadPool } from '../threads/thread-pool.ts';
import { calibrationOf } from './calibration.ts';
import { toDetectionSet } from './detection-set.ts';
import { chooseInputSize } from './input-size.ts';
import type { ModelInputSize } from './input-size.ts';
import type { Candidate } from './overlap.ts';
import { requireWeights } from './weights-digest.ts';

/** How this process runs its detectors, whichever those are. */
export interface InferenceOptions {
  readonly threads: number;
  readonly decode: DecodeForModel;
}

/** What a thread is asked; it answers with candidates. */
export interface InferenceRequest extends ModelInputSize {
  /** RGB of `content`. */
  readonly pixels: Uint8Array;
}

export interface Inference extends InferenceOptions {
  /** Such as `onnxruntime-node`. */
  readonly runtime: string;
  /** Files, in the order in which their digest was taken. */
  readonly weights: readonly string[];
  /** Loads the model from `setup`. */
  readonly threadFile: URL;
  readonly setup: unknown;
  /** What the boxes of candidates are given in: pixels of `content`, or shares of it. */
  readonly boxesIn: 'pixels' | 'shares';
}

const SHARES: PictureSize = { width: 1, height: 1 };

/** Throws `detector_unavailable`: no such files, other weights than those described, or nothing that the runtime can work with. */
export async function openInference(model: ModelDescription, { runtime, weights, threadFile, setup, threads, decode, boxesIn }: Inference): Promise<Detector> {
  const { name, version, sha256, labels } = model;
  await requireWeights(weights, sha256);
  const calibration = calibrationOf(model);
  const identity: ModelIdentity = { name, version, sha256, runtime, calibration: calibration.name };
  const pool = await ThreadPool.open<InferenceRequest, Candidate[]>({ name: 'inference', unavailable: 'detector_unavailable', threadFile, setup, threads });

  return {
    identity, labels,
    async detect(picture, size) {
      const { input, content } = chooseInputSize(size, model.input);
      const candidates = await pool.run(async () => {
        const pixels = await decode(picture, content);
        return { request: { pixels, input, content }, transfer: [pixels.buffer] };
      });
      const whole = boxesIn === 'pixels' ? content : SHARES;
      const scaleX = size.width / whole.width;
      const scaleY = size.height / whole.height;
      const scaled = candidates.map(({ box: [x, y, width, height], ...rest }): Candidate => ({ ...rest, box: [x * scaleX, y * scaleY, width * scaleX, height * scaleY] }));
      return toDetectionSet(scaled, size, labels, identity, calibration);
    },
    close: () => pool.close(),
  };
}
