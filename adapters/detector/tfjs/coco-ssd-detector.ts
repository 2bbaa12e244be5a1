/** coco-ssd on TensorFlow.js behind the detector port: slower and worse on small people, but its weights come from a package registry. */
import type { Detector } from '../../../activities/ports/detector.ts';
import type { ModelIdentity } from '../../../contracts/detection.ts';
import { calibrationOf } from '../calibration.ts';
import { toDetectionSet } from '../detection-set.ts';
import { openInference } from '../inference.ts';
import type { InferenceOptions } from '../inference.ts';
import { SCORE_FLOOR } from '../known-models.ts';
import { COCO_LABELS } from '../labels.ts';
import type { Candidate } from '../overlap.ts';
import { digestWeights } from '../weights-digest.ts';
import type { CocoSsdRequest, CocoSsdSetup } from './coco-ssd-thread.ts';
import { listModelFiles } from './graph-model-files.ts';

export interface CocoSsdOptions extends InferenceOptions {
  readonly modelFolder: string;
  readonly name: string;
  readonly version: string;
}

// The network was trained on pictures stretched to this square, whatever their shape.
const SIDE_PIXELS = 300;

export async function openCocoSsd({ modelFolder, name, version, threads, decode }: CocoSsdOptions): Promise<Detector> {
  const calibration = calibrationOf({ name, version });
  const sha256 = await digestWeights(await listModelFiles(modelFolder));
  const identity: ModelIdentity = { name, version, sha256, runtime: 'tfjs-wasm', calibration: calibration.name };
  const setup: CocoSsdSetup = { modelFolder, sidePixels: SIDE_PIXELS, scoreFloor: SCORE_FLOOR };
  const pool = await openInference<CocoSsdRequest, Candidate[]>(new URL('./coco-ssd-thread.ts', import.meta.url), setup, threads);

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
