/** Finds the labelled pictures that this machine has. */
import { resolveAsset } from '../../scripts/provision/assets.mjs';
import { readCoco, readFrames, readLowLight } from './pictures.ts';
import type { LabelledPicture } from './pictures.ts';

/** Throws a sentence for people when a set is missing: figures over other pictures are other figures. */
export async function findLabelledPictures(): Promise<LabelledPicture[]> {
  const [frames, lowLight, coco] = ['labelled-frames', 'low-light', 'coco-images'].map((name) => {
    const path = resolveAsset(name)?.path;
    if (path === undefined) throw new Error(`${name} is not on this machine: put the footage folder beside the checkout, or name its place by WATCHPOST_ASSETS_DIR`);
    return path;
  }) as [string, string, string];
  return [...await readFrames(frames), ...await readLowLight(lowLight, frames), ...await readCoco(coco)];
}
