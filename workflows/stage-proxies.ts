/** One proxy per stage and place, with limits from the stage table. No activity code is imported here, only types. */
import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { ActivityOptions, LocalActivityOptions } from '@temporalio/workflow';
import type { MessageActivities, StageCall } from '../contracts/activities.ts';
import type { FramePipelineInput } from '../contracts/pipeline.ts';
import { FRAME_STAGE_ROWS, STAGES } from '../contracts/stages.ts';
import type { ActivityStage, FrameStageRow, QueuedStage } from '../contracts/stages.ts';

/**
 * Tries are unlimited: what is retryable is a dependency that is away, and an outage must make frames late, not failed.
 * 30 s at most between tries, so that work resumes within half a minute of the end of an outage without hammering it.
 * Data errors arrive as outcomes per frame and are never retried here.
 */
const RETRY = { initialInterval: 500, backoffCoefficient: 2, maximumInterval: 30_000 } as const;

function on(stage: ActivityStage, { taskQueue }: ActivityStage = stage): ActivityOptions {
  return {
    taskQueue,
    startToCloseTimeout: stage.startToCloseMs,
    ...(stage.heartbeatMs === null ? {} : { heartbeatTimeout: stage.heartbeatMs }),
    retry: RETRY,
  };
}

function beside(stage: ActivityStage): LocalActivityOptions {
  return {
    startToCloseTimeout: stage.startToCloseMs,
    retry: RETRY,
    // Longer waits become timers: held inside a workflow task, an outage would keep one slot and a heartbeat every 8 s for each pipeline.
    localRetryThreshold: 1_000,
  };
}

export type PipelineStages = { readonly [Name in QueuedStage]: StageCall<Name> };

/** Every stage where this batch runs it, by the input alone: the same history always asks for the same things. */
export function stagesOf(input: FramePipelineInput): PipelineStages {
  return Object.fromEntries(FRAME_STAGE_ROWS.map(([name, row]) => [name, activitiesOf(row, input)[row.activity]])) as unknown as PipelineStages;
}

function activitiesOf(row: FrameStageRow, { placement, alone = false }: FramePipelineInput) {
  if (alone && row.work === 'pictures') return proxyActivities(on(row, STAGES.quarantine));
  if (placement === 'compact' && row.work === 'rows') return proxyLocalActivities(beside(row));
  return proxyActivities(on(row));
}

export const { deliverMessages, reviewIncident, deliverNotice, deliverDigest } = proxyActivities<MessageActivities>(on(STAGES.messages));
