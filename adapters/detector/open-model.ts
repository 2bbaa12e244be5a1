/** Opens a model that lies on this machine, whatever runs it. */
import type { Detector } from '../../activities/ports/detector.ts';
import { Failure } from '../../contracts/failures.ts';
import type { ModelDescription } from '../../contracts/model.ts';
import type { InferenceOptions } from './inference.ts';
import { openOnnx } from './onnx/onnx-detector.ts';
import { openCocoSsd } from './tfjs/coco-ssd-detector.ts';

/** `path`: of the weights, a file or a folder. Throws `detector_unavailable`. */
export async function openModel(model: ModelDescription, path: string, how: InferenceOptions): Promise<Detector> {
  const { head, name, version, sha256 } = model;
  if (head !== 'coco-ssd') return openOnnx(path, { ...model, head }, how);
  const detector = await openCocoSsd({ modelFolder: path, name, version, ...how });
  if (detector.identity.sha256 === sha256) return detector;
  await detector.close();
  throw new Failure('detector_unavailable', `its weights are ${detector.identity.sha256}, not ${sha256}`);
}
