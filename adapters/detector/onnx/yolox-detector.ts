/** YOLOX on ONNX Runtime behind the detector port. */
import type { Detector } from '../../../activities/ports/detector.ts';
import type { ModelIdentity } from '../../../contracts/detection.ts';
import { calibrationOf } from '../calibration.ts';
import { SCORE_FLOOR, toDetectionSet } from '../detection-set.ts';
import { openInference } from '../inference.ts';
import type { InferenceOptions } from '../inference.ts';
import { COCO_LABELS } from '../labels.ts';
import type { Candidate } from '../overlap.ts';
import { digestWeights } from '../weights-digest.ts';
import { chooseYoloxInput } from './yolox-input.ts';
import type { YoloxRequest, YoloxSetup } from './yolox-thread.ts';

export interface YoloxOptions extends InferenceOptions {
  readonly modelFile: string;
  readonly name: string;
  readonly version: string;
  /** Set for a model file that takes one square size only. */
  readonly fixedSidePixels?: number;
}

export async function openYolox({ modelFile, name, version, fixedSidePixels, threads, decode }: YoloxOptions): Promise<Detector> {
  const calibration = calibrationOf(name);
  const identity: ModelIdentity = { name, version, sha256: await digestWeights([modelFile]), runtime: 'onnxruntime-node', calibration: calibration.name };
  const setup: YoloxSetup = { modelFile, classes: COCO_LABELS.length, scoreFloor: SCORE_FLOOR };
  const pool = await openInference<YoloxRequest, Candidate[]>(new URL('./yolox-thread.ts', import.meta.url), setup, threads);

  return {
    identity,
    labels: COCO_LABELS,
    async detect(picture, size) {
      const { input, content } = chooseYoloxInput(size, fixedSidePixels);
      const candidates = await pool.run(async () => {
        const pixels = await decode(picture, content);
        return { request: { pixels, input, content }, transfer: [pixels.buffer] };
      });
      const scaleX = size.width / content.width;
      const scaleY = size.height / content.height;
      const scaled = candidates.map(({ box: [x, y, width, height], ...rest }): Candidate => ({ ...rest, box: [x * scaleX, y * scaleY, width * scaleX, height * scaleY] }));
      return toDetectionSet(scaled, size, COCO_LABELS, identity, calibration);
    },
    close: () => pool.close(),
  };
}
