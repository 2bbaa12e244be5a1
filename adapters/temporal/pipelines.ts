/** Starting, looking at and ending frame pipelines. The batch id is the workflow id, so every call here can be repeated. */
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { Failure } from '../../contracts/failures.ts';
import { FRAME_PIPELINE, workflowIdOf } from '../../contracts/pipeline.ts';
import type { FramePipelineInput } from '../../contracts/pipeline.ts';
import { STAGES } from '../../contracts/stages.ts';

/** `gone`: Temporal says that it ended or never was. Being out of reach is neither: that throws. */
export type PipelineStatus = 'running' | 'gone';

export interface Pipelines {
  /** Starts the batch; the run id, also when it runs already; null when it ran and ended before. Throws `temporal_unavailable`. */
  start(input: FramePipelineInput): Promise<string | null>;
  status(batchId: string): Promise<PipelineStatus>;
  terminate(batchId: string, reason: string): Promise<void>;
}

export interface PipelineOptions {
  /** Longest life of a run. A little more than the batch deadline: what the reconciler gave up must not linger for days. */
  readonly executionTimeoutMs: number;
}

/**
 * A healthy answer takes milliseconds. Left alone, the SDK tries for some 20 s before it says that nobody is there, and
 * waits without end for a server that takes the call and never answers: dispatcher and reconciler would stand still.
 */
const ANSWER_LIMIT_MS = 10_000;

export function createPipelines(client: Client, { executionTimeoutMs }: PipelineOptions): Pipelines {
  const inTime = <T>(call: () => Promise<T>): Promise<T> => client.withDeadline(Date.now() + ANSWER_LIMIT_MS, call);
  return {
    async start(input) {
      try {
        const handle = await inTime(() => client.workflow.start(FRAME_PIPELINE, {
          workflowId: workflowIdOf(input.batchId), taskQueue: STAGES.workflows.taskQueue, args: [input],
          workflowIdReusePolicy: 'REJECT_DUPLICATE', workflowIdConflictPolicy: 'USE_EXISTING',
          workflowExecutionTimeout: executionTimeoutMs,
        }));
        return handle.firstExecutionRunId;
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) return null;
        throw unavailable(error);
      }
    },

    async status(batchId) {
      try {
        const { status } = await inTime(() => client.workflow.getHandle(workflowIdOf(batchId)).describe());
        return status.name === 'RUNNING' || status.name === 'PAUSED' ? 'running' : 'gone';
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return 'gone';
        throw unavailable(error);
      }
    },

    async terminate(batchId, reason) {
      try {
        await inTime(() => client.workflow.getHandle(workflowIdOf(batchId)).terminate(reason));
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw unavailable(error);
      }
    },
  };
}

function unavailable(error: unknown): Failure {
  return new Failure('temporal_unavailable', error instanceof Error ? error.message : String(error), { cause: error });
}
