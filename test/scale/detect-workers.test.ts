/** Detection scales by processes: a second detect worker beside the first doubles what a slow detector gets done. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDiskFrameStore } from '../../adapters/frame-store/disk.ts';
import { createLedger } from '../../adapters/postgres/ledger.ts';
import { plusMs } from '../../contracts/time.ts';
import { startChild } from '../../workers/child-processes.ts';
import type { ChildPlan, ManagedChild } from '../../workers/child-processes.ts';
import { createLog } from '../../workers/log.ts';
import { workerPlan } from '../../workers/plant.ts';
import { freshDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { until } from '../support/plant.ts';
import { NOON, newFrame, receipts, seedUser } from '../support/plant-data.ts';
import { scriptedPicture } from '../support/scripted-pictures.ts';
import { freshNamespace, temporalForTest } from '../support/temporal.ts';
import type { TestNamespace } from '../support/temporal.ts';

const SCRIPTED_WORKER = fileURLToPath(new URL('../support/scripted-worker.mjs', import.meta.url));
const DEVICES = Array.from({ length: 20 }, (_, n) => `cam-${n}`);
/** As slow as a large model on one thread; it sleeps, so that the cores of the machine do not decide. */
const FRAME_MS = 200;
/** Four frames to a batch: one process more or less at the end is then hardly felt. */
const BATCH_DETECT_MS = 4 * FRAME_MS;

const address = await temporalForTest();

describe.skipIf(!address)('a second detect worker', () => {
  let home: string;
  let db: TestDatabase;
  let temporal: TestNamespace;
  let running: ManagedChild[] = [];

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'watchpost-scale-'));
    db = await freshDatabase();
    temporal = await freshNamespace(address!);
    await seedUser(db.pool, 'ann', DEVICES, { contact: false });
  });
  afterAll(async () => {
    await Promise.all(running.map((child) => child.stop()));
    await temporal.close();
    await db.drop();
    await rm(home, { recursive: true, force: true });
  }, 120_000);

  async function start(...plans: ChildPlan[]): Promise<void> {
    const env = {
      ...process.env, DATABASE_URL: db.url, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: temporal.namespace, WATCHPOST_HOME: home, WATCHPOST_LOG_LEVEL: 'warn',
      WATCHPOST_PLACEMENT: 'compact', WATCHPOST_DETECTOR_THREADS: '1', WATCHPOST_BATCH_DETECT_MS: String(BATCH_DETECT_MS), WATCHPOST_TEST_FRAME_MS: String(FRAME_MS),
    };
    const started = plans.map((plan) => startChild(plan, { env, logPath: join(home, `${plan.name}.log`), log: createLog('test', 'silent') }));
    running = [...running, ...started];
    await Promise.all(started.map((child) => child.ready));
  }
  const detectWorker = (name: string): ChildPlan => ({ ...workerPlan(name, ['detect']), executable: SCRIPTED_WORKER });

  /** Frames that detection finishes a second while it has enough to do, from the ledger's own note of each frame. */
  async function rateOf(run: number, frames: number): Promise<number> {
    const { sha256 } = await (await openDiskFrameStore({ home })).put(await scriptedPicture('nobody', run));
    const firstAt = plusMs(NOON, run * 3_600_000);
    const accepted = receipts(await createLedger(db.pool).acceptFrames(Array.from({ length: frames }, (_, n) => newFrame({
      userId: 'ann', deviceId: DEVICES[n % DEVICES.length]!, givenCapturedAt: plusMs(firstAt, n * 1000), sha256,
    }))));
    await until('all frames to be settled', async () => (await db.pool.query('SELECT 1 FROM open_frames LIMIT 1')).rowCount === 0);
    const { rows } = await db.pool.query<{ ms: number }>(`
      SELECT extract(epoch FROM finished_at)::float8 * 1000 AS ms FROM stage_results WHERE stage = 'detect' AND frame_id = ANY($1) ORDER BY finished_at`,
    [accepted.map(({ frameId }) => frameId)]);
    expect(rows).toHaveLength(frames);
    // Neither the way to the first frame nor the last batches, when one process has nothing left.
    const middle = rows.slice(Math.floor(frames * 0.1), Math.floor(frames * 0.85)).map(({ ms }) => ms);
    return ((middle.length - 1) * 1000) / (middle.at(-1)! - middle[0]!);
  }

  it('doubles the rate of a detector that takes 200 ms for a frame', { timeout: 240_000 }, async () => {
    await start(workerPlan('rest', ['validate', 'workflows', 'dispatch']), detectWorker('detect-1'));
    // The dispatcher learns from it how slow detection is.
    await rateOf(0, 10);
    const alone = await rateOf(1, 60);
    await start(detectWorker('detect-2'));
    const together = await rateOf(2, 120);
    // It is the detector that limits, or the ratio would say nothing.
    expect(alone).toBeLessThanOrEqual(1000 / FRAME_MS * 1.05);
    expect(together / alone).toBeGreaterThanOrEqual(1.7);
  });
});
