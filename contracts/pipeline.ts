/** The frame pipeline as its starters see it: workflow name, id, input, result. */
import type { FrameException, FrameRef, StagedException } from './frame.ts';
import type { ChoosyStage, Placement } from './stages.ts';

export const FRAME_PIPELINE = 'framePipeline';

/** The workflow id is the batch id itself (a UUID), in both directions: an operator copies one string. */
export const workflowIdOf = (batchId: string): string => batchId;
export const batchIdOf = (workflowId: string): string => workflowId;

export interface FramePipelineInput {
  readonly batchId: string;
  readonly placement: Placement;
  /** One frame that must not share a worker: the stages that decode pictures run in quarantine, whatever the placement. */
  readonly alone?: boolean;
  /** In capture order per device; a frame's index here is its position in every stage call. */
  readonly frames: readonly FrameRef[];
}

/** What a stage is asked: positions, not frames. Everything else is read by batch id, which is also the fence. */
export interface StageInput {
  readonly batchId: string;
  readonly positions: readonly number[];
}

/** Frames that are not named went well. Keeps the history of a healthy batch at a few bytes per frame. */
export interface StageResult {
  readonly exceptions: readonly FrameException[];
}

export interface ValidateResult extends StageResult {
  /** What the ledger has as owner and zone, per position that went well: the tag step compares the tag with it. */
  readonly owners: readonly { readonly position: number; readonly userId: string; readonly timeZone: string }[];
}

export interface DetectResult extends StageResult {
  /**
   * For each stage that takes some frames only, the positions that show what it asks for; none are named while no stage asks. A worker that does not
   * know the stage yet says nothing of it.
   */
  readonly boundFor?: { readonly [Name in ChoosyStage]?: readonly number[] };
}

export interface EvaluateResult extends StageResult {
  /** Positions with at least one matching rule; the others skip the alert stage. */
  readonly matched: readonly number[];
}

export interface RecordInput {
  readonly batchId: string;
  readonly exceptions: readonly StagedException[];
}

export interface RecordResult {
  /** Frames settled by this call; a repeat settles none. */
  readonly settled: number;
  readonly returned: number;
}
