/** Keeps one box of the many that a detector puts on one object (non-maximum suppression). */
import type { Box } from '../../contracts/detection.ts';

export interface Candidate {
  /** Index into the model's label list. */
  readonly labelIndex: number;
  readonly score: number;
  readonly box: Box;
}

// Labelled neighbours of one class overlap by up to 0.40; of the boxes that a model puts on one thing 95 in 100 overlap by more than 0.55.
const SAME_LABEL_MAX_IOU = 0.5;
// One animal is often called dog and cat, one van car and truck: such pairs overlap by 0.84 and more. Different things that truly share
// their place, such as a cat on a couch (0.61) or a person on a horse, overlap by less and both stay.
const OTHER_LABEL_MAX_IOU = 0.8;
// A crowd of a hundred is an alert like a crowd of a thousand; it bounds what a hostile picture can make us store.
const MAX_KEPT = 100;

/** Area shared by two boxes over the area that they cover together, 0..1. */
export function intersectionOverUnion(a: Box, b: Box): number {
  const width = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (a[2] * a[3] + b[2] * b[3] - shared);
}

/** Highest score first. */
export function suppressOverlaps(candidates: readonly Candidate[]): Candidate[] {
  const kept: Candidate[] = [];
  for (const candidate of [...candidates].sort((a, b) => b.score - a.score)) {
    const hidden = kept.some(
      (better) =>
        intersectionOverUnion(better.box, candidate.box) > (better.labelIndex === candidate.labelIndex ? SAME_LABEL_MAX_IOU : OTHER_LABEL_MAX_IOU),
    );
    if (hidden) continue;
    kept.push(candidate);
    if (kept.length === MAX_KEPT) break;
  }
  return kept;
}
