/** Pictures of which people said what is in them, from the footage that lies beside the checkout. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Box } from '../../contracts/detection.ts';

export interface Truth {
  readonly label: string;
  readonly box: Box;
  /** Not to be counted, whether found or not: a crowd, or nothing that anybody could be sure of. */
  readonly ignore: boolean;
}

/** `frames`: of fixed cameras. `lowlight`: the same, darkened or as infrared. COCO: `train` pictures every model has seen, `val` ones it has not. */
export const LABELLED_SETS = ['frames', 'lowlight', 'coco-train', 'coco-val'] as const;
export type LabelledSet = (typeof LABELLED_SETS)[number];

export interface LabelledPicture {
  readonly set: LabelledSet;
  readonly file: string;
  /** Pictures of one scene at one time have the same: they are no two witnesses. */
  readonly scene: string;
  /** The part of the name before `_`: which clip a frame is from. */
  readonly clip: string;
  readonly truth: readonly Truth[];
}

interface Annotations {
  readonly images: readonly { readonly id: number; readonly file_name: string; readonly split?: string }[];
  readonly categories: readonly { readonly id: number; readonly name: string }[];
  readonly annotations: readonly { readonly image_id: number; readonly category_id: number; readonly bbox: Box; readonly ignore?: number; readonly iscrowd?: number }[];
}

/** Frames of one clip that are less than this apart show much the same people in much the same places. */
const SCENE_FRAMES = 180;

export async function readFrames(folder: string): Promise<LabelledPicture[]> {
  const { images, truthOf } = await readAnnotations(folder);
  return images.map(({ id, file_name }) => ({ set: 'frames', file: join(folder, file_name), ...sceneOf(file_name), truth: truthOf(id) }));
}

/** Variants of frames: `vtest_0060_dark.jpg` has the boxes of `vtest_0060.jpg`. */
export async function readLowLight(folder: string, framesFolder: string): Promise<LabelledPicture[]> {
  const { images, truthOf } = await readAnnotations(framesFolder);
  const variants = (await readdir(folder)).filter((name) => name.endsWith('.jpg')).sort();
  return variants.flatMap((name): LabelledPicture[] => {
    const frame = images.find(({ file_name }) => name.startsWith(`${file_name.replace(/\.jpg$/, '')}_`));
    return frame ? [{ set: 'lowlight', file: join(folder, name), ...sceneOf(name), truth: truthOf(frame.id) }] : [];
  });
}

export async function readCoco(folder: string): Promise<LabelledPicture[]> {
  const { images, truthOf } = await readAnnotations(folder);
  return images.map(({ id, file_name, split }) => ({
    set: split === 'val2017' ? 'coco-val' : 'coco-train', file: join(folder, 'images', file_name), scene: file_name, clip: 'coco', truth: truthOf(id),
  }));
}

async function readAnnotations(folder: string) {
  const { images, categories, annotations } = JSON.parse(await readFile(join(folder, 'annotations.json'), 'utf8')) as Annotations;
  const names = new Map(categories.map(({ id, name }) => [id, name]));
  const truthOf = (imageId: number): Truth[] => annotations
    .filter(({ image_id }) => image_id === imageId)
    .map(({ category_id, bbox, ignore, iscrowd }) => ({ label: names.get(category_id) ?? '', box: bbox, ignore: ignore === 1 || iscrowd === 1 }));
  return { images, truthOf };
}

function sceneOf(name: string): { clip: string; scene: string } {
  const [clip = '', frame = ''] = name.replace(/\.jpg$/, '').split('_');
  return { clip, scene: `${clip} ${Math.floor(Number(frame) / SCENE_FRAMES)}` };
}
