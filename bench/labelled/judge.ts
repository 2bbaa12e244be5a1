/** Holds what a detector said of a picture against what people said. Pure. */
import { intersectionOverUnion } from '../../adapters/detector/overlap.ts';
import { groupOf } from '../../contracts/class-groups.ts';
import type { Box, Detection } from '../../contracts/detection.ts';
import type { Truth } from './pictures.ts';

// The boxes were checked by eye and have about three pixels of slack.
const SAME_THING_IOU = 0.45;
/** Of a detection that lies in a region which people left unsaid, such as a crowd. */
const IGNORED_SHARE = 0.5;

export interface Judged {
  readonly detection: Detection;
  readonly verdict: 'right' | 'wrong' | 'not counted';
}

export interface Judgement {
  readonly judged: readonly Judged[];
  /** Things that were there to be found, and how many were. */
  readonly labelled: number;
  readonly found: number;
}

/** A van may be called car or truck; everything else has one name. */
export const sameName = (said: string, labelled: string): boolean => said === labelled || (groupOf(said) === 'vehicle' && groupOf(labelled) === 'vehicle');

/** Surest first, each thing is found once: a second detection of it is wrong. */
export function judge(detections: readonly Detection[], truth: readonly Truth[]): Judgement {
  const wanted = truth.filter(({ ignore }) => !ignore);
  const ignored = truth.filter(({ ignore }) => ignore);
  const open = new Set(wanted);
  const judged = [...detections].sort((a, b) => b.score - a.score).map((detection): Judged => {
    const nearest = [...open]
      .filter(({ label }) => sameName(detection.label, label))
      .map((thing) => ({ thing, iou: intersectionOverUnion(thing.box, detection.box) }))
      .sort((a, b) => b.iou - a.iou)[0];
    if (nearest && nearest.iou >= SAME_THING_IOU) {
      open.delete(nearest.thing);
      return { detection, verdict: 'right' };
    }
    const unsaid = ignored.some(({ label, box }) => sameName(detection.label, label) && shareWithin(detection.box, box) > IGNORED_SHARE);
    return { detection, verdict: unsaid ? 'not counted' : 'wrong' };
  });
  return { judged, labelled: wanted.length, found: wanted.length - open.size };
}

/** Share of the area of `inner` that lies in `outer`, 0..1. */
function shareWithin(inner: Box, outer: Box): number {
  const width = Math.min(inner[0] + inner[2], outer[0] + outer[2]) - Math.max(inner[0], outer[0]);
  const height = Math.min(inner[1] + inner[3], outer[1] + outer[3]) - Math.max(inner[1], outer[1]);
  return width <= 0 || height <= 0 ? 0 : (width * height) / (inner[2] * inner[3]);
}

export interface Tally {
  readonly labelled: number;
  readonly found: number;
  readonly falseAlarms: number;
}

/** One group of labels over many pictures, detections from `minScore` up. */
export function tally(seen: readonly { readonly truth: readonly Truth[]; readonly detections: readonly Detection[] }[], labels: readonly string[], minScore: number): Tally {
  const judgements = seen.map(({ truth, detections }) =>
    judge(detections.filter(({ label, score }) => labels.includes(label) && score >= minScore), truth.filter(({ label }) => labels.includes(label))));
  const sum = (count: (judgement: Judgement) => number): number => judgements.reduce((total, judgement) => total + count(judgement), 0);
  return {
    labelled: sum(({ labelled }) => labelled),
    found: sum(({ found }) => found),
    falseAlarms: sum(({ judged }) => judged.filter(({ verdict }) => verdict === 'wrong').length),
  };
}
