/** One proxy per stage and place, with limits from the stage table. No activity code is imported here, only types. */
import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { ActivityOptions, LocalActivityOptions } from '@temporalio/workflow';
import type {
  AlertActivities, DetectActivities, EvaluateActivities, MessageActivities, RecordActivities, ValidateActivities,
} from '../contracts/activities.ts';
import type { FramePipelineInput } from '../contracts/pipeline.ts';
import { STAGES } from '../contracts/stages.ts';
import type { ActivityStage } from '../contracts/stages.ts';

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

export type FrameStages = ValidateActivities & DetectActivities & EvaluateActivities & AlertActivities & RecordActivities;

const { validateFrames } = proxyActivities<ValidateActivities>(on(STAGES.validate));
const { detectObjects } = proxyActivities<DetectActivities>(on(STAGES.detect));
const { evaluateRules } = proxyActivities<EvaluateActivities>(on(STAGES.evaluate));
const { raiseAlerts } = proxyActivities<AlertActivities>(on(STAGES.alert));
const { recordOutcomes } = proxyActivities<RecordActivities>(on(STAGES.record));
const SPREAD: FrameStages = { validateFrames, detectObjects, evaluateRules, raiseAlerts, recordOutcomes };

/** Keyed by contracts/stages.ts LOCAL_STAGES. */
const LOCAL: EvaluateActivities & AlertActivities & RecordActivities = {
  evaluateRules: proxyLocalActivities<EvaluateActivities>(beside(STAGES.evaluate)).evaluateRules,
  raiseAlerts: proxyLocalActivities<AlertActivities>(beside(STAGES.alert)).raiseAlerts,
  recordOutcomes: proxyLocalActivities<RecordActivities>(beside(STAGES.record)).recordOutcomes,
};

const QUARANTINE: ValidateActivities & DetectActivities = {
  validateFrames: proxyActivities<ValidateActivities>(on(STAGES.validate, STAGES.quarantine)).validateFrames,
  detectObjects: proxyActivities<DetectActivities>(on(STAGES.detect, STAGES.quarantine)).detectObjects,
};

/** Where each stage of this batch runs, by its input alone: the same history always asks for the same things. */
export function stagesOf({ placement, alone = false }: FramePipelineInput): FrameStages {
  return { ...SPREAD, ...(placement === 'compact' ? LOCAL : {}), ...(alone ? QUARANTINE : {}) };
}

export const { deliverMessages, reviewIncident } = proxyActivities<MessageActivities>(on(STAGES.messages));
