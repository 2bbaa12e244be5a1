/**
 * When capture times that cannot be right become a notice to the owner, and when it is over. Pure, and over our own clock, because the camera's is
 * what is wrong; only the order of frames is that of their capture, in which they are looked at.
 *
 * A stretch begins with a frame of a wrong time and is only suspected. The next right one ends it then. Once it is long enough, in frames and in time,
 * it is opened, which is told. From then on it takes several right frames in a row to close it.
 */
import { elapsedMs, plusMs } from '../contracts/time.ts';
import type { Instant } from '../contracts/time.ts';

export interface ClockSettings {
  /** Further ahead of its acceptance than this no capture time can be right. */
  readonly aheadMs: number;
  /** A stretch of fewer wrong frames is not told. */
  readonly frames: number;
  /** From its first frame to the one with which it is told, at least. */
  readonly overMs: number;
  /** Right frames in a row that close it. */
  readonly rightFrames: number;
  /** From one notice of a device to the next, at least. */
  readonly apartMs: number;
}

export const DEFAULT_CLOCK: ClockSettings = Object.freeze({
  aheadMs: 30_000,
  frames: 3,
  /** A camera that has just started may send some frames before its time server answers. */
  overMs: 60_000,
  rightFrames: 10,
  apartMs: 6 * 3_600_000,
});

/** A frame that comes later than this after its capture comes of a recorder, or of a slow line: what its clock says now nobody knows. */
const LATE_MS = 600_000;

/** Moments are of acceptance. */
export interface ClockStretch {
  readonly since: Instant;
  readonly lastAt: Instant;
  readonly frames: number;
  readonly rightFrames: number;
  /** When the first right frame after the latest wrong one was accepted; null while there is none. */
  readonly wellSince: Instant | null;
  /** Capture time: frames up to then have moved it and move it no more. */
  readonly seenUntil: Instant;
  /** When it was told; null while it is suspected. */
  readonly openedAt: Instant | null;
  /** How far the latest wrong frame lay ahead, negative when behind. */
  readonly offSeconds: number;
}

export type PastClockNotice = Pick<ClockStretch, 'seenUntil'> & { readonly openedAt: Instant };

export interface TimedFrame {
  readonly capturedAt: Instant;
  readonly acceptedAt: Instant;
}

export type ClockMove =
  | { readonly kind: 'unmoved' }
  | { readonly kind: 'moved'; readonly stretch: ClockStretch }
  /** Only suspected, and ended by a right frame. */
  | { readonly kind: 'dropped' }
  | { readonly kind: 'closed'; readonly stretch: ClockStretch };

const UNMOVED: ClockMove = Object.freeze({ kind: 'unmoved' });

export const isAhead = ({ capturedAt, acceptedAt }: TimedFrame, { aheadMs } = DEFAULT_CLOCK): boolean => elapsedMs(acceptedAt, capturedAt) > aheadMs;

export function watchClock(stretch: ClockStretch | null, past: PastClockNotice | null, frame: TimedFrame, settings = DEFAULT_CLOCK): ClockMove {
  const { capturedAt, acceptedAt } = frame;
  const seenUntil = stretch?.seenUntil ?? past?.seenUntil;
  if (seenUntil !== undefined && capturedAt <= seenUntil) return UNMOVED;
  const aheadMs = elapsedMs(acceptedAt, capturedAt);
  if (aheadMs > settings.aheadMs || (stretch !== null && isSlow(stretch, aheadMs, settings))) {
    return { kind: 'moved', stretch: openedClock(longerClock(stretch, { at: acceptedAt, frames: 1, offMs: aheadMs, seenUntil: capturedAt }), past, settings) };
  }
  if (stretch === null || aheadMs < -LATE_MS) return UNMOVED;
  if (stretch.openedAt === null) return { kind: 'dropped' };
  const right = { ...stretch, seenUntil: capturedAt, rightFrames: stretch.rightFrames + 1, wellSince: stretch.wellSince ?? acceptedAt };
  return { kind: right.rightFrames >= settings.rightFrames ? 'closed' : 'moved', stretch: right };
}

/** Behind is normal, but for a clock of which it is known that it was put back: as long as it keeps that distance. */
const isSlow = ({ offSeconds }: ClockStretch, aheadMs: number, settings: ClockSettings): boolean =>
  offSeconds < 0 && -aheadMs > settings.aheadMs && Math.abs(aheadMs - offSeconds * 1000) <= settings.aheadMs;

export interface WrongTimes {
  /** Of the latest, by our clock. */
  readonly at: Instant;
  readonly frames: number;
  readonly offMs: number;
  readonly seenUntil: Instant;
  /** When the first of them came; `at` when left out. */
  readonly since?: Instant;
}

/** The stretch with more wrong times, which end what was right of it. */
export const longerClock = (stretch: ClockStretch | null, { at, frames, offMs, seenUntil, since = at }: WrongTimes): ClockStretch => ({
  since: stretch?.since ?? since, lastAt: at, frames: (stretch?.frames ?? 0) + frames, rightFrames: 0, wellSince: null, seenUntil, openedAt: stretch?.openedAt ?? null,
  offSeconds: Math.round(offMs / 1000),
});

/** A device whose clock is wrong again soon after its last notice is told once that is long enough ago, if it still is. */
export function openedClock(stretch: ClockStretch, past: PastClockNotice | null, { frames, overMs, apartMs }: ClockSettings): ClockStretch {
  const long = stretch.frames >= frames && elapsedMs(stretch.since, stretch.lastAt) >= overMs;
  const apart = past === null || stretch.lastAt >= plusMs(past.openedAt, apartMs);
  return stretch.openedAt === null && long && apart ? { ...stretch, openedAt: stretch.lastAt } : stretch;
}
