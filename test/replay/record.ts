/** Runs a scenario on a real Temporal server with the real workflow code, and gives the history that came of it. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { WorkflowBundleOption } from '@temporalio/worker';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { DOORBELL_SIGNAL } from '../../contracts/incident.ts';
import { FRAME_STAGE_ROWS, STAGES } from '../../contracts/stages.ts';
import { workflowBundle } from '../../workers/workflow-bundle.ts';
import { BrokenStage } from './scenarios.ts';
import type { Scenario } from './scenarios.ts';

/** Method to stage, so that each activity is served on the queue that its stage names. */
const QUEUE_OF: Readonly<Record<string, string>> = {
  ...Object.fromEntries(FRAME_STAGE_ROWS.map(([, { activity, taskQueue }]) => [activity, taskQueue])),
  deliverMessages: STAGES.messages.taskQueue, reviewIncident: STAGES.messages.taskQueue, deliverNotice: STAGES.messages.taskQueue, deliverDigest: STAGES.messages.taskQueue,
};

export interface Recording {
  /** Of other workflow code than that of today. */
  readonly workflowBundle?: WorkflowBundleOption;
  readonly namespace?: string;
  /** Of activities that the stage table does not know. */
  readonly queues?: Readonly<Record<string, string>>;
}

export async function recordHistory(scenario: Scenario, address: string, { workflowBundle: bundle, namespace = 'default', queues = {} }: Recording = {}): Promise<object> {
  const connection = await NativeConnection.connect({ address });
  const clientConnection = await Connection.connect({ address });
  const client = new Client({ connection: clientConnection, namespace });
  const taskQueue = `record-${randomUUID()}`;
  let looks = 0;
  const activities = Object.fromEntries(Object.entries(scenario.activities).map(([name, run]) => [name, async (input: never) => {
    if (name === 'reviewIncident' || name === 'deliverNotice') looks += 1;
    try {
      return await run(input);
    } catch (error) {
      if (error instanceof BrokenStage) throw ApplicationFailure.nonRetryable(error.message, error.code);
      throw error;
    }
  }]));
  // With activities of its own for those that a compact pipeline runs beside itself.
  const workers = [await Worker.create({ connection, namespace, taskQueue, workflowBundle: bundle ?? await workflowBundle(), identity: 'recorder', activities, enableNonLocalActivities: false })];
  const queueOf = { ...QUEUE_OF, ...queues };
  for (const queue of new Set([STAGES.quarantine.taskQueue, ...Object.keys(activities).map((name) => queueOf[name]!)])) {
    workers.push(await Worker.create({ connection, namespace, taskQueue: queue, activities, identity: 'recorder' }));
  }
  const running = workers.map((worker) => worker.run());
  try {
    const handle = await client.workflow.start(scenario.workflow, { taskQueue, workflowId: scenario.name, args: [scenario.input] });
    for (const wanted of scenario.ringAfterLooks ?? []) {
      while (looks < wanted) await sleep(10);
      await handle.signal(DOORBELL_SIGNAL);
    }
    await handle.result();
    // Of the first run: where it continued as a new one, that is the end of the path.
    return anonymous(historyToJSON(await client.workflow.getHandle(scenario.name, handle.firstExecutionRunId).fetchHistory()));
  } finally {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
    await connection.close();
    await clientConnection.close();
  }
}

/** A history names the process, host and folders that made it; none of them belongs in the repository, and replay reads none of them. */
function anonymous(historyJson: string): object {
  return JSON.parse(historyJson, (key, value: unknown) => {
    if (key === 'identity') return 'recorder';
    return key === 'stackTrace' ? '' : value;
  }) as object;
}
