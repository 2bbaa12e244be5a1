/** Decode and detect, and nothing else: what this machine could do if everything around detection were free. */
import type { Detector } from '../../../activities/ports/detector.ts';
import { openDetector } from '../../../adapters/detector/registry.ts';
import type { Settings } from '../../../config/settings.ts';
import type { ModelIdentity } from '../../../contracts/detection.ts';
import { resolveAsset } from '../../../scripts/provision/assets.mjs';
import { workLoop } from '../measure/work-loop.ts';
import type { LoopFigures } from '../measure/work-loop.ts';
import type { Pictures } from '../pictures.ts';

export interface BareLoop extends LoopFigures {
  readonly model: ModelIdentity;
  readonly threads: number;
}

/** One picture is inferred and the next one decoded for each thread, which is all that the detector holds at once. */
const PICTURES_PER_THREAD = 2;

export async function bareLoop(pictures: Pictures, settings: Settings, seconds: number): Promise<BareLoop> {
  const { detector: wanted, detectorThreads: threads, tfjsBackend } = settings;
  const { detector } = await openDetector({ ...(wanted === 'auto' ? {} : { preferred: wanted }), threads, tfjsBackend, resolve: async (name) => resolveAsset(name)?.path });
  try {
    return { ...(await loop(detector, pictures, threads, seconds)), model: detector.identity, threads };
  } finally {
    await detector.close();
  }
}

const loop = (detector: Detector, { jpegs, size }: Pictures, threads: number, seconds: number): Promise<LoopFigures> =>
  workLoop({ jpegs, seconds, atOnce: threads * PICTURES_PER_THREAD, work: (bytes) => detector.detect({ sha256: '', jpeg: async () => bytes }, size) });
