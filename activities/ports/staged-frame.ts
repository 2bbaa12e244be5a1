/** The ledger as the stages see it: frames of a batch that are still theirs, and what they write about them. */
import type { DeviceClass, Polygon } from '../../contracts/device.ts';
import type { FailureCode } from '../../contracts/failures.ts';
import type { FrameStage } from '../../contracts/stages.ts';
import type { Instant } from '../../contracts/time.ts';

/** A frame of a batch, read under the fence: it is in the list only while that batch holds it. */
export interface StagedFrame {
  readonly position: number;
  readonly frameId: string;
  readonly capturedAt: Instant;
  readonly acceptedAt: Instant;
  readonly tag: string;
  /** Owner and zone of the device at acceptance: what the tag was built from. */
  readonly userId: string;
  readonly deviceId: string;
  readonly timeZone: string;
  /** Hex, of the bytes as received. */
  readonly sha256: string;
  /** Hex, of the standardised picture; null until validated. */
  readonly standardSha256: string | null;
  /** Pixels of the upright original; null until validated. */
  readonly width: number | null;
  readonly height: number | null;
  /** 1 for the first run, one more per replay. */
  readonly run: number;
  /** False for replays: judge, tell nobody. */
  readonly notify: boolean;
  /** Device and its user exist and are switched on, now. */
  readonly enabled: boolean;
  /** Of the device, now: name of the model that shall look at it. Null: that of the worker; also when the device is gone. */
  readonly model: string | null;
  /** Of the device, now; those of a plain camera when it is gone. */
  readonly deviceClass: DeviceClass;
  readonly privacyAreas: readonly Polygon[];
  /** What this stage already wrote for this frame in this batch, when an earlier try got that far. */
  readonly stored: { readonly outcome: StageOutcome['outcome']; readonly code: FailureCode | null } | null;
}

export interface StageOutcome {
  readonly frame: StagedFrame;
  readonly outcome: 'done' | 'refused' | 'retry' | 'failed';
  readonly code: FailureCode | null;
  readonly detail: string | null;
  readonly startedAt: Date;
  readonly finishedAt: Date;
}

export interface StageLedger {
  /** Frames at these positions that the batch still holds, in order. Others have gone home and are not this stage's business. */
  load(batchId: string, positions: readonly number[], stage: FrameStage): Promise<StagedFrame[]>;
  /** Writes outcomes of frames that the batch still holds; the first write per frame wins. */
  save(batchId: string, stage: FrameStage, outcomes: readonly StageOutcome[]): Promise<void>;
}
