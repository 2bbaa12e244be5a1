import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../../adapters/embedded/port.ts';
import { createPipelines } from '../../../adapters/temporal/pipelines.ts';
import type { Pipelines } from '../../../adapters/temporal/pipelines.ts';
import type { FramePipelineInput } from '../../../contracts/pipeline.ts';
import { freshNamespace, temporalForTest } from '../../support/temporal.ts';
import type { TestNamespace } from '../../support/temporal.ts';

const address = await temporalForTest();

let temporal: TestNamespace;
let pipelines: Pipelines;
let input: FramePipelineInput;
beforeAll(async () => {
  if (!address) return;
  temporal = await freshNamespace(address);
  pipelines = createPipelines(temporal.client, { executionTimeoutMs: 600_000 });
});
afterAll(async () => { if (address) await temporal.close(); });
beforeEach(() => { input = { batchId: randomUUID(), placement: 'spread', frames: [{ frameId: randomUUID(), tag: 'tag' }] }; });

describe.skipIf(!address)('frame pipelines', () => {
  it('start under the id of their batch, with what the batch holds', async () => {
    const runId = await pipelines.start(input);
    const description = await temporal.client.workflow.getHandle(input.batchId).describe();
    expect(description).toMatchObject({ workflowId: input.batchId, runId, type: 'framePipeline', taskQueue: 'watchpost-workflows', status: { name: 'RUNNING' } });
    const { events } = await temporal.client.workflow.getHandle(input.batchId).fetchHistory();
    const payload = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data;
    expect(JSON.parse(Buffer.from(payload ?? []).toString('utf8'))).toEqual(input);
  });

  it('are one, however many start them at once', async () => {
    const runs = await Promise.all(Array.from({ length: 10 }, () => pipelines.start(input)));
    expect(new Set(runs).size).toBe(1);
    expect(runs[0]).not.toBeNull();
  });

  it('do not run again once they have ended', async () => {
    await pipelines.start(input);
    await pipelines.terminate(input.batchId, 'test');
    expect(await pipelines.start(input)).toBeNull();
    expect(await pipelines.status(input.batchId)).toBe('gone');
  });

  it('are gone when they never were, which is no error to end', async () => {
    expect(await pipelines.status(input.batchId)).toBe('gone');
    await pipelines.terminate(input.batchId, 'test');
    await pipelines.start(input);
    await pipelines.terminate(input.batchId, 'test');
    await pipelines.terminate(input.batchId, 'test');
  });

  it('run while nobody works on them', async () => {
    await pipelines.start(input);
    expect(await pipelines.status(input.batchId)).toBe('running');
  });

  it('cannot be spoken of while Temporal is out of reach, which is said in bounded time', async () => {
    const client = new Client({ connection: Connection.lazy({ address: `127.0.0.1:${await freePort()}` }) });
    const away = createPipelines(client, { executionTimeoutMs: 600_000 });
    const calls = [away.start(input), away.status(input.batchId), away.terminate(input.batchId, 'test')];
    expect((await Promise.allSettled(calls)).map((end) => (end as PromiseRejectedResult).reason?.code)).toEqual(calls.map(() => 'temporal_unavailable'));
  });
});
