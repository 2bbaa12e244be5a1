/** The way of a batch of frames: validate, tag, detect, evaluate, alert, record. */
import type { FramePipelineInput, RecordResult } from '../contracts/pipeline.ts';
import { BatchProgress } from './batch-progress.ts';
import { stagesOf } from './stage-proxies.ts';
import { tagProblems } from './tag-step.ts';

export async function framePipeline(input: FramePipelineInput): Promise<RecordResult> {
  const batch = new BatchProgress(input);
  const { validateFrames, detectObjects, evaluateRules, raiseAlerts, recordOutcomes } = stagesOf(input);

  const validated = await batch.through('validate', validateFrames);
  batch.note('tag', tagProblems(input.frames, validated?.owners ?? []));
  await batch.through('detect', detectObjects);
  const judged = await batch.through('evaluate', evaluateRules);
  await batch.through('alert', raiseAlerts, judged?.matched ?? []);

  return recordOutcomes({ batchId: input.batchId, exceptions: batch.exceptions });
}
