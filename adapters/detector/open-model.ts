/** Opens a model that lies on this machine, whatever runs it. */
import type { Detector } from '../../activities/ports/detector.ts';
import type { ModelDescription } from '../../contracts/model.ts';
import type { InferenceOptions } from './inference.ts';
import { openOnnx } from './onnx/onnx-detector.ts';
import type { TfjsBackendChoice } from './tfjs/backend-choice.ts';
import { openCocoSsd } from './tfjs/coco-ssd-detector.ts';

export interface OpenModelOptions extends InferenceOptions {
  /** What TensorFlow.js models run on; native where it is built, when left out. */
  readonly tfjsBackend?: TfjsBackendChoice;
}

/** `path`: of the weights, a file or a folder. Throws `detector_unavailable`. */
export async function openModel(model: ModelDescription, path: string, { tfjsBackend = 'auto', ...how }: OpenModelOptions): Promise<Detector> {
  const { head } = model;
  return head === 'coco-ssd' ? openCocoSsd(path, model, { backend: tfjsBackend, ...how }) : openOnnx(path, { ...model, head }, how);
}
