import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Doorbell } from '../../../activities/alert.ts';
import { createDoorbell, createNoticeDoorbell } from '../../../adapters/temporal/doorbell.ts';
import { noticeWorkflowIdOf } from '../../../contracts/equipment-notice.ts';
import { incidentWorkflowIdOf } from '../../../contracts/incident.ts';
import { freshNamespace, temporalForTest } from '../../support/temporal.ts';
import type { TestNamespace } from '../../support/temporal.ts';

const address = await temporalForTest();

let temporal: TestNamespace;
let doorbell: Doorbell;
let incidentId: string;
beforeAll(async () => {
  if (!address) return;
  temporal = await freshNamespace(address);
  doorbell = createDoorbell(temporal.client);
});
afterAll(async () => { if (address) await temporal.close(); });
beforeEach(() => { incidentId = randomUUID(); });

const handle = () => temporal.client.workflow.getHandle(incidentWorkflowIdOf(incidentId));

/** Rings that the run of now has been given. */
async function rings(): Promise<number> {
  const { events } = await handle().fetchHistory();
  return events?.filter((event) => event.workflowExecutionSignaledEventAttributes?.signalName === 'doorbell').length ?? 0;
}

describe.skipIf(!address)('the doorbell of an incident', () => {
  it('starts its workflow and is heard by it', async () => {
    await doorbell.ring(incidentId);
    expect(await handle().describe()).toMatchObject({ type: 'incidentWorkflow', taskQueue: 'watchpost-incidents', status: { name: 'RUNNING' } });
    expect(await rings()).toBe(1);
  });

  it('is heard by the workflow that runs, and starts no second one', async () => {
    await Promise.all(Array.from({ length: 5 }, () => doorbell.ring(incidentId)));
    expect(await rings()).toBe(5);
  });

  it('brings back a workflow that somebody ended', async () => {
    await doorbell.ring(incidentId);
    const { runId } = await handle().describe();
    await handle().terminate('by hand');
    await doorbell.ring(incidentId);
    const now = await handle().describe();
    expect(now.status.name).toBe('RUNNING');
    expect(now.runId).not.toBe(runId);
  });
});

it.skipIf(!address)('the doorbell of a notice starts its workflow on the queue of the incidents', async () => {
  const noticeId = randomUUID();
  await createNoticeDoorbell(temporal.client).ring(noticeId);
  expect(await temporal.client.workflow.getHandle(noticeWorkflowIdOf(noticeId)).describe())
    .toMatchObject({ type: 'noticeWorkflow', taskQueue: 'watchpost-incidents', status: { name: 'RUNNING' } });
});
