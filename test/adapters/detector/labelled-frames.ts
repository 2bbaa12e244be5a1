/** The labelled frames of the sample footage, and how well a detector does on them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { intersectionOverUnion } from '../../../adapters/detector/overlap.ts';
import { createImageReader } from '../../../adapters/images/image-reader.ts';
import type { Detector, FramePicture } from '../../../activities/ports/detector.ts';
import type { Box, Detection } from '../../../contracts/detection.ts';

interface Truth {
  readonly label: string;
  readonly box: Box;
  /** Not to be counted, whether found or not. */
  readonly ignore: boolean;
}

/** A standardised frame as a process has it that did not decode it itself. */
export const asPicture = (jpeg: Uint8Array): FramePicture => ({ sha256: '', jpeg: async () => jpeg });

export interface LabelledFrame {
  /** The part of the name before `_`: which clip the frame is from. */
  readonly clip: string;
  readonly file: string;
  readonly truth: readonly Truth[];
}

interface Annotations {
  readonly images: readonly { readonly id: number; readonly file_name: string }[];
  readonly categories: readonly { readonly id: number; readonly name: string }[];
  readonly annotations: readonly { readonly image_id: number; readonly category_id: number; readonly bbox: Box; readonly ignore?: number }[];
}

export async function readLabelledFrames(folder: string): Promise<LabelledFrame[]> {
  const { images, categories, annotations } = JSON.parse(await readFile(join(folder, 'annotations.json'), 'utf8')) as Annotations;
  const names = new Map(categories.map(({ id, name }) => [id, name]));
  return images.map(({ id, file_name }) => ({
    clip: file_name.split('_')[0] ?? '',
    file: join(folder, file_name),
    truth: annotations
      .filter(({ image_id }) => image_id === id)
      .map(({ category_id, bbox, ignore }) => ({ label: names.get(category_id) ?? '', box: bbox, ignore: ignore === 1 })),
  }));
}

/** What a detector says of each frame, by the way that frames take through the product. */
export async function detectAll(detector: Detector, frames: readonly LabelledFrame[]): Promise<{ frame: LabelledFrame; detections: readonly Detection[] }[]> {
  const reader = createImageReader();
  return Promise.all(
    frames.map(async (frame) => {
      const picture = await reader.standardise(await readFile(frame.file));
      return { frame, detections: (await detector.detect(asPicture(picture.jpeg), picture)).detections };
    }),
  );
}

export interface Tally {
  found: number;
  labelled: number;
  falseAlarms: number;
}

// The boxes were checked by eye and have about three pixels of slack.
const SAME_THING_IOU = 0.45;

/** Counts one group of labels as one class: a van may be called car or truck. */
export function tally(results: readonly { frame: LabelledFrame; detections: readonly Detection[] }[], labels: readonly string[], minScore: number): Tally {
  const sum: Tally = { found: 0, labelled: 0, falseAlarms: 0 };
  for (const { frame, detections } of results) {
    const wanted = frame.truth.filter(({ label, ignore }) => labels.includes(label) && !ignore);
    const ignored = frame.truth.filter(({ ignore }) => ignore);
    const open = new Set(wanted);
    for (const { box } of detections.filter(({ label, score }) => labels.includes(label) && score >= minScore)) {
      const overlaps = [...open].map((truth) => ({ truth, iou: intersectionOverUnion(truth.box, box) })).sort((a, b) => b.iou - a.iou);
      const best = overlaps[0];
      if (best && best.iou >= SAME_THING_IOU) open.delete(best.truth);
      else if (!ignored.some((truth) => intersectionOverUnion(truth.box, box) > 0.2)) sum.falseAlarms += 1;
    }
    sum.found += wanted.length - open.size;
    sum.labelled += wanted.length;
  }
  return sum;
}
