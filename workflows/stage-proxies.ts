/** One proxy per stage, each on its own queue with limits from the stage table. No activity code is imported here, only types. */
import { proxyActivities } from '@temporalio/workflow';
import type { ActivityOptions } from '@temporalio/workflow';
import type {
  AlertActivities, DetectActivities, EvaluateActivities, MessageActivities, RecordActivities, ValidateActivities,
} from '../contracts/activities.ts';
import { STAGES } from '../contracts/stages.ts';
import type { ActivityStage } from '../contracts/stages.ts';

/**
 * Tries are unlimited: what is retryable is a dependency that is away, and an outage must make frames late, not failed.
 * 30 s at most between tries, so that work resumes within half a minute of the end of an outage without hammering it.
 * Data errors arrive as outcomes per frame and are never retried here.
 */
function on(stage: ActivityStage): ActivityOptions {
  return {
    taskQueue: stage.taskQueue,
    startToCloseTimeout: stage.startToCloseMs,
    ...(stage.heartbeatMs === null ? {} : { heartbeatTimeout: stage.heartbeatMs }),
    retry: { initialInterval: 500, backoffCoefficient: 2, maximumInterval: 30_000 },
  };
}

export const { validateFrames } = proxyActivities<ValidateActivities>(on(STAGES.validate));
export const { detectObjects } = proxyActivities<DetectActivities>(on(STAGES.detect));
export const { evaluateRules } = proxyActivities<EvaluateActivities>(on(STAGES.evaluate));
export const { raiseAlerts } = proxyActivities<AlertActivities>(on(STAGES.alert));
export const { recordOutcomes } = proxyActivities<RecordActivities>(on(STAGES.record));
export const { deliverMessages, reviewIncident } = proxyActivities<MessageActivities>(on(STAGES.messages));
