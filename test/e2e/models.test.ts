/** Devices that want another model than the workers use: one of the product, one that a user brought, one that cannot be had. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../client/client.ts';
import type { Client } from '../../client/client.ts';
import type { FrameStatus } from '../../api/shapes/frames.ts';
import { assetForTest } from '../support/assets.ts';
import { courtyardFrames } from '../support/footage.ts';
import { frameSettled, putAccount, removeHome, startTestPlant } from '../support/plant.ts';
import type { TestPlant } from '../support/plant.ts';

const pictures = await courtyardFrames(2);
const picodet = await assetForTest('picodet_s_416.onnx');
const femto = await assetForTest('deimv2_femto_416.onnx');

describe.skipIf(!pictures || !picodet || !femto)('models in a running plant', { timeout: 180_000 }, () => {
  let plant: TestPlant;
  let client: Client;
  beforeAll(async () => {
    plant = await startTestPlant();
    client = createClient({ baseUrl: plant.plant.baseUrl, key: plant.plant.adminKey });
    await putAccount(plant, 'ann', ['plain'], {});
  }, 180_000);
  afterAll(async () => {
    await client?.close();
    await plant?.stop();
    if (plant) await removeHome(plant.home);
  }, 180_000);

  const deviceWith = (deviceId: string, model: string) => client.putDevice(deviceId, { userId: 'ann', name: deviceId, timeZone: 'Europe/Berlin', model });
  async function judged(deviceId: string): Promise<FrameStatus> {
    const { frameId } = await client.pushFrame({ deviceId, capturedAt: new Date().toISOString(), bytes: pictures![0]!, mediaType: 'image/jpeg' });
    return frameSettled(plant, frameId);
  }
  const people = ({ detections }: FrameStatus) => detections.filter(({ label, score }) => label === 'person' && score > 0.4).length;

  it('look at the frames of the devices that name them, side by side in one worker', async () => {
    const { sha256 } = await client.uploadWeights(await readFile(picodet!));
    await client.putModel('of-ann', { version: '7', head: 'picodet', licence: 'Apache-2.0', sha256 });
    await deviceWith('brought', 'of-ann');
    await deviceWith('femto', 'deimv2-femto');
    const [plain, brought, detr] = await Promise.all(['plain', 'brought', 'femto'].map(judged));
    expect(brought!.model).toMatchObject({ name: 'of-ann', version: '7', sha256 });
    expect(detr!.model).toMatchObject({ name: 'deimv2-femto', runtime: 'onnxruntime-node' });
    expect(plain!.model!.name).not.toBe('of-ann');
    // The same courtyard with six people in it, whoever looks.
    for (const frame of [plain!, brought!, detr!]) expect(people(frame), frame.model!.name).toBeGreaterThanOrEqual(3);
  });

  it('that cannot be loaded fail the frames that want them and no other', async () => {
    const { sha256 } = await client.uploadWeights(await readFile(picodet!));
    await client.putModel('lost', { version: '1', head: 'picodet', licence: 'Apache-2.0', sha256 });
    await deviceWith('orphaned', 'lost');
    await plant.pool.query("UPDATE models SET sha256 = decode(repeat('00', 32), 'hex') WHERE name = 'lost'");
    const [lost, plain] = await Promise.all(['orphaned', 'plain'].map(judged));
    expect(lost).toMatchObject({ state: 'failed', stage: 'detect', reason: 'model_unavailable' });
    expect(plain!.state).toBe('no_match');
  });
});
