/**
 * What Temporal's own records say of tries that were lost: begun on a process and never ended by it, so that a stage waited for its time limit.
 * Workflow tasks are not looked at: the SDK may drop one that comes while it stops (docs/operations.md).
 */
import { Client, Connection } from '@temporalio/client';

/** One line for each stage that needed more than one try in the histories of these workflows from a moment on. */
export async function lostTries(address: string, workflowIds: readonly string[], since: Date): Promise<string[]> {
  const connection = await Connection.connect({ address });
  try {
    const { workflow } = new Client({ connection });
    const lost: string[] = [];
    for (const id of workflowIds) {
      const { events } = await workflow.getHandle(id).fetchHistory();
      const activityOf = (scheduledEventId: unknown) => events?.find(({ eventId }) => String(eventId) === String(scheduledEventId))?.activityTaskScheduledEventAttributes?.activityType?.name;
      for (const { eventTime, activityTaskStartedEventAttributes: begun } of events ?? []) {
        if (Number(eventTime?.seconds ?? 0) < since.getTime() / 1000) continue;
        if (begun && begun.attempt !== 1) lost.push(`${id}: ${activityOf(begun.scheduledEventId)} began its try ${begun.attempt} after ${begun.lastFailure?.message} on ${begun.identity}`);
      }
    }
    return lost;
  } finally {
    await connection.close();
  }
}
