/** A frame: one picture of one device at one moment, and how the parts of the product refer to it. */
import type { FailureCode } from './failures.ts';
import type { IdempotencyKey } from './idempotency-key.ts';
import type { FrameStage } from './stages.ts';
import type { Instant } from './time.ts';

/** What acceptance hands to the ledger: the bytes are already durable in the frame store under `sha256`. */
export interface NewFrame {
  readonly userId: string;
  readonly deviceId: string;
  /** Zone of the device at acceptance; part of the tag. */
  readonly timeZone: string;
  /** As the camera service gave it. */
  readonly givenCapturedAt: Instant;
  /** Hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly mediaType: string;
  /** Under which it is to be known again; kept in the commit that accepts the frame. */
  readonly idempotencyKey?: IdempotencyKey | undefined;
}

export interface AcceptedFrame {
  readonly frameId: string;
  /** The moment in the tag: as given, or the next free microsecond when other bytes already hold that moment. */
  readonly capturedAt: Instant;
  readonly tag: string;
  /** True: these very bytes of this moment were accepted before, and this is that frame. A repeat under an idempotency key gets the answer that the first one got. */
  readonly duplicate: boolean;
}

/** How a workflow and the stages know a frame. All else is in the ledger under the id. */
export interface FrameRef {
  readonly frameId: string;
  readonly tag: string;
}

/** What went another way than `done` in one stage. Position is the frame's place in its batch. */
export interface FrameException {
  readonly position: number;
  /** `refused`: the frame is no good. `retry`: back to the ledger, to run alone. `failed`: this stage cannot do this frame. */
  readonly outcome: 'refused' | 'retry' | 'failed';
  readonly code: FailureCode;
}

export interface StagedException extends FrameException {
  readonly stage: FrameStage;
}

/**
 * Frame ids are UUIDs of version 7 whose time is the *capture* time, so that the ledger, which is partitioned by capture
 * day, finds a frame by its id in one partition. (RFC 9562, 5.7: the first 48 bits are Unix milliseconds.)
 */
export function capturedMsOf(frameId: string): number | undefined {
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(frameId)) return undefined;
  return Number.parseInt(frameId.slice(0, 8) + frameId.slice(9, 13), 16);
}

/** A frame that shares its moment with others moves by whole microseconds, at most this far from the given moment. */
export const MOMENT_SPREAD_MS = 1000;
