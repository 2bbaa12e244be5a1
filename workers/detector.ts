/** Opens the detector of this process and says, wherever anybody looks, which one it is. */
import type { Detector } from '../activities/ports/detector.ts';
import { openDetector } from '../adapters/detector/registry.ts';
import type { OpenDetectorOptions } from '../adapters/detector/registry.ts';
import type { DetectorInUse } from '../adapters/postgres/workers.ts';
import { Failure } from '../contracts/failures.ts';
import { resolveAsset } from '../scripts/provision/assets.mjs';
import type { Dependencies } from './dependencies.ts';

/** Opens a detector with that many threads. */
export type OpenDetector = (threads: number) => Promise<Detector>;

export async function openDetectorInUse({ settings, log, onClose, openDetector: given }: Dependencies, how: Pick<OpenDetectorOptions, 'threads' | 'decode'>): Promise<{ detector: Detector; inUse: DetectorInUse }> {
  if (given) {
    const detector = await given(how.threads);
    onClose(() => detector.close());
    return { detector, inUse: { ...detector.identity, labels: detector.labels, fallback: null } };
  }
  const { detector: wanted } = settings;
  const { detector, fallback } = await openDetector({
    ...(wanted === 'auto' ? {} : { preferred: wanted }), ...how,
    resolve: async (name) => resolveAsset(name)?.path,
  });
  onClose(() => detector.close());
  // `auto` may fall back, loudly; who names a detector would rather have no answer than that of another one.
  if (wanted !== 'auto' && fallback) throw new Failure('detector_unavailable', fallback);
  if (fallback) log.warn({ detector: detector.identity, fallback }, 'FALLBACK DETECTOR IN USE');
  else log.info({ detector: detector.identity }, 'detector in use');
  return { detector, inUse: { ...detector.identity, labels: detector.labels, fallback: fallback ?? null } };
}
