import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, NativeConnection, Runtime, Worker, bundleWorkflowCode } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StageResult } from '../../contracts/pipeline.ts';
import { freshNamespace, temporalForTest } from '../support/temporal.ts';
import type { TestNamespace } from '../support/temporal.ts';
import type { Try } from './watched-worker.ts';

const address = await temporalForTest();
/** Short, because each death is waited for; long enough that a busy machine does not miss a beat. */
const HEARTBEAT_MS = 3_000;
const WORKER = fileURLToPath(new URL('watched-worker.ts', import.meta.url));

let temporal: TestNamespace;
let workflowWorker: Worker;
let running: Promise<void>;

beforeAll(async () => {
  if (!address) return;
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  temporal = await freshNamespace(address);
  const { code } = await bundleWorkflowCode({ workflowsPath: fileURLToPath(new URL('watched-workflow.ts', import.meta.url)), logger: new DefaultLogger('ERROR') });
  const connection = await NativeConnection.connect({ address });
  workflowWorker = await Worker.create({ connection, namespace: temporal.namespace, taskQueue: 'workflows', workflowBundle: { code } });
  running = workflowWorker.run().finally(() => connection.close());
});
afterAll(async () => {
  if (!address) return;
  workflowWorker.shutdown();
  await running;
  await temporal.close();
});

/** Runs one stage on worker processes of its own, a new one for each that dies; tells what came of it and what the workers said. */
async function watch(positions: readonly number[], tries: readonly Try[]): Promise<{ result: StageResult; said: string[] }> {
  const taskQueue = randomUUID();
  const said: string[] = [];
  let worker: ChildProcess | undefined;
  let over = false;
  const keeping = (async () => {
    while (!over) {
      worker = spawn(process.execPath, ['--import', 'tsx', WORKER, JSON.stringify({ address, namespace: temporal.namespace, taskQueue })], { stdio: ['ignore', 'pipe', 'inherit'] });
      worker.stdout?.setEncoding('utf8').on('data', (text: string) => said.push(...text.trim().split('\n')));
      await once(worker, 'close');
    }
  })();
  try {
    const result = await temporal.client.workflow.execute('watchedStage', {
      workflowId: randomUUID(), taskQueue: 'workflows', args: [{ batchId: randomUUID(), positions, taskQueue, heartbeatMs: HEARTBEAT_MS, tries }],
    }) as StageResult;
    return { result, said };
  } finally {
    over = true;
    worker?.kill('SIGKILL');
    await keeping;
  }
}

describe.skipIf(!address)('a worker that dies in the middle of a stage', () => {
  it('is forgiven once', async () => {
    expect(await watch([0], ['die-working', 'done'])).toEqual({ result: { exceptions: [] }, said: ['die-working', 'done'] });
  });

  it('fails the frame that was alone in two deaths, without a third try', async () => {
    expect(await watch([3], ['die-working', 'die-working', 'done'])).toEqual({
      result: { exceptions: [{ position: 3, outcome: 'failed', code: 'worker_died' }] }, said: ['die-working', 'die-working'],
    });
  });

  it('is counted, if only half, although it died before anybody heard a beat', async () => {
    const tries: Try[] = ['die-at-once', 'die-at-once', 'die-at-once', 'die-at-once'];
    expect(await watch([0], [...tries, 'done'])).toEqual({ result: { exceptions: [{ position: 0, outcome: 'failed', code: 'worker_died' }] }, said: tries });
  });

  it('sends frames that shared the batch back to run alone, without working on them again', async () => {
    expect(await watch([0, 2], ['die-working', 'done'])).toEqual({
      result: { exceptions: [0, 2].map((position) => ({ position, outcome: 'retry', code: 'worker_died' })) }, said: ['die-working'],
    });
  });
});

describe.skipIf(!address)('an outage', () => {
  it('is no death, however often it ends a try', async () => {
    const tries: Try[] = ['outage', 'outage', 'outage', 'outage-after-beats', 'outage-after-beats', 'done'];
    expect(await watch([0, 1], tries)).toEqual({ result: { exceptions: [] }, said: tries });
  });

  it('does not make anybody forget a death, nor adds to it', async () => {
    const tries: Try[] = ['outage-after-beats', 'die-working', 'outage', 'die-working'];
    expect(await watch([0], [...tries, 'done'])).toEqual({ result: { exceptions: [{ position: 0, outcome: 'failed', code: 'worker_died' }] }, said: tries });
  });
});
