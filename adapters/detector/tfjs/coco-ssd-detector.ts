/** coco-ssd on TensorFlow.js behind the detector port: slower and worse on small people, but its weights come from a package registry. */
import type { Detector } from '../../../activities/ports/detector.ts';
import type { ModelIdentity } from '../../../contracts/detection.ts';
import { limitTensorflow } from '../../../scripts/provision/tfjs-node/load.mjs';
import { calibrationOf } from '../calibration.ts';
import { toDetectionSet } from '../detection-set.ts';
import { openInference } from '../inference.ts';
import type { InferenceOptions } from '../inference.ts';
import { SCORE_FLOOR } from '../known-models.ts';
import { COCO_LABELS } from '../labels.ts';
import type { Candidate } from '../overlap.ts';
import { digestWeights } from '../weights-digest.ts';
import { chooseBackend } from './backend-choice.ts';
import type { TfjsBackend, TfjsBackendChoice } from './backend-choice.ts';
import type { CocoSsdRequest, CocoSsdSetup } from './coco-ssd-thread.ts';
import { listModelFiles } from './graph-model-files.ts';

export interface CocoSsdOptions extends InferenceOptions {
  readonly modelFolder: string;
  readonly name: string;
  readonly version: string;
  readonly backend: TfjsBackendChoice;
}

// The network was trained on pictures stretched to this square, whatever their shape.
const SIDE_PIXELS = 300;

export async function openCocoSsd({ modelFolder, name, version, backend: wanted, threads, decode }: CocoSsdOptions): Promise<Detector> {
  const backend = chooseBackend(wanted);
  const calibration = calibrationOf({ name, version });
  const sha256 = await digestWeights(await listModelFiles(modelFolder));
  const identity: ModelIdentity = { name, version, sha256, runtime: `tfjs-${backend}`, calibration: calibration.name };
  const setup: CocoSsdSetup = { backend, modelFolder, sidePixels: SIDE_PIXELS, scoreFloor: SCORE_FLOOR };
  const pool = await openInference<CocoSsdRequest, Candidate[]>(new URL('./coco-ssd-thread.ts', import.meta.url), setup, inferenceThreads(backend, threads));

  return {
    identity,
    labels: COCO_LABELS,
    async detect(picture, size) {
      const candidates = await pool.run(async () => {
        const pixels = await decode(picture, { width: SIDE_PIXELS, height: SIDE_PIXELS });
        return { request: { pixels }, transfer: [pixels.buffer] };
      });
      const scaled = candidates.map(({ box: [x, y, width, height], ...rest }): Candidate => ({
        ...rest,
        box: [x * size.width, y * size.height, width * size.width, height * size.height],
      }));
      return toDetectionSet(scaled, size, COCO_LABELS, identity, calibration);
    },
    close: () => pool.close(),
  };
}

/**
 * On native TensorFlow one thread asks, and the library computes each operation with as many as we may use. A second one that asks would save nothing: two
 * took 100 ms of CPU time a frame against 98, and 240 MB more. And the binding keeps the names of all attributes in one set for the process, to which threads
 * would add without a lock.
 */
function inferenceThreads(backend: TfjsBackend, threads: number): number {
  if (backend === 'wasm') return threads;
  limitTensorflow({ threads });
  return 1;
}
