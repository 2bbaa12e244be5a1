/** From what a model proposes to what the product calls detections; the same for every model, so that rules see no difference. */
import type { PictureSize } from '../../activities/ports/detector.ts';
import type { Box, Detection, DetectionSet, ModelIdentity } from '../../contracts/detection.ts';
import type { Calibration } from './calibration.ts';
import type { Candidate } from './overlap.ts';
import { suppressOverlaps } from './overlap.ts';

/** Boxes of `candidates` are in pixels of `size`; they are cut at its edges. */
export function toDetectionSet(
  candidates: readonly Candidate[],
  size: PictureSize,
  labels: readonly string[],
  model: ModelIdentity,
  calibration: Calibration,
): DetectionSet {
  const detections = suppressOverlaps(candidates).flatMap(({ labelIndex, score, box }): Detection[] => {
    const cut = cutAtEdges(box, size);
    const label = labels[labelIndex];
    return cut && label !== undefined ? [{ label, score: round(score, 4), probability: round(calibration.toProbability(score, label), 4), box: cut }] : [];
  });
  return { width: size.width, height: size.height, model, detections: detections.sort((a, b) => b.probability - a.probability) };
}

function cutAtEdges([x, y, width, height]: Box, size: PictureSize): Box | undefined {
  const left = Math.max(0, x);
  const top = Math.max(0, y);
  const right = Math.min(size.width, x + width);
  const bottom = Math.min(size.height, y + height);
  // Less than a pixel is no object that a person could check.
  if (!(right - left >= 1 && bottom - top >= 1)) return undefined;
  // Tenths of a pixel: finer than any model is right, and a third of the bytes.
  return [round(left, 1), round(top, 1), round(right - left, 1), round(bottom - top, 1)];
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
