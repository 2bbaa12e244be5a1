/**
 * What rules remember of a device between frames: bounded, plain JSON, moved by pure functions only.
 *
 * The cursor is the capture time up to which the device's frames are in the memory. Rules with a memory (k of n, dwell,
 * arrival) must see time go forward, so a frame behind the cursor is judged but moves nothing that they remember.
 */
import { elapsedMs } from '../../contracts/time.ts';
import type { Instant } from '../../contracts/time.ts';
import { readHits, readStreak } from './read-hits.ts';
import { readScene } from './read-scene.ts';
import { fieldsOf, isCount, isMoment } from './read-values.ts';
import type { SceneMemory } from './scene-memory.ts';

export interface DeviceMemory {
  readonly version: 2;
  /** Null before the first frame. */
  readonly cursor: Instant | null;
  /** When the frame that set the cursor was accepted: only frames accepted after it can tell that the clock jumped. */
  readonly cursorAcceptedAt: Instant | null;
  /** The frames behind the cursor that keep coming with one and the same delay; null without any. */
  readonly behind: BehindStreak | null;
  /** Frames that the rules have remembered; each has its number from here. */
  readonly frames: number;
  /** Null while no rule of the device asks for it, and before the first frame that one does. */
  readonly scene: SceneMemory | null;
  /** Frames on which the child of a `frames` condition held, latest last, by the condition's key; only as many as can still count. */
  readonly hits: Readonly<Record<string, readonly Hit[]>>;
}

/** Number of the frame and its capture time, epoch milliseconds. */
export type Hit = readonly [frame: number, atMs: number];

export interface BehindStreak {
  readonly firstCapturedAt: Instant;
  readonly firstAcceptedAt: Instant;
  readonly frames: number;
}

export const EMPTY_MEMORY: DeviceMemory = Object.freeze({ version: 2, cursor: null, cursorAcceptedAt: null, behind: null, frames: 0, scene: null, hits: Object.freeze({}) });

/** Both by the clock that stamped them: the camera's and ours. */
export interface FrameTimes {
  readonly capturedAt: Instant;
  readonly acceptedAt: Instant;
}

export interface Advance {
  readonly memory: DeviceMemory;
  /** Captured before a frame that was judged already. */
  readonly late: boolean;
  /** The camera's clock was put back: the memory starts anew at this frame, and someone should look at the camera. */
  readonly clockJumpedBack: boolean;
}

export const CLOCK_SETTINGS = Object.freeze({
  /** A capture time this far ahead of its acceptance is a wrong clock; a cursor put there would make every honest frame late. */
  aheadLimitMs: 30_000,
  /** Parallel uploads overtake each other by a second or two. Frames less far behind than this are late and nothing more. */
  jumpBackMs: 5_000,
  /** A delay that stays this equal is a clock, not an upload: a backlog comes in faster than it was captured. */
  steadySlackMs: 2_000,
  /** Long enough that a backlog sent at 1.1 times its own speed gives itself away: over 30 s its delay moves by 3 s. */
  steadyForMs: 30_000,
  /** Two or three frames of a slow camera may keep a delay by chance. */
  steadyFrames: 5,
});

/**
 * Moves the cursor for one frame, in the order in which frames are judged.
 *
 * A clock that was put back is told from frames that merely come late by two signs, each on frames accepted after the
 * one at the cursor and captured well behind it:
 * - the cursor lies in the future of this frame's acceptance, and the frame is fresh: no clock can have been right in
 *   both, and the later word counts;
 * - frames keep coming at the pace of the clock on the wall, all with the same delay, and none at the cursor: that is a
 *   live camera with a slow clock, and without this sign its rules would stand still for as long as the jump was wide.
 */
export function advance(memory: DeviceMemory, frame: FrameTimes, settings = CLOCK_SETTINGS): Advance {
  const { cursor, cursorAcceptedAt } = memory;
  if (cursor === null || cursorAcceptedAt === null || frame.capturedAt >= cursor) {
    const clockAhead = elapsedMs(frame.acceptedAt, frame.capturedAt) > settings.aheadLimitMs;
    return { memory: clockAhead ? memory : forwardTo(frame, memory), late: false, clockJumpedBack: false };
  }
  const overtaken = frame.acceptedAt <= cursorAcceptedAt;
  if (overtaken || elapsedMs(frame.capturedAt, cursor) <= settings.jumpBackMs) return { memory, late: true, clockJumpedBack: false };

  const delayMs = elapsedMs(frame.capturedAt, frame.acceptedAt);
  const cursorInFuture = cursor > frame.acceptedAt && delayMs <= settings.aheadLimitMs;
  const behind = prolonged(memory.behind, frame, settings.steadySlackMs);
  const steady = behind.frames >= settings.steadyFrames && elapsedMs(behind.firstAcceptedAt, frame.acceptedAt) >= settings.steadyForMs;
  if (cursorInFuture || steady) return { memory: forwardTo(frame, EMPTY_MEMORY), late: false, clockJumpedBack: true };
  return { memory: { ...memory, behind }, late: true, clockJumpedBack: false };
}

const forwardTo = ({ capturedAt, acceptedAt }: FrameTimes, { frames, scene, hits }: DeviceMemory): DeviceMemory =>
  ({ version: 2, cursor: capturedAt, cursorAcceptedAt: acceptedAt, behind: null, frames, scene, hits });

/**
 * Null when it cannot be read, or when there is none (`undefined`): then the caller builds it anew from the frames in the ledger.
 * A memory of version 1, which held the cursor only, is taken over; a streak of frames behind the cursor that cannot be read costs nothing but itself.
 */
export function readMemory(value: unknown): DeviceMemory | null {
  const field = fieldsOf(value);
  if (field === null) return null;
  const [version, cursor, cursorAcceptedAt, behind] = [field('version'), field('cursor'), field('cursorAcceptedAt'), readStreak(field('behind'))];
  if (version === 1) return isMoment(cursor) && isMoment(cursorAcceptedAt) ? { ...EMPTY_MEMORY, cursor, cursorAcceptedAt, behind } : null;
  if (version !== 2) return null;

  const [frames, kept, hits] = [field('frames'), field('scene'), readHits(field('hits'))];
  const scene = kept === null ? null : readScene(kept);
  if (!isCount(frames) || hits === null || (scene === null && kept !== null)) return null;
  if (cursor === null && cursorAcceptedAt === null) return { version, cursor, cursorAcceptedAt, behind, frames, scene, hits };
  return isMoment(cursor) && isMoment(cursorAcceptedAt) ? { version, cursor, cursorAcceptedAt, behind, frames, scene, hits } : null;
}

/** A frame with another delay begins a streak of its own. */
function prolonged(streak: BehindStreak | null, { capturedAt, acceptedAt }: FrameTimes, slackMs: number): BehindStreak {
  if (streak !== null) {
    const driftMs = elapsedMs(streak.firstAcceptedAt, acceptedAt) - elapsedMs(streak.firstCapturedAt, capturedAt);
    if (Math.abs(driftMs) <= slackMs) return { ...streak, frames: streak.frames + 1 };
  }
  return { firstCapturedAt: capturedAt, firstAcceptedAt: acceptedAt, frames: 1 };
}
