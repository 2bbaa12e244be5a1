import { Client, Connection } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBatches } from '../../adapters/postgres/batches.ts';
import type { Batches, ClaimedBatch } from '../../adapters/postgres/batches.ts';
import { createSettlingLedger } from '../../adapters/postgres/outcomes.ts';
import { createPipelines } from '../../adapters/temporal/pipelines.ts';
import type { Pipelines } from '../../adapters/temporal/pipelines.ts';
import { freePort } from '../../adapters/embedded/port.ts';
import { createLog } from '../../workers/log.ts';
import { NEVER_STARTED_MS, SUSPECT_MS, reconcile } from '../../workers/reconciler.ts';
import { freshDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { accept, claim, rowOf, seedUser } from '../support/plant-data.ts';
import { freshNamespace, temporalForTest } from '../support/temporal.ts';
import type { TestNamespace } from '../support/temporal.ts';

const address = await temporalForTest();
const log = createLog('test', 'silent');

let db: TestDatabase;
let temporal: TestNamespace;
let batches: Batches;
let pipelines: Pipelines;
beforeAll(async () => { if (address) temporal = await freshNamespace(address); });
afterAll(async () => { if (address) await temporal.close(); });
beforeEach(async () => {
  db = await freshDatabase();
  batches = createBatches(db.pool);
  // Nobody works on these workflows: they run until somebody ends them.
  pipelines = createPipelines(temporal.client, { executionTimeoutMs: 600_000 });
  await seedUser(db.pool, 'ann', ['gate', 'yard']);
  await accept(db.pool, 'ann', 'gate');
});
afterEach(() => db.drop());

/** Looks, as if the batch had been claimed this long ago. */
async function lookAfter(ageMs: number, overrides: { pipelines?: Pipelines; batches?: Batches } = {}): Promise<void> {
  await db.pool.query("UPDATE batches SET claimed_at = now() - $1 * interval '1 millisecond' WHERE closed_at IS NULL", [ageMs]);
  await reconcile({ batches, pipelines, log, ...overrides });
}

async function started(overrides: { executionTimeoutMs?: number } = {}): Promise<ClaimedBatch> {
  const batch = await claim(db.pool);
  const runId = await createPipelines(temporal.client, { executionTimeoutMs: 600_000, ...overrides }).start(batch);
  await batches.markStarted(batch.batchId, runId!);
  return batch;
}

const stateOf = async ({ batchId }: ClaimedBatch): Promise<string> => (await temporal.client.workflow.getHandle(batchId).describe()).status.name;
const rowOfBatch = ({ batchId }: ClaimedBatch) => rowOf<{ because: string | null; run: string | null }>(
  db.pool, 'SELECT closed_because AS because, run_id AS run FROM batches WHERE batch_id = $1', [batchId]);
const waiting = async (): Promise<number> => (await rowOf<{ frames: number }>(db.pool, 'SELECT count(*) AS frames FROM open_frames WHERE batch_id IS NULL')).frames;

describe.skipIf(!address)('a batch that was claimed and never started', () => {
  it('is started under the same id', async () => {
    const batch = await claim(db.pool);
    await lookAfter(NEVER_STARTED_MS + 1);
    expect(await stateOf(batch)).toBe('RUNNING');
    const { runId } = await temporal.client.workflow.getHandle(batch.batchId).describe();
    expect(await rowOfBatch(batch)).toEqual({ because: null, run: runId });
  });

  it('is left to its dispatcher while it is young', async () => {
    const batch = await claim(db.pool);
    await lookAfter(NEVER_STARTED_MS - 1_000);
    await expect(stateOf(batch)).rejects.toThrow(/not found/i);
  });

  it('joins the run that its dispatcher had started and not marked', async () => {
    const batch = await claim(db.pool);
    const runId = await pipelines.start(batch);
    await lookAfter(NEVER_STARTED_MS + 1);
    expect(await rowOfBatch(batch)).toEqual({ because: null, run: runId });
  });

  it('goes back to waiting when such a run has ended without settling it', async () => {
    const batch = await claim(db.pool);
    await pipelines.start(batch);
    await pipelines.terminate(batch.batchId, 'test');
    await lookAfter(NEVER_STARTED_MS + 1);
    expect(await rowOfBatch(batch)).toMatchObject({ because: 'lost' });
    expect(await waiting()).toBe(1);
  });
});

describe.skipIf(!address)('a batch that was started', () => {
  it('is left alone while it runs', async () => {
    const batch = await started();
    await lookAfter(SUSPECT_MS + 1);
    expect(await rowOfBatch(batch)).toMatchObject({ because: null });
  });

  it('goes back to waiting when an operator terminated it, and can be claimed under another id', async () => {
    const batch = await started();
    await temporal.client.workflow.getHandle(batch.batchId).terminate('by hand');
    await lookAfter(SUSPECT_MS + 1);
    expect(await rowOfBatch(batch)).toMatchObject({ because: 'lost' });
    const again = await claim(db.pool);
    expect(again.frames).toEqual(batch.frames);
    expect(again.batchId).not.toBe(batch.batchId);
  });

  it('goes back to waiting when Temporal timed it out', async () => {
    const batch = await started({ executionTimeoutMs: 1_000 });
    await vi.waitFor(async () => expect(await stateOf(batch)).toBe('TIMED_OUT'), { timeout: 30_000, interval: 50 });
    await lookAfter(SUSPECT_MS + 1);
    expect(await rowOfBatch(batch)).toMatchObject({ because: 'lost' });
    expect(await waiting()).toBe(1);
  });

  it('goes back to waiting when Temporal never heard of it, as after the loss of its state', async () => {
    const batch = await claim(db.pool);
    await batches.markStarted(batch.batchId, 'a run of a server that is gone');
    await lookAfter(SUSPECT_MS + 1);
    expect(await rowOfBatch(batch)).toMatchObject({ because: 'lost' });
    expect(await waiting()).toBe(1);
  });

  it('is not asked about before it is suspect', async () => {
    const batch = await started();
    await pipelines.terminate(batch.batchId, 'test');
    await lookAfter(SUSPECT_MS - 1_000);
    expect(await rowOfBatch(batch)).toMatchObject({ because: null });
  });

  it('is none of the reconciler\'s business once it is settled', async () => {
    const batch = await started();
    await createSettlingLedger(db.pool).settle({ batchId: batch.batchId, exceptions: [] });
    await pipelines.terminate(batch.batchId, 'test');
    await lookAfter(SUSPECT_MS + 1);
    expect(await rowOfBatch(batch)).toMatchObject({ because: 'settled' });
    expect(await waiting()).toBe(0);
  });
});

describe.skipIf(!address)('a batch past its deadline', () => {
  it('is closed first, so that its stages write nothing more, and then its workflow is terminated', async () => {
    const batch = await started();
    await db.pool.query("UPDATE batches SET deadline_at = now() - interval '1 second'");
    let closedAtTermination: string | null | undefined;
    await lookAfter(NEVER_STARTED_MS + 1, {
      pipelines: {
        ...pipelines,
        async terminate(batchId, reason) {
          closedAtTermination = (await rowOfBatch(batch)).because;
          await pipelines.terminate(batchId, reason);
        },
      },
    });
    expect(closedAtTermination).toBe('deadline');
    expect(await stateOf(batch)).toBe('TERMINATED');
    expect(await waiting()).toBe(1);
  });
});

describe.skipIf(!address)('a Temporal that cannot be asked', () => {
  const unreachable = async (): Promise<Pipelines> =>
    createPipelines(new Client({ connection: Connection.lazy({ address: `127.0.0.1:${await freePort()}` }) }), { executionTimeoutMs: 600_000 });

  it('has nothing taken back on its account, but what is overdue comes home', async () => {
    await accept(db.pool, 'ann', 'yard');
    const [running, overdue] = [await started(), await started()];
    await db.pool.query("UPDATE batches SET deadline_at = now() - interval '1 second' WHERE batch_id = $1", [overdue.batchId]);
    await lookAfter(SUSPECT_MS + 1, { pipelines: await unreachable() });
    expect([await rowOfBatch(running), await rowOfBatch(overdue)]).toMatchObject([{ because: null }, { because: 'deadline' }]);
  });

  it('is not mistaken for one that knows nothing when its namespace is missing', async () => {
    const batch = await started();
    const elsewhere = createPipelines(new Client({ connection: temporal.client.connection, namespace: 'not-registered' }), { executionTimeoutMs: 600_000 });
    await lookAfter(SUSPECT_MS + 1, { pipelines: elsewhere });
    expect(await rowOfBatch(batch)).toMatchObject({ because: null });
  });
});
