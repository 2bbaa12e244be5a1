/** A plant whose pipeline has the stage that docs/adding-a-stage.md adds. API, ledger, dispatcher and the stages that touch rows are those of the product as it is. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FailedPage, FrameStatus } from '../../api/shapes/frames.ts';
import { createClient } from '../../client/client.ts';
import type { Client as ApiClient } from '../../client/client.ts';
import { PLACEMENTS } from '../../contracts/stages.ts';
import type { StageName } from '../../contracts/stages.ts';
import { instantFromDate, plusMs } from '../../contracts/time.ts';
import { startChild } from '../../workers/child-processes.ts';
import type { ChildPlan, ManagedChild } from '../../workers/child-processes.ts';
import { createLog } from '../../workers/log.ts';
import { workerPlan } from '../../workers/plant.ts';
import { buildWorkflowBundle, workflowBundle } from '../../workers/workflow-bundle.ts';
import { continueProcess, stopProcess } from '../chaos/signals.ts';
import type { ChangedProduct } from '../support/changed-product.ts';
import { productWithFace } from '../support/face-product.ts';
import { frameSettled, putAccount, removeHome, startTestPlant, until } from '../support/plant.ts';
import type { TestPlant } from '../support/plant.ts';
import { personWith } from '../support/scripted-faces.ts';
import type { FaceShown } from '../support/scripted-faces.ts';
import { scriptedPicture } from '../support/scripted-pictures.ts';
import { temporalForTest } from '../support/temporal.ts';

/** As in chaos: short, so that a stage that is away outlasts it, and no less, because two deaths within one batch take ten seconds each. */
const DEADLINE_SECONDS = '30';
const DEVICES = Array.from({ length: 6 }, (_, n) => `cam-${n}`);
const STARTED_AT = instantFromDate(new Date(Date.now() - 3_600_000));

describe.skipIf(!await temporalForTest()).each(PLACEMENTS)('a plant with a stage more, in placement %s', (placement) => {
  let product: ChangedProduct;
  let plant: TestPlant;
  let client: ApiClient;
  let face: ManagedChild;
  let sent = 0;

  beforeAll(async () => {
    product = productWithFace();
    plant = await startTestPlant({
      workers: [changed('pictures', ['validate', 'detect']), changed('quarantine', ['quarantine']), changed('workflows', ['workflows']),
        workerPlan('rest', ['evaluate', 'alert', 'record', 'incidents', 'messages', 'dispatch'])],
      env: { WATCHPOST_PLACEMENT: placement, WATCHPOST_BATCH_DEADLINE_SECONDS: DEADLINE_SECONDS },
    });
    client = createClient({ baseUrl: plant.plant.baseUrl, key: plant.plant.adminKey });
    await putAccount(plant, 'ann', DEVICES, { 100: 'RuleID: 100 | Unsafe Class: Person | ALL with probability>50%' });
    face = startFace();
    await face.ready;
  }, 180_000);
  afterAll(async () => {
    await client?.close();
    await face?.stop();
    await plant?.stop();
    if (plant) await removeHome(plant.home);
    product?.remove();
  }, 180_000);

  /** A process of the changed product, with the scripted detector. */
  function changed(name: string, stages: readonly string[]): ChildPlan {
    return { ...workerPlan(name, stages as readonly StageName[]), executable: join(product.root, 'test', 'support', 'scripted-worker.mjs') };
  }
  const startFace = (): ManagedChild => startChild(changed('face', ['face']), {
    env: { ...process.env, DATABASE_URL: plant.plant.databaseUrl, TEMPORAL_ADDRESS: plant.plant.temporalAddress, WATCHPOST_HOME: plant.home },
    log: createLog('face', 'silent'), logPath: join(plant.home, 'log', 'face.log'),
  });

  /** Each frame of its own moment, and of the device that comes next. */
  async function push(shows: FaceShown | 'nobody'): Promise<string> {
    sent += 1;
    const number = sent;
    const bytes = shows === 'nobody' ? await scriptedPicture('nobody', number) : await personWith(shows, number);
    return (await client.pushFrame({ deviceId: DEVICES[number % DEVICES.length]!, capturedAt: plusMs(STARTED_AT, number * 1000), bytes, mediaType: 'image/jpeg' })).frameId;
  }
  /** So that they travel together. */
  async function pushTogether(...shows: readonly (FaceShown | 'nobody')[]): Promise<string[]> {
    const { pid } = plant.plant.children.get('rest')!;
    stopProcess(pid!);
    try {
      return await Promise.all(shows.map(push));
    } finally {
      continueProcess(pid!);
    }
  }
  const look = (frameId: string): Promise<FrameStatus> => plant.call<FrameStatus>('GET', `/v1/frames/${frameId}`);
  const settled = (frameId: string): Promise<FrameStatus> => frameSettled(plant, frameId);
  /** The stages of its last batch, in the order in which they began. */
  const wayOf = ({ stages }: FrameStatus): string[] => stages.filter(({ batchId }) => batchId === stages.at(-1)?.batchId).map(({ stage }) => stage);
  const addsUp = async () => expect((await plant.call<{ totals: object }>('GET', '/v1/ops/accounting')).totals).toMatchObject({ open: 0, unaccounted: 0 });

  it('takes a frame with a person through it, and leaves what it found', async () => {
    const frame = await settled(await push('face'));
    expect(frame.state).toBe('alerted');
    expect(wayOf(frame)).toEqual(['validate', 'detect', 'face', 'evaluate', 'alert', 'record']);
    const found = JSON.parse(await readFile(join(plant.home, 'results', frame.detectionsPath!.replace(/\.json$/, '.faces.json')), 'utf8')) as object;
    expect(found).toEqual({ frameId: frame.frameId, width: 160, height: 120, faces: [[0, 0, 40, 10]] });
  });

  it('lets a frame without anybody pass it by, also in a batch with frames that do not', async () => {
    const [nobody, somebody] = await Promise.all((await pushTogether('nobody', 'face')).map(settled));
    expect(nobody!.batches.map(({ batchId }) => batchId)).toEqual(somebody!.batches.map(({ batchId }) => batchId));
    expect([nobody!.state, wayOf(nobody!)]).toEqual(['no_match', ['validate', 'detect', 'evaluate', 'record']]);
    expect([somebody!.state, wayOf(somebody!).includes('face')]).toEqual(['alerted', true]);
  });

  it('ends a frame that it fails or refuses as any stage would, and no neighbour of it', async () => {
    const [failed, refused, innocent] = await Promise.all((await pushTogether('nonsense', 'corrupt', 'face')).map(settled));
    expect(failed).toMatchObject({ state: 'failed', reason: 'detector_output_invalid', stage: 'face' });
    expect(refused).toMatchObject({ state: 'rejected', reason: 'image_corrupt', stage: 'face' });
    expect(innocent).toMatchObject({ state: 'alerted' });
    expect([wayOf(failed!), wayOf(refused!)]).toEqual([['validate', 'detect', 'face', 'record'], ['validate', 'detect', 'face', 'record']]);

    const { frames } = await plant.call<FailedPage>('GET', '/v1/ops/failed');
    expect(frames.find(({ frameId }) => frameId === failed!.frameId)).toMatchObject({ stage: 'face', detail: 'a face of minus one pixels' });
    const { rows } = await plant.pool.query('SELECT reason, detail FROM invalid_frames WHERE frame_id = $1', [refused!.frameId]);
    expect(rows).toEqual([{ reason: 'image_corrupt', detail: 'not for this decoder' }]);
    await addsUp();
  });

  it('only makes frames late while nobody runs it, past the deadline of their batch too, and those without a person not even that', async () => {
    await face.stop();
    const waits = await push('face');
    await until('detect to be done with it', async () => (await look(waits)).stages.some(({ stage }) => stage === 'detect'));
    expect(await settled(await push('nobody'))).toMatchObject({ state: 'no_match' });
    await until('its batch to come back at the deadline', async () => (await look(waits)).batches.some(({ closedBecause }) => closedBecause === 'deadline'));
    expect(await look(waits)).toMatchObject({ settledAt: null });

    face = startFace();
    const frame = await settled(waits);
    expect(frame.state).toBe('alerted');
    expect(wayOf(frame)).toContain('face');
    await addsUp();
  }, 240_000);

  it('fails the frame that kills its workers, tried again alone in quarantine, and not the one that was there', async () => {
    const { pid } = plant.plant.children.get('quarantine')!;
    const [killer, innocent] = await Promise.all((await pushTogether('killer', 'face')).map(settled));
    expect(killer).toMatchObject({ state: 'failed', reason: 'worker_died', stage: 'face' });
    expect(killer!.batches.length).toBeGreaterThan(1);
    expect(plant.plant.children.get('quarantine')!.pid).not.toBe(pid);
    expect(innocent).toMatchObject({ state: 'alerted' });
    await addsUp();
  }, 240_000);

  it('makes histories that replay on its pipeline, and on no pipeline that does not know it', async () => {
    const frame = await settled(await push('face'));
    const connection = await Connection.connect({ address: plant.plant.temporalAddress });
    try {
      const history = await new Client({ connection }).workflow.getHandle(frame.batches[0]!.workflowId).fetchHistory();
      await Worker.runReplayHistory({ workflowBundle: await buildWorkflowBundle(product.root) }, history, 'with');
      await expect(Worker.runReplayHistory({ workflowBundle: await workflowBundle() }, history, 'without')).rejects.toThrow();
    } finally {
      await connection.close();
    }
  });
});

Runtime.install({ logger: new DefaultLogger('ERROR') });
