import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KNOWN_MODELS } from '../../adapters/detector/known-models.ts';
import { assetForTest } from '../support/assets.ts';
import { startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';

const yoloxFile = await assetForTest('yolox_nano.onnx');

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest({ settings: { maxModelBytes: 4_000_000 } });
  await api.accounts();
});
afterAll(() => api.close());

const upload = (bytes: Buffer) => api.call({ method: 'POST', url: '/v1/models/weights', payload: bytes, headers: { 'content-type': 'application/octet-stream' } });
const remove = (url: string) => api.call({ method: 'DELETE', url });
const body = (sha256: string, over: object = {}) => ({ version: '1', head: 'yolox', sha256, licence: 'Apache-2.0', ...over });

describe('the models of the product', () => {
  it('are listed with everything that is known of them, and can be named by a device', async () => {
    const { json } = await api.get('/v1/models');
    expect(json.models.map(({ name }: any) => name)).toEqual(KNOWN_MODELS.map(({ name }) => name));
    expect((await api.get('/v1/models/picodet-s')).json).toMatchObject({
      name: 'picodet-s', version: '2021.12-416x416', head: 'picodet', licence: 'Apache-2.0', input: { kind: 'stretch', sidePixels: 416 }, registeredAt: null,
    });
    const put = await api.put('/v1/devices/named', { userId: 'anna', name: 'x', timeZone: 'UTC', model: 'deimv2-femto' });
    expect([put.status, put.json.model]).toEqual([201, 'deimv2-femto']);
    expect((await api.put('/v1/devices/named', { userId: 'anna', name: 'x', timeZone: 'UTC' })).json.model).toBeNull();
  });

  it('cannot be replaced or removed', async () => {
    expect((await api.put('/v1/models/yolox-nano', body('0'.repeat(64)))).json.code).toBe('model_version_taken');
    expect((await remove('/v1/models/yolox-nano')).json.code).toBe('model_unknown');
  });
});

describe('weights', () => {
  it('are refused when there are none or too many', async () => {
    expect((await upload(Buffer.alloc(0))).json.code).toBe('body_empty');
    expect((await upload(Buffer.alloc(4_000_001))).json.code).toBe('body_too_large');
  });

  it('that were never uploaded cannot be registered, and a device cannot name what is not registered', async () => {
    expect((await api.put('/v1/models/mine', body('0'.repeat(64)))).json.code).toBe('model_unknown');
    expect((await api.put('/v1/devices/named', { userId: 'anna', name: 'x', timeZone: 'UTC', model: 'mine' })).json.code).toBe('model_unknown');
  });

  it('that are no model are refused with what was found', async () => {
    const { json } = await upload(Buffer.from('no weights'));
    const answer = await api.put('/v1/models/mine', body(json.sha256));
    expect([answer.status, answer.json.code]).toEqual([422, 'model_invalid']);
    expect(answer.json.detail).toMatch(/does not start/);
  });

  it('of a grid need sides that it can be laid over', async () => {
    expect((await api.put('/v1/models/mine', body('0'.repeat(64), { input: { kind: 'letterbox', sidePixels: 300 } }))).json).toMatchObject({ code: 'request_malformed', detail: expect.stringContaining('multiples of 32') });
  });

  it('only of a head that takes any size may be fed within bounds', async () => {
    const input = { kind: 'within', longSidePixels: 640, shortSidePixels: 384 };
    expect((await api.put('/v1/models/mine', body('0'.repeat(64), { head: 'detr', input }))).json).toMatchObject({ code: 'request_malformed', detail: expect.stringContaining('body.input') });
  });
});

describe.skipIf(!yoloxFile)('a model that a user brings', { timeout: 60_000 }, () => {
  let sha256: string;
  beforeAll(async () => { sha256 = (await upload(await readFile(yoloxFile ?? ''))).json.sha256; });

  it('is registered once it has answered a picture, and its version never changes', async () => {
    const first = await api.put('/v1/models/yard', body(sha256));
    expect([first.status, first.json]).toMatchObject([201, { name: 'yard', version: '1', sha256, input: { kind: 'letterbox', sidePixels: 416 }, thresholds: { floor: 0.1 } }]);
    expect(first.json.labels).toHaveLength(80);
    expect((await api.put('/v1/models/yard', body(sha256))).status).toBe(200);
    const other = await api.put('/v1/models/yard', body(sha256, { thresholds: { floor: 0.2, usual: 0.5 } }));
    expect([other.status, other.json.code]).toEqual([409, 'model_version_taken']);
    expect((await api.get('/v1/models/yard')).json.thresholds.floor).toBe(0.1);
  });

  it('gets its next version under the same name, and one of them is current', async () => {
    const next = await api.put('/v1/models/next', body(sha256));
    expect(next.status).toBe(201);
    expect((await api.put('/v1/models/next', body(sha256, { version: '2', thresholds: { floor: 0.2, usual: 0.5 } }))).status).toBe(200);
    expect((await api.get('/v1/models/next')).json.version).toBe('2');
    expect((await api.put('/v1/models/next', body(sha256))).json.version).toBe('1');
    const { rows } = await api.db.pool.query("SELECT version FROM models WHERE name = 'next' AND current");
    expect(rows).toEqual([{ version: '1' }]);
  });

  it('has labels of its own, which rules are then held against while a device names it', async () => {
    const labels = Array.from({ length: 80 }, (_, n) => (n === 0 ? 'racoon' : `thing ${n}`));
    await api.put('/v1/models/racoons', body(sha256, { labels }));
    const check = () => api.call({ method: 'POST', url: '/v1/rules/check', payload: { text: 'RuleID: 9 | Unsafe Class: Racoon | ALL with probability>50%' } });
    expect((await check()).json.problems).not.toEqual([]);
    await api.put('/v1/devices/woods', { userId: 'anna', name: 'Woods', timeZone: 'UTC', model: 'racoons' });
    expect((await check()).json.problems).toEqual([]);
  });

  it('goes only when no device names it, and its versions stay', async () => {
    await api.put('/v1/models/leaving', body(sha256));
    await api.put('/v1/devices/last', { userId: 'anna', name: 'x', timeZone: 'UTC', model: 'leaving' });
    const used = await remove('/v1/models/leaving');
    expect([used.status, used.json.code]).toEqual([409, 'still_in_use']);
    expect(used.json.detail).toContain('last');
    await api.put('/v1/devices/last', { userId: 'anna', name: 'x', timeZone: 'UTC' });
    expect((await remove('/v1/models/leaving')).status).toBe(204);
    expect((await api.get('/v1/models/leaving')).json.code).toBe('model_unknown');
    expect((await api.db.pool.query("SELECT 1 FROM models WHERE name = 'leaving'")).rowCount).toBe(1);
  });
});
