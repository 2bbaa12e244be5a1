/**
 * When frames that show nothing become a notice to the owner, and when it is over. One pure function over capture time, as with incidents.
 *
 * A stretch begins with a frame that shows nothing and is only suspected. A good frame ends it then, as if nothing had been. Once it is long
 * enough, in frames and in time, it is opened, which is told. From then on it takes good frames for a while to close it, because a broken camera
 * has its moments: headlights pass, a loose cable has contact.
 */
import { elapsedMs, plusMs } from '../contracts/time.ts';
import type { Instant } from '../contracts/time.ts';

export interface WatchSettings {
  /** A stretch of fewer frames is not told. */
  readonly frames: number;
  /** From its first frame to the one with which it is told, at least. */
  readonly afterMs: number;
  /** Good frames for this long close it. */
  readonly wellAfterMs: number;
  /** From one notice of a device to the next, at least. */
  readonly apartMs: number;
}

export const DEFAULT_WATCH: WatchSettings = Object.freeze({ frames: 5, afterMs: 180_000, wellAfterMs: 300_000, apartMs: 6 * 3_600_000 });

/** All moments are capture times. */
export interface Stretch {
  readonly since: Instant;
  readonly lastAt: Instant;
  readonly frames: number;
  /** First good frame after the latest void one; null while there is none. */
  readonly wellSince: Instant | null;
  /** Frames up to then have moved it and move it no more. */
  readonly seenUntil: Instant;
  /** The frame with which it was told; null while it is suspected. */
  readonly openedAt: Instant | null;
}

/** The last notice of a device that was closed. */
export type PastNotice = { readonly openedAt: Instant } & Pick<Stretch, 'seenUntil'>;

export interface WatchedFrame {
  readonly capturedAt: Instant;
  readonly shows: 'nothing' | 'something';
}

export type Move =
  /** As it was: the frame came late or was seen before, or is a good one of a device that is well. */
  | { readonly kind: 'unmoved' }
  /** Begun, longer, opened, or with another good frame. */
  | { readonly kind: 'moved'; readonly stretch: Stretch }
  /** Only suspected, and ended by a good frame. */
  | { readonly kind: 'dropped' }
  /** Well again. */
  | { readonly kind: 'closed'; readonly stretch: Stretch };

const UNMOVED: Move = Object.freeze({ kind: 'unmoved' });

export function watchFrame(stretch: Stretch | null, past: PastNotice | null, { capturedAt, shows }: WatchedFrame, settings = DEFAULT_WATCH): Move {
  const seenUntil = stretch?.seenUntil ?? past?.seenUntil;
  if (seenUntil !== undefined && capturedAt <= seenUntil) return UNMOVED;
  if (shows === 'nothing') return { kind: 'moved', stretch: opened(longer(stretch, capturedAt), past, settings) };
  if (stretch === null) return UNMOVED;
  if (stretch.openedAt === null) return { kind: 'dropped' };
  const wellSince = stretch.wellSince ?? capturedAt;
  const kind = elapsedMs(wellSince, capturedAt) >= settings.wellAfterMs ? 'closed' : 'moved';
  return { kind, stretch: { ...stretch, wellSince, seenUntil: capturedAt } };
}

const longer = (stretch: Stretch | null, capturedAt: Instant): Stretch => ({
  since: stretch?.since ?? capturedAt, lastAt: capturedAt, frames: (stretch?.frames ?? 0) + 1, wellSince: null, seenUntil: capturedAt,
  openedAt: stretch?.openedAt ?? null,
});

/** A device that is void again soon after its last notice is told once that is long enough ago, if it still is. */
function opened(stretch: Stretch, past: PastNotice | null, { frames, afterMs, apartMs }: WatchSettings): Stretch {
  const long = stretch.frames >= frames && elapsedMs(stretch.since, stretch.lastAt) >= afterMs;
  const apart = past === null || stretch.lastAt >= plusMs(past.openedAt, apartMs);
  return stretch.openedAt === null && long && apart ? { ...stretch, openedAt: stretch.lastAt } : stretch;
}
