/** A whole plant whose detector is coco-ssd on native TensorFlow: frames in through the API, verdicts and stored detections out. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../client/client.ts';
import type { Client } from '../../client/client.ts';
import type { DetectionSet } from '../../contracts/detection.ts';
import { instantFromDate, plusMs } from '../../contracts/time.ts';
import { assetForTest } from '../support/assets.ts';
import { courtyardFrames } from '../support/footage.ts';
import { frameSettled, putAccount, removeHome, startTestPlant } from '../support/plant.ts';
import type { TestPlant } from '../support/plant.ts';
import { tfjsNodeForTest } from '../support/tfjs-node.ts';

const pictures = await courtyardFrames(4);
const modelFolder = await assetForTest('coco-ssd');
const native = tfjsNodeForTest();
const START = instantFromDate(new Date(Date.now() - 600_000));

describe.skipIf(!pictures || !modelFolder || !native)('a plant on native TensorFlow', () => {
  let plant: TestPlant;
  let client: Client;
  beforeAll(async () => {
    plant = await startTestPlant({ env: { WATCHPOST_DETECTOR: 'coco-ssd', WATCHPOST_TFJS_BACKEND: 'node' } });
    client = createClient({ baseUrl: plant.plant.baseUrl, key: plant.plant.adminKey });
    await putAccount(plant, 'ann', ['gate', 'yard'], { 100: 'RuleID: 100 | Unsafe Class: Person | ALL with probability>50%' });
  }, 180_000);
  afterAll(async () => {
    await client?.close();
    await plant?.stop();
    if (plant) await removeHome(plant.home);
  }, 180_000);

  it('brings every frame to its end, sees the people in them, and says what computed it', async () => {
    const pushed = [];
    // One after the other: a frame that comes after newer ones of its device is late, and tells nobody.
    for (const [n, bytes] of pictures!.entries()) {
      for (const deviceId of ['gate', 'yard']) pushed.push(await client.pushFrame({ deviceId, capturedAt: plusMs(START, n * 1000), bytes, mediaType: 'image/jpeg' }));
    }
    const frames = await Promise.all(pushed.map(({ frameId }) => frameSettled(plant, frameId)));
    expect(frames.map(({ state }) => state)).toEqual(frames.map(() => 'alerted'));

    for (const { frameId } of pushed) {
      const { rows: [row] } = await plant.pool.query<{ model: DetectionSet['model']; path: string }>('SELECT model, file_path AS path FROM frame_detections WHERE frame_id = $1', [frameId]);
      expect(row!.model).toMatchObject({ name: 'coco-ssd', runtime: 'tfjs-node' });
      const file = JSON.parse(await readFile(join(plant.home, 'results', row!.path), 'utf8')) as DetectionSet;
      expect(file.model).toEqual(row!.model);
      expect(file.detections.some(({ label, probability }) => label === 'person' && probability > 0.5)).toBe(true);
    }
    expect(await plant.call('GET', '/v1/ops/accounting')).toMatchObject({ totals: { open: 0, unaccounted: 0 } });
  });

  it('shows the runtime among its detectors', async () => {
    const { detectors } = await plant.call<{ detectors: { name: string; runtime: string; fallback: string | null }[] }>('GET', '/v1/ops/status');
    expect(detectors.length).toBeGreaterThan(0);
    for (const detector of detectors) expect(detector).toMatchObject({ name: 'coco-ssd', runtime: 'tfjs-node', fallback: null });
  });
});
