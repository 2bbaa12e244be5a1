/** Measures how busy detection is in this process, whatever models do it, so that the dispatcher can size its batches by it. */
import type { Detector } from '../activities/ports/detector.ts';
import type { DetectLoad } from '../adapters/postgres/workers.ts';

/** The last looks count most, but one odd frame does not swing the size of batches. */
const WEIGHT_OF_NEWEST = 0.3;

export interface DetectMeter {
  /** The same detector, counted. */
  watch(detector: Detector): Detector;
  /** The load since the last call. */
  takeLoad(): DetectLoad;
}

/** `threads`: how many frames can truly be worked on at once; what waits beside them adds no load. */
export function createDetectMeter({ slots, threads }: { readonly slots: number; readonly threads: number }, now: () => number = () => performance.now()): DetectMeter {
  let inHand = 0;
  /** Thread time in use, as a share of all threads: 1 ms here is 1 ms of all of them. */
  let busyMs = 0;
  let frames = 0;
  let windowStartedAt = now();
  let countedTo = windowStartedAt;
  let frameMs: number | null = null;

  const count = (): void => {
    const at = now();
    busyMs += (at - countedTo) * (Math.min(inHand, threads) / threads);
    countedTo = at;
  };

  return {
    watch: (detector) => ({
      ...detector,
      async detect(picture, size) {
        count();
        inHand += 1;
        try {
          return await detector.detect(picture, size);
        } finally {
          count();
          inHand -= 1;
          frames += 1;
        }
      },
    }),
    takeLoad() {
      count();
      const windowMs = countedTo - windowStartedAt;
      if (frames > 0) frameMs = frameMs === null ? busyMs / frames : frameMs + WEIGHT_OF_NEWEST * (busyMs / frames - frameMs);
      const load: DetectLoad = { slots, frameMs, idleShare: windowMs > 0 ? Math.max(0, 1 - busyMs / windowMs) : 1 };
      busyMs = 0;
      frames = 0;
      windowStartedAt = countedTo;
      return load;
    },
  };
}
