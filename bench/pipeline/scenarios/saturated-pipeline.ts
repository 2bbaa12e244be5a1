/** The whole pipeline with more frames than it can settle, in the ways in which it can be run. */
import { ONE_BOX, workerPlan } from '../../../workers/plant.ts';
import type { ChildPlan } from '../../../workers/child-processes.ts';
import { STAGE_NAMES } from '../../../contracts/stages.ts';
import type { Lengths } from '../options.ts';
import type { Pictures } from '../pictures.ts';
import { withPlant } from '../plant-under-load.ts';
import { saturate } from '../measure/saturate.ts';
import type { Saturation } from '../measure/saturate.ts';
import { putCameras } from '../scene.ts';

export interface Variant {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly workers: readonly ChildPlan[];
}

/** K is the most frames in a batch: at 1 every frame has a workflow of its own. */
const ONE_FRAME = { WATCHPOST_BATCH_FRAMES: '1' };
const SPREAD = { WATCHPOST_PLACEMENT: 'spread' };
const COMPACT = { WATCHPOST_PLACEMENT: 'compact' };

/** What `watchpost start` runs on one machine, and what everything else is compared with. */
export const AS_STARTED: Variant = { name: 'adaptive, compact', env: COMPACT, workers: ONE_BOX };

export const VARIANTS: readonly Variant[] = [
  { name: 'K=1, spread', env: { ...SPREAD, ...ONE_FRAME }, workers: ONE_BOX },
  { name: 'adaptive, spread', env: SPREAD, workers: ONE_BOX },
  { name: 'K=1, compact', env: { ...COMPACT, ...ONE_FRAME }, workers: ONE_BOX },
  AS_STARTED,
];

/** Not to be fast, but to tell the stages' CPU apart. */
export const STAGE_BY_STAGE: Variant = { name: 'adaptive, spread, a process per stage', env: SPREAD, workers: STAGE_NAMES.map((stage) => workerPlan(stage, [stage])) };

export const saturatedPipeline = ({ env, workers }: Variant, { jpegs }: Pictures, lengths: Lengths): Promise<Saturation> =>
  withPlant({ jpegs, env, workers }, async (underLoad) => {
    await putCameras(underLoad.plant);
    return saturate(underLoad, lengths);
  });
