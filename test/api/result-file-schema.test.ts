import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DETECTIONS_SCHEMA } from '../../api/shapes/result-file.ts';
import { RESULT_FILE_SCHEMA, resultFile } from '../../contracts/result-file.ts';
import { parseInstant } from '../../contracts/time.ts';
import { startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';

const ajv = new Ajv2020({ allErrors: true, strict: true, strictTuples: false });
addFormats.default(ajv);
const check = ajv.compile(DETECTIONS_SCHEMA);

const FILE = resultFile(
  { frameId: '01a1fd50-bf90-7a65-98b6-7f2402f97040', tag: 'anna-door-20261121T021400.123456Z-Europe~2fBerlin', capturedAt: parseInstant('2026-11-21T02:14:00.123456Z') },
  {
    width: 1280, height: 960, detections: [{ label: 'dog', score: 0.91, probability: 0.88, box: [10, 20, 30.5, 40] }],
    model: { name: 'yolox-nano', version: '0.1.1', sha256: 'f'.repeat(64), runtime: 'onnxruntime-node', calibration: 'none' },
  });

// After a change of the form: npx vitest run test/api/result-file-schema.test.ts -u
it('the schema in docs/ is the one that is served', async () => {
  await expect(`${JSON.stringify(DETECTIONS_SCHEMA, null, 2)}\n`).toMatchFileSnapshot('../../docs/detections.schema.json');
});

describe('the schema of the result files', () => {
  let api: ApiUnderTest;
  beforeAll(async () => { api = await startApiUnderTest(); });
  afterAll(() => api.close());

  it('is served to whoever may read frames, under a name of its own', async () => {
    const { status, json, headers } = await api.get('/v1/schemas/detections', await api.key('ingest'));
    expect([status, headers['content-type']]).toEqual([200, expect.stringMatching(/^application\/schema\+json/)]);
    expect(json).toEqual(JSON.parse(JSON.stringify(DETECTIONS_SCHEMA)));
    expect(json.$id).toBe(RESULT_FILE_SCHEMA);
  });

  it('says of every field what it means', () => {
    const { properties } = DETECTIONS_SCHEMA as unknown as { properties: Record<string, { description?: string; properties?: object; items?: { properties: Record<string, { description?: string }> } }> };
    for (const [name, property] of Object.entries(properties)) if (!property.properties) expect(property.description, name).toEqual(expect.any(String));
    for (const [name, property] of Object.entries(properties['detections']!.items!.properties)) expect(property.description, name).toEqual(expect.any(String));
  });

  it('holds for a file as detect makes it', () => {
    expect([check(JSON.parse(JSON.stringify(FILE))), check.errors]).toEqual([true, null]);
    expect(check({ ...FILE, detections: [] })).toBe(true);
    expect(check({ ...FILE, added: 'later' })).toBe(true);
  });

  it.each<[string, object]>([
    ['another schema', { schema: 'urn:watchpost:schema:detections:2' }],
    ['a box of three numbers', { detections: [{ ...FILE.detections[0], box: [1, 2, 3] }] }],
    ['a label that is none', { detections: [{ ...FILE.detections[0], label: 7 }] }],
    ['no probability', { detections: [{ ...FILE.detections[0], probability: undefined }] }],
    ['a moment that is none', { capturedAt: 'yesterday' }],
    ['no model', { model: undefined }],
    ['an id that is none', { frameId: 'x' }],
    ['a picture without width', { width: 0 }],
  ])('does not hold for %s', (_what, change) => {
    expect(check(JSON.parse(JSON.stringify({ ...FILE, ...change })))).toBe(false);
  });
});
