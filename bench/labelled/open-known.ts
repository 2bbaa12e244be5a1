/** Opens a model of the product for a bench. */
import type { Detector } from '../../activities/ports/detector.ts';
import type { KnownModel } from '../../adapters/detector/known-models.ts';
import { openModel } from '../../adapters/detector/open-model.ts';
import type { OpenModelOptions } from '../../adapters/detector/open-model.ts';
import { decodeHere } from '../../adapters/images/model-input.ts';
import { resolveAsset } from '../../scripts/provision/assets.mjs';

/** Decodes on the spot unless told otherwise. Throws a sentence for people when its weights are not here. */
export async function openKnown(model: KnownModel, options: Pick<OpenModelOptions, 'threads'> & Partial<OpenModelOptions>): Promise<Detector> {
  const path = resolveAsset(model.asset)?.path;
  if (path === undefined) throw new Error(`${model.asset} is not on this machine: \`watchpost assets pull ${model.asset}\``);
  return openModel(model, path, { decode: decodeHere, ...options });
}
