/** Which frames of a batch are still under way, and what became of the others. Plain state of one workflow run. */
import { ActivityFailure, ApplicationFailure, isCancellation } from '@temporalio/workflow';
import { isFailureCode } from '../contracts/failures.ts';
import type { FailureCode } from '../contracts/failures.ts';
import type { FrameException, StagedException } from '../contracts/frame.ts';
import type { FramePipelineInput, StageInput, StageResult } from '../contracts/pipeline.ts';
import type { FrameStage } from '../contracts/stages.ts';

export class BatchProgress {
  readonly exceptions: StagedException[] = [];
  readonly #batchId: string;
  #positions: number[];

  constructor(input: FramePipelineInput) {
    this.#batchId = input.batchId;
    this.#positions = input.frames.map((_, position) => position);
  }

  /** Sends the frames that are under way (or those of them in `only`) through a stage; undefined when there were none or the stage broke. */
  async through<R extends StageResult>(stage: FrameStage, run: (input: StageInput) => Promise<R>, only?: readonly number[]): Promise<R | undefined> {
    const positions = only === undefined ? this.#positions : this.#positions.filter((position) => only.includes(position));
    if (positions.length === 0) return undefined;
    try {
      const result = await run({ batchId: this.#batchId, positions });
      this.note(stage, result.exceptions);
      return result;
    } catch (error) {
      if (isCancellation(error) || !(error instanceof ActivityFailure || error instanceof ApplicationFailure)) throw error;
      this.note(stage, this.#broken(positions, error));
      return undefined;
    }
  }

  note(stage: FrameStage, exceptions: readonly FrameException[]): void {
    if (exceptions.length === 0) return;
    this.exceptions.push(...exceptions.map((exception) => ({ stage, ...exception })));
    const out = new Set(exceptions.map(({ position }) => position));
    this.#positions = this.#positions.filter((position) => !out.has(position));
  }

  /** A stage that broke as a whole says nothing about one frame of many: those run again, alone. A frame alone is failed. */
  #broken(positions: readonly number[], error: ActivityFailure | ApplicationFailure): FrameException[] {
    // A local activity throws its failure as it is, one on a queue wraps it.
    const failure = error instanceof ActivityFailure ? error.cause : error;
    const type = failure instanceof ApplicationFailure ? failure.type : undefined;
    const code: FailureCode = type && isFailureCode(type) ? type : 'stage_defect';
    const outcome = positions.length > 1 ? 'retry' : 'failed';
    return positions.map((position) => ({ position, outcome, code }));
  }
}
