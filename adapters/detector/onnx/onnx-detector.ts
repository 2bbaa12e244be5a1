/** ONNX Runtime behind the detector port, for every head that we can read. */
import type { Detector } from '../../../activities/ports/detector.ts';
import type { ModelDescription, OnnxHead } from '../../../contracts/model.ts';
import { openInference } from '../inference.ts';
import type { InferenceOptions } from '../inference.ts';
import type { OnnxSetup } from './onnx-thread.ts';

export type OnnxModel = ModelDescription & { readonly head: OnnxHead };

/** Throws what `openInference` throws, also for a file of another head. */
export function openOnnx(modelFile: string, model: OnnxModel, options: InferenceOptions): Promise<Detector> {
  const setup: OnnxSetup = { modelFile, head: model.head, classes: model.labels.length, floor: model.thresholds.floor };
  return openInference(model, { ...options, runtime: 'onnxruntime-node', weights: [modelFile], threadFile: new URL('./onnx-thread.ts', import.meta.url), setup, boxesIn: 'pixels' });
}
