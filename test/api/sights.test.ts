import { afterAll, beforeAll, expect, it } from 'vitest';
import { signOfLife } from '../../adapters/postgres/workers.ts';
import { modelsInSight, sightsOf } from '../../api/sights.ts';
import { calibrationOf } from '../../adapters/detector/calibration.ts';
import { KNOWN_MODELS } from '../../adapters/detector/known-models.ts';
import { startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';

const DEFAULT = { name: 'yolox-nano', labels: ['person'] };
let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest();
  await api.accounts();
});
afterAll(() => api.close());

const inSight = () => modelsInSight(api.db.pool, DEFAULT);
const names = async () => (await inSight()).models.map(({ name }) => name).sort();
const device = (deviceId: string, model: string | null) => ({ deviceId, model, timeZone: 'UTC', zones: [], assignedZones: null });

it('the default model is in sight while no detector is at work, and is as sure as the surest of its versions', async () => {
  const { models: [model], usual } = await inSight();
  expect([model?.name, usual]).toEqual(['yolox-nano', ['yolox-nano']]);
  const versions = KNOWN_MODELS.filter(({ name }) => name === 'yolox-nano');
  expect(model?.highest('person')).toBe(Math.max(...versions.map((version) => calibrationOf(version).toProbability(1, 'person'))));
});

it('a model that a device names is in sight, whether a worker runs it or not', async () => {
  await api.put('/v1/devices/door', { userId: 'anna', name: 'Door', timeZone: 'UTC', model: 'coco-ssd' });
  expect(await names()).toEqual(['coco-ssd', 'yolox-nano']);
  const sights = sightsOf(await inSight(), [device('door', 'coco-ssd'), device('gate', null)]);
  expect(sights.devices.map(({ deviceId, model }) => [deviceId, model])).toEqual([['door', 'coco-ssd'], ['gate', 'yolox-nano']]);
});

it('once detectors are at work, theirs look at the devices that name none; what nobody calibrated may be sure of all', async () => {
  const detector = { name: 'zoo', version: '1', sha256: 'x', runtime: 'none', calibration: 'none', fallback: null, labels: ['raccoon'] };
  await signOfLife(api.db.pool, { workerId: 'w', stages: ['detect'], detector, load: null });
  expect(await names()).toEqual(['coco-ssd', 'zoo']);
  const sights = sightsOf(await inSight(), [device('gate', null)]);
  expect(sights.devices.map(({ model }) => model)).toEqual(['zoo']);
  expect(sights.models.find(({ name }) => name === 'zoo')?.highest('raccoon')).toBe(1);
});
