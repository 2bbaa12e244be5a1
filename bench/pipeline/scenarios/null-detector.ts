/** The pipeline as it is started, with a detector that sees nothing at once: what is left is the price of orchestration. */
import { fileURLToPath } from 'node:url';
import type { Settings } from '../../../config/settings.ts';
import { ONE_BOX } from '../../../workers/plant.ts';
import type { Saturation } from '../measure/saturate.ts';
import type { LoopFigures } from '../measure/work-loop.ts';
import type { Lengths } from '../options.ts';
import type { Pictures } from '../pictures.ts';
import { AS_STARTED, saturatedPipeline } from './saturated-pipeline.ts';

const NULL_DETECTOR_WORKER = fileURLToPath(new URL('../null-detector-worker.mjs', import.meta.url));
const WORKERS = ONE_BOX.map((plan) => (plan.name === 'pictures' ? { ...plan, args: ['validate', 'detect'], executable: NULL_DETECTOR_WORKER } : plan));

/** What the dispatcher makes of the real detector: as it was seen, or else as it computes it. */
export const usualBatch = (seen: Saturation | undefined, bare: LoopFigures, { batchDetectMs, batchFrames }: Settings): number =>
  seen?.batchFrames.p50 ?? Math.max(1, Math.min(batchFrames, Math.round(batchDetectMs * bare.framesPerSecond / 1000)));

/** `batchFrames`: of a usual batch. A detector that takes no time would let the dispatcher fill batches as no real one does, and orchestration would look cheaper than it is. */
export const nullDetector = (pictures: Pictures, lengths: Lengths, batchFrames: number): Promise<Saturation> =>
  saturatedPipeline({ ...AS_STARTED, env: { ...AS_STARTED.env, WATCHPOST_BATCH_FRAMES: String(batchFrames) }, workers: WORKERS }, pictures, lengths);
