/** Runs one watched activity, as a pipeline runs a stage: unlimited tries, and a heartbeat by which a dead worker is noticed. */
import { proxyActivities } from '@temporalio/workflow';
import type { StageResult } from '../../contracts/pipeline.ts';
import type { WatchedInput } from './watched-worker.ts';

export interface WatchedRun extends WatchedInput {
  readonly taskQueue: string;
}

export async function watchedStage({ taskQueue, ...input }: WatchedRun): Promise<StageResult> {
  const { watched } = proxyActivities<{ watched(input: WatchedInput): Promise<StageResult> }>({
    taskQueue, startToCloseTimeout: '1 minute', heartbeatTimeout: input.heartbeatMs, retry: { initialInterval: 50, maximumInterval: 200 },
  });
  return watched(input);
}
