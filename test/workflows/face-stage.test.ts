/** A stage that comes later: what docs/adding-a-stage.md does to the product, and what that does to pipelines before, during and after. */
import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FRAME_PIPELINE } from '../../contracts/pipeline.ts';
import type { StageInput, StageResult } from '../../contracts/pipeline.ts';
import { STAGES } from '../../contracts/stages.ts';
import { buildWorkflowBundle, workflowBundle } from '../../workers/workflow-bundle.ts';
import { callsIn, payloadBytes, positionsIn } from '../replay/history.ts';
import { recordHistory } from '../replay/record.ts';
import { BrokenStage, SCENARIOS } from '../replay/scenarios.ts';
import type { Scenario } from '../replay/scenarios.ts';
import type { ChangedProduct } from '../support/changed-product.ts';
import { ADDING, TAKING_OUT, productWithFace } from '../support/face-product.ts';
import { freshNamespace, temporalForTest } from '../support/temporal.ts';
import type { TestNamespace } from '../support/temporal.ts';

const FACE_QUEUE = 'watchpost-face';
const HISTORIES = fileURLToPath(new URL('../replay/histories/', import.meta.url));
/** Design, section 1: history stays small. */
const MOST_BYTES_PER_FRAME = 256;

let product: ChangedProduct;
let withFace: { code: string };
let withoutAgain: { code: string };
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  product = productWithFace();
  withFace = await buildWorkflowBundle(product.root);
  const taken = productWithFace();
  taken.apply(TAKING_OUT);
  withoutAgain = await buildWorkflowBundle(taken.root);
  taken.remove();
});
afterAll(() => product?.remove());

describe('the page about adding a stage', () => {
  it('adds one file, a row, a row of what it is made of and a line of the story, and takes nothing away', () => {
    expect(ADDING.filter(({ isNew }) => isNew).map(({ path }) => path)).toEqual(['activities/face.ts']);
    expect(ADDING.filter(({ isNew }) => !isNew).map(({ path }) => path)).toEqual(['contracts/stages.ts', 'workers/stage-registry.ts', 'workflows/frame-pipeline.ts']);
    const taken = ADDING.filter(({ isNew }) => !isNew).flatMap(({ text }) => text.split('\n').filter((line) => line.startsWith('-')));
    // It comes back on the next line, and says what detect saw.
    expect(taken).toEqual(["-  await batch.through('detect');"]);
  });

  it('leaves a product in which every type fits', async () => {
    await promisify(execFile)(process.execPath, [join(product.root, 'node_modules/typescript/bin/tsc'), '--noEmit', '-p', product.root])
      .catch(({ stdout }: { stdout: string }) => expect.fail(stdout));
  }, 300_000);
});

describe('a history recorded before the stage', () => {
  it('replays on the pipeline that has it, and on the one that had it', async () => {
    const names = await readdir(HISTORIES);
    expect(names.length).toBeGreaterThan(15);
    for (const name of names) {
      const history = await readFile(join(HISTORIES, name), 'utf8');
      await replay(withFace, history);
      await replay(withoutAgain, history);
    }
  });
});

const address = await temporalForTest();

describe.skipIf(!address)('a pipeline with the stage', () => {
  let temporal: TestNamespace;
  beforeAll(async () => { temporal = await freshNamespace(address!); });
  afterAll(() => temporal?.close());

  const record = async (scenario: Scenario, bundle = withFace): Promise<string> =>
    JSON.stringify(await recordHistory(scenario, address!, { workflowBundle: bundle, namespace: temporal.namespace, queues: { findFaces: FACE_QUEUE } }));

  it.each([['match', FACE_QUEUE], ['compact-match', FACE_QUEUE], ['alone', STAGES.quarantine.taskQueue], ['compact-alone', STAGES.quarantine.taskQueue]])(
    'asks it on its queue between detect and evaluate, and that replays: %s', async (name, queue) => {
      const history = await record(variant(name, { boundFor: { face: [0] } }));
      expect(callsOf(history).slice(1, 3)).toMatchObject([{ activity: 'detectObjects' }, { activity: 'findFaces', queue, input: { positions: [0] } }]);
      await replay(withFace, history);
      await replay(withoutAgain, history);
      await expect(replay(await workflowBundle(), history)).rejects.toThrow();
    });

  it('hands it the frames that detect names and are still under way, and the others to evaluate all the same', async () => {
    const history = await record(variant('mixed-batch', { boundFor: { face: [2, 3] }, exceptions: [{ position: 2, outcome: 'failed', code: 'bytes_missing' }] }));
    expect(positionsOf(history, 'findFaces')).toEqual([3]);
    expect(positionsOf(history, 'evaluateRules')).toEqual([0, 3]);
  });

  it('asks nothing of it for a batch in which detect names nobody', async () => {
    const history = await record(variant('sixteen-frames', { boundFor: { face: [] } }));
    expect(callsOf(history).map(({ activity }) => activity)).toEqual(['validateFrames', 'detectObjects', 'evaluateRules', 'raiseAlerts', 'recordOutcomes']);
  });

  it('keeps out of evaluate what it refused and failed, and records both under its name', async () => {
    const exceptions = [{ position: 1, outcome: 'refused', code: 'image_corrupt' }, { position: 4, outcome: 'failed', code: 'detector_output_invalid' }] as const;
    const history = await record(variant('sixteen-frames', { boundFor: { face: [1, 4, 5] } }, async () => ({ exceptions })));
    expect(positionsOf(history, 'evaluateRules')).toEqual([0, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    expect(callsOf(history).at(-1)?.input).toMatchObject({ exceptions: exceptions.map((exception) => ({ stage: 'face', ...exception })) });
  });

  it('that breaks in it sends the frames that were there back to run alone', async () => {
    const history = await record(variant('stage-broke-for-many', { boundFor: { face: [0, 2] } }, () => Promise.reject(new BrokenStage('asset_missing'))));
    expect((callsOf(history).at(-1)?.input as { exceptions: unknown[] }).exceptions.slice(0, 2)).toEqual(
      [0, 2].map((position) => ({ stage: 'face', position, outcome: 'retry', code: 'asset_missing' })));
  });

  it('holds at most 256 bytes of payload per frame for a full batch in which every frame shows somebody', async () => {
    const bytes = async (name: string, frames: number) => payloadBytes(JSON.parse(await record(variant(name, { boundFor: { face: Array.from({ length: frames }, (_, n) => n) } }))) as object);
    expect((await bytes('sixteen-frames', 16) - await bytes('match', 1)) / 15).toBeLessThanOrEqual(MOST_BYTES_PER_FRAME);
  });

  it('sends all frames of a batch to it that waited for an old detect worker while the stage was deployed', async () => {
    const { history, asked } = await deployedMeanwhile(await workflowBundle(), withFace);
    expect(asked).toEqual(Array.from({ length: 16 }, (_, n) => n));
    await replay(withFace, history);
  });

  it('passes it by in a batch that waited for detect while the stage was taken out', async () => {
    const { history, asked } = await deployedMeanwhile(withFace, withoutAgain);
    expect(asked).toBeUndefined();
    await replay(withoutAgain, history);
  });

  /** A batch is at detect, which says nothing of the stage, when the workflow worker goes and another comes. */
  async function deployedMeanwhile(before: Bundle, after: Bundle): Promise<{ history: string; asked: readonly number[] | undefined }> {
    let detectAsked: () => void = () => {};
    const atDetect = new Promise<void>((asked) => { detectAsked = asked; });
    let letGo: () => void = () => {};
    const held = new Promise<void>((go) => { letGo = go; });
    const { activities, input } = variant('sixteen-frames', {});
    const connection = await NativeConnection.connect({ address: address! });
    const { namespace, client } = temporal;
    const taskQueue = 'deploy';
    const workflows = (bundle: Bundle) => Worker.create({ connection, namespace, taskQueue, workflowBundle: bundle });
    const served = { ...activities, detectObjects: async () => { detectAsked(); await held; return { exceptions: [] }; } };
    const queues = [STAGES.validate, STAGES.detect, STAGES.evaluate, STAGES.alert, STAGES.record].map((stage) => stage.taskQueue);
    const others = await Promise.all([...queues, FACE_QUEUE].map((queue) => Worker.create({ connection, namespace, taskQueue: queue, activities: served })));
    const running = others.map((worker) => worker.run());
    try {
      const old = await workflows(before);
      const oldRuns = old.run();
      const handle = await client.workflow.start(FRAME_PIPELINE, { taskQueue, workflowId: `deploy-${Math.random()}`, args: [input] });
      await atDetect;
      old.shutdown();
      await oldRuns;
      const history = await (await workflows(after)).runUntil(async () => {
        letGo();
        await handle.result();
        return historyToJSON(await handle.fetchHistory());
      });
      return { history, asked: positionsOf(history, 'findFaces') };
    } finally {
      for (const worker of others) worker.shutdown();
      await Promise.all(running);
      await connection.close();
    }
  }
});

type Bundle = Awaited<ReturnType<typeof workflowBundle>> | { code: string };

const callsOf = (history: string) => callsIn(JSON.parse(history) as Parameters<typeof callsIn>[0]);
const positionsOf = (history: string, activity: string) => positionsIn(callsOf(history), activity);

/** A scenario of the recorded histories in which detect and the new stage answer this. */
function variant(name: string, detected: Partial<StageResult> & { boundFor?: { face: number[] } }, findFaces: (input: StageInput) => Promise<StageResult> = async () => ({ exceptions: [] })): Scenario {
  const scenario = SCENARIOS.find((one) => one.name === name)!;
  return { ...scenario, name: `face-${name}-${Math.random()}`, activities: { ...scenario.activities, detectObjects: async () => ({ exceptions: [], ...detected }), ...{ findFaces } } };
}

async function replay(bundle: Bundle, history: string): Promise<void> {
  await Worker.runReplayHistory({ workflowBundle: bundle }, historyFromJSON(JSON.parse(history)), 'replayed');
}
