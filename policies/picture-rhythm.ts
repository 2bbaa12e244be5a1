/**
 * The rhythm of a device: how long it usually shows one picture before it shows another, and since when it shows the one that it shows now. A camera
 * whose sensor or network recorder hangs goes on sending, and what it sends looks like a quiet yard. Moved by a pure function, frame by frame in capture order.
 */
import { elapsedMs } from '../contracts/time.ts';
import type { Instant } from '../contracts/time.ts';
import { MOST_VIEWS, seenAgain } from './picture-signature.ts';
import type { PictureSignature } from './picture-signature.ts';

export interface PictureRhythm {
  /** The picture of now, as it came first in each encoding. Not as it came last: a scene that changes slowly would never have changed. */
  readonly views: readonly PictureSignature[];
  /** Capture time of the first frame that showed it. */
  readonly since: Instant;
  /** Frames that showed it. */
  readonly frames: number;
  /** For how long a picture stays, as a moving average; null until one was followed by another. */
  readonly usualStayMs: number | null;
  /** Of the last frame that moved this. */
  readonly lastCapturedAt: Instant;
}

export interface RhythmStep {
  readonly rhythm: PictureRhythm;
  /** For how long the picture may stay. */
  readonly limitMs: number;
  /** It has stayed for longer. */
  readonly frozen: boolean;
}

/** Of the usual stay. A device that shows its pictures for hours is not frozen for being a little late with the next one. */
const STAYS_UNTIL_FROZEN = 5;
/** A device that sends once an hour passes any limit of minutes with its second frame. More than there may be views, so that one of them was held against its like. */
const LEAST_FRAMES = MOST_VIEWS + 1;
/** What one stay counts for in the average: a dozen of others outweigh an odd one. */
const SHARE_OF_ONE_STAY = 1 / 8;

export interface SeenPicture {
  readonly signature: PictureSignature;
  readonly capturedAt: Instant;
}

/**
 * `leastMs`: the limit of a device whose pictures change faster. A frame that comes late moves nothing and is not frozen; nor is one behind a clock that was put back,
 * until time has caught up with it.
 */
export function follow(rhythm: PictureRhythm | null, frame: SeenPicture, leastMs: number): RhythmStep {
  const { signature, capturedAt } = frame;
  const limitMs = Math.max(leastMs, STAYS_UNTIL_FROZEN * (rhythm?.usualStayMs ?? 0));
  if (rhythm === null) return { rhythm: shownFirst(frame, null), limitMs, frozen: false };
  if (capturedAt <= rhythm.lastCapturedAt) return { rhythm, limitMs, frozen: false };

  const stayedMs = elapsedMs(rhythm.since, capturedAt);
  const views = seenAgain(rhythm.views, signature);
  if (views === undefined) {
    // A camera that hung or was off for days has not become a slow one.
    return { rhythm: shownFirst(frame, averaged(rhythm.usualStayMs, Math.min(stayedMs, limitMs))), limitMs, frozen: false };
  }
  const frames = rhythm.frames + 1;
  return { rhythm: { ...rhythm, views, frames, lastCapturedAt: capturedAt }, limitMs, frozen: frames >= LEAST_FRAMES && stayedMs > limitMs };
}

const shownFirst = ({ signature, capturedAt }: SeenPicture, usualStayMs: number | null): PictureRhythm =>
  ({ views: [signature], since: capturedAt, frames: 1, usualStayMs, lastCapturedAt: capturedAt });

const averaged = (usualMs: number | null, stayedMs: number): number =>
  usualMs === null ? stayedMs : usualMs + (stayedMs - usualMs) * SHARE_OF_ONE_STAY;
