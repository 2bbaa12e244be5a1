/** ONNX Runtime behind the detector port, for every head that we can read. */
import type { Detector } from '../../../activities/ports/detector.ts';
import type { ModelDescription, OnnxHead } from '../../../contracts/model.ts';
import { calibrationOf } from '../calibration.ts';
import { toDetectionSet } from '../detection-set.ts';
import { openInference } from '../inference.ts';
import type { InferenceOptions } from '../inference.ts';
import { chooseInputSize } from '../input-size.ts';
import type { Candidate } from '../overlap.ts';
import { requireWeights } from '../weights-digest.ts';
import type { OnnxRequest, OnnxSetup } from './onnx-thread.ts';

export type OnnxModel = ModelDescription & { readonly head: OnnxHead };

/** Throws `detector_unavailable`: no such file, other weights than those described, or nothing that ONNX Runtime or the head can work with. */
export async function openOnnx(modelFile: string, model: OnnxModel, { threads, decode }: InferenceOptions): Promise<Detector> {
  const { name, version, sha256, labels, head, thresholds: { floor } } = model;
  await requireWeights([modelFile], sha256);
  const calibration = calibrationOf(model);
  const identity = { name, version, sha256, runtime: 'onnxruntime-node', calibration: calibration.name };
  const setup: OnnxSetup = { modelFile, head, classes: labels.length, floor };
  const pool = await openInference<OnnxRequest, Candidate[]>(new URL('./onnx-thread.ts', import.meta.url), setup, threads);

  return {
    identity, labels,
    async detect(picture, size) {
      const { input, content } = chooseInputSize(size, model.input);
      const candidates = await pool.run(async () => {
        const pixels = await decode(picture, content);
        return { request: { pixels, input, content }, transfer: [pixels.buffer] };
      });
      const scaleX = size.width / content.width;
      const scaleY = size.height / content.height;
      const scaled = candidates.map(({ box: [x, y, width, height], ...rest }): Candidate => ({ ...rest, box: [x * scaleX, y * scaleY, width * scaleX, height * scaleY] }));
      return toDetectionSet(scaled, size, labels, identity, calibration);
    },
    close: () => pool.close(),
  };
}
