/** coco-ssd on TensorFlow.js behind the detector port: slower and worse on small people, but its weights come from a package registry. */
import type { Detector } from '../../../activities/ports/detector.ts';
import type { ModelDescription } from '../../../contracts/model.ts';
import { limitTensorflow } from '../../../scripts/provision/tfjs-node/load.mjs';
import { openInference } from '../inference.ts';
import type { InferenceOptions } from '../inference.ts';
import { chooseBackend } from './backend-choice.ts';
import type { TfjsBackend, TfjsBackendChoice } from './backend-choice.ts';
import type { CocoSsdSetup } from './coco-ssd-thread.ts';
import { listModelFiles } from './graph-model-files.ts';

export interface CocoSsdOptions extends InferenceOptions {
  readonly backend: TfjsBackendChoice;
}

/** Throws what `openInference` throws. */
export async function openCocoSsd(modelFolder: string, model: ModelDescription, { backend: wanted, threads, decode }: CocoSsdOptions): Promise<Detector> {
  const backend = chooseBackend(wanted);
  const setup: CocoSsdSetup = { backend, modelFolder, scoreFloor: model.thresholds.floor };
  return openInference(model, {
    decode, threads: inferenceThreads(backend, threads), runtime: `tfjs-${backend}`, weights: await listModelFiles(modelFolder),
    threadFile: new URL('./coco-ssd-thread.ts', import.meta.url), setup, boxesIn: 'shares',
  });
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
