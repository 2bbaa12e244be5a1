/** The way of a batch of frames: validate, tag, detect, evaluate, alert, record. A further stage: docs/adding-a-stage.md. */
import type { FramePipelineInput, RecordResult } from '../contracts/pipeline.ts';
import { BatchProgress } from './batch-progress.ts';
import { stagesOf } from './stage-proxies.ts';
import { tagProblems } from './tag-step.ts';

export async function framePipeline(input: FramePipelineInput): Promise<RecordResult> {
  const stages = stagesOf(input);
  const batch = new BatchProgress(input, stages);

  const validated = await batch.through('validate');
  batch.note('tag', tagProblems(input.frames, validated?.owners ?? []));
  await batch.through('detect');
  const judged = await batch.through('evaluate');
  await batch.through('alert', judged?.matched ?? []);

  return stages.record({ batchId: input.batchId, exceptions: batch.exceptions });
}
