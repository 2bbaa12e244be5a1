/** What calibration learns from: scores, each with whether the thing was there. */
import { CLASS_GROUP_NAMES, groupOf } from '../../contracts/class-groups.ts';
import type { ClassGroup } from '../../contracts/class-groups.ts';
import { judge } from '../labelled/judge.ts';
import type { Seen } from '../labelled/look.ts';

export interface Pair {
  readonly score: number;
  readonly right: boolean;
  readonly group: ClassGroup;
  readonly scene: string;
}

export const pairsOf = (seen: readonly Seen[]): Pair[] => seen.flatMap(({ detections, truth, scene }) =>
  judge(detections, truth).judged.flatMap(({ detection, verdict }) =>
    (verdict === 'not counted' ? [] : [{ score: detection.score, right: verdict === 'right', group: groupOf(detection.label), scene }])));

export const byGroup = (pairs: readonly Pair[]): ReadonlyMap<ClassGroup, readonly Pair[]> =>
  new Map(CLASS_GROUP_NAMES.map((group) => [group, pairs.filter((pair) => pair.group === group)]));

/** Whole scenes go to one fold, in turn by name: nobody is judged by a fit that saw the same people a second earlier. */
export function foldsOf(pairs: readonly Pair[], folds: number): number[] {
  const scenes = [...new Set(pairs.map(({ scene }) => scene))].sort();
  const foldOf = new Map(scenes.map((scene, i) => [scene, i % folds]));
  return pairs.map(({ scene }) => foldOf.get(scene)!);
}
