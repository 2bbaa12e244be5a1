/** How many frames go into a batch and how many batches are in flight, by how fast detection is and whether it idles. Pure. */
import type { DetectionCapacity } from '../adapters/postgres/workers.ts';

export interface AdaptiveSettings {
  /** The most frames in a batch; 1 gives every frame a workflow of its own. */
  readonly batchFrames: number;
  readonly batchDetectMs: number;
  /** Holds the number of batches in flight; 0 lets it follow detection. */
  readonly batchesInFlight: number;
}

export interface AdaptedLimits {
  readonly batchFrames: number;
  readonly inFlight: number;
  readonly aloneInFlight: number;
}

/** Before any detect worker has said how busy it is: as many slots as one of them has. */
const SLOTS_UNTIL_KNOWN = 2;
/** Frames in a batch until a detector has been measured: a slow one gets no more than half a second of work in one go. */
const FRAMES_UNTIL_KNOWN = 8;
/** Less than this, and the gaps are those between one batch and the next. */
const IDLES_FROM_SHARE = 0.15;
/** A look that finds detection busy takes back one of what idle looks added. */
const BUSY_BELOW_SHARE = 0.05;
/** What waits in Temporal can be neither reordered nor put into a fuller batch, so the raise ends somewhere. */
const MOST_PER_SLOT = 12;
/** It is validated while others are looked at, or judged and recorded after that. */
const BESIDE_DETECTION = 1;
/** One runs and the next one is at hand. */
const ALONE_PER_QUARANTINE = 2;

/** The limits of the next look. `previous` is what the last one gave; `batchesFull` says that what was claimed since then came in batches of the full size. */
export function adaptLimits(previous: AdaptedLimits | undefined, capacity: DetectionCapacity, batchesFull: boolean, settings: AdaptiveSettings): AdaptedLimits {
  const slots = capacity.slots || SLOTS_UNTIL_KNOWN;
  const inFlight = settings.batchesInFlight > 0 ? settings.batchesInFlight : follow(previous?.inFlight ?? slots + BESIDE_DETECTION, slots, capacity, batchesFull);
  const frames = capacity.frameMs === null ? FRAMES_UNTIL_KNOWN : Math.round(settings.batchDetectMs / Math.max(capacity.frameMs, 0.001));
  return {
    batchFrames: Math.max(1, Math.min(settings.batchFrames, frames)),
    inFlight,
    aloneInFlight: ALONE_PER_QUARANTINE * capacity.quarantines,
  };
}

/**
 * A batch for each detect slot and one on its way keep detection fed where the way is short; while it idles although frames wait, the way is longer than that.
 * Not where batches are less than full: more of them would only be smaller, and on a machine where detection lacks cores rather than frames, that takes still more from it.
 */
function follow(current: number, slots: number, { idleShare, framesWait }: DetectionCapacity, batchesFull: boolean): number {
  const starved = framesWait && batchesFull && idleShare !== null && idleShare > IDLES_FROM_SHARE;
  const busy = idleShare === null || idleShare < BUSY_BELOW_SHARE || !batchesFull;
  const next = current + (starved ? 2 : 0) - (busy || !framesWait ? 1 : 0);
  return Math.max(slots + BESIDE_DETECTION, Math.min(next, slots * MOST_PER_SLOT));
}
