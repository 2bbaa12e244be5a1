/** Which frames of a batch are still under way, and what became of the others. Plain state of one workflow run. */
import { ActivityFailure, ApplicationFailure, isCancellation } from '@temporalio/workflow';
import type { StageCall } from '../contracts/activities.ts';
import { isFailureCode } from '../contracts/failures.ts';
import type { FailureCode } from '../contracts/failures.ts';
import type { FrameException, StagedException } from '../contracts/frame.ts';
import type { FramePipelineInput, StageInput, StageResult } from '../contracts/pipeline.ts';
import type { FrameStage, QueuedStage } from '../contracts/stages.ts';
import type { PipelineStages } from './stage-proxies.ts';

/** Record takes the whole batch home, whatever became of its frames. */
type StageOnTheWay = Exclude<QueuedStage, 'record'>;
type ResultOf<Name extends StageOnTheWay> = Awaited<ReturnType<StageCall<Name>>>;

export class BatchProgress {
  readonly exceptions: StagedException[] = [];
  readonly #batchId: string;
  readonly #stages: PipelineStages;
  #positions: number[];

  constructor(input: FramePipelineInput, stages: PipelineStages) {
    this.#batchId = input.batchId;
    this.#stages = stages;
    this.#positions = input.frames.map((_, position) => position);
  }

  /** Sends the frames that are under way (or those of them in `only`) through a stage; undefined when there were none or the stage broke. */
  async through<Name extends StageOnTheWay>(stage: Name, only?: readonly number[]): Promise<ResultOf<Name> | undefined> {
    const positions = only === undefined ? this.#positions : this.#positions.filter((position) => only.includes(position));
    if (positions.length === 0) return undefined;
    try {
      const ask: (input: StageInput) => Promise<StageResult> = this.#stages[stage];
      const result = await ask({ batchId: this.#batchId, positions });
      this.note(stage, result.exceptions);
      return result as ResultOf<Name>;
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
