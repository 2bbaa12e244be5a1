/** Reads the output tensors of coco-ssd (tfjs-models/coco-ssd, SSDLite on MobileNet v2). Pure. */
import { Failure } from '../../../contracts/failures.ts';
import { COCO_INDEX_OF_ID } from '../labels.ts';
import type { Candidate } from '../overlap.ts';

/** Ids 1 to 90; the background class is cut off within the graph. */
const CLASSES = 90;

/** `scores` is [anchors][90], `boxes` [anchors][top, left, bottom, right] in 0..1 of the picture; so are the boxes that come out. */
export function readAnchors(scores: Float32Array, boxes: Float32Array, scoreFloor: number): Candidate[] {
  const anchors = boxes.length / 4;
  if (scores.length !== anchors * CLASSES) {
    throw new Failure('detector_output_invalid', `${scores.length} scores for ${anchors} boxes`);
  }
  const candidates: Candidate[] = [];
  for (let anchor = 0; anchor < anchors; anchor += 1) {
    let best = 0;
    let score = 0;
    for (let i = 0; i < CLASSES; i += 1) {
      const value = scores[anchor * CLASSES + i] as number;
      // NaN is smaller than nothing: without this a broken model would look like an empty scene.
      if (!(value >= 0 && value <= 1)) throw new Failure('detector_output_invalid', `a score of ${value}`);
      if (value > score) [best, score] = [i, value];
    }
    const labelIndex = COCO_INDEX_OF_ID.get(best + 1);
    if (score < scoreFloor || labelIndex === undefined) continue;
    const [top, left, bottom, right] = boxes.subarray(anchor * 4, anchor * 4 + 4) as unknown as [number, number, number, number];
    candidates.push({ labelIndex, score, box: [left, top, right - left, bottom - top] });
  }
  return candidates;
}
