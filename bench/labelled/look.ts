/** What a detector says of labelled pictures, by the way that frames take through the product. */
import { readFile } from 'node:fs/promises';
import type { Detector } from '../../activities/ports/detector.ts';
import type { Detection } from '../../contracts/detection.ts';
import { readerOf } from '../../test/support/plain-camera.ts';
import type { LabelledPicture } from './pictures.ts';

export interface Seen extends LabelledPicture {
  readonly detections: readonly Detection[];
}

export async function lookAt(detector: Detector, pictures: readonly LabelledPicture[]): Promise<Seen[]> {
  const reader = readerOf();
  return Promise.all(pictures.map(async (picture) => {
    const standardised = await reader.standardise(await readFile(picture.file));
    const { detections } = await detector.detect({ sha256: '', jpeg: async () => standardised.jpeg }, standardised);
    return { ...picture, detections };
  }));
}
