import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEvaluateActivities } from '../../activities/evaluate.ts';
import { RuleSets } from '../../adapters/postgres/rule-set-cache.ts';
import { createJudgementLedger } from '../../adapters/postgres/verdicts.ts';
import { createSettlingLedger } from '../../adapters/postgres/outcomes.ts';
import { createStageLedger } from '../../adapters/postgres/stage-ledger.ts';
import { createFrameResults } from '../../adapters/postgres/frame-results.ts';
import type { StagedFrame } from '../../activities/ports/staged-frame.ts';
import { claim, storeVerdicts } from '../support/plant-data.ts';
import { jpeg, secondsAgo, startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest({ settings: { publicUrl: 'https://watch.example.org' } });
  await api.accounts();
});
afterAll(() => api.close());

const MODEL = { name: 'yolox-nano', version: '0.1.1', sha256: 'f'.repeat(64), runtime: 'onnxruntime-node', calibration: 'none' };
const DOG = { label: 'dog', score: 0.9, probability: 0.88, box: [10, 20, 30, 40] } as const;
const VERDICT = {
  ruleId: '100', ruleVersion: 1, matched: true, severity: 'high', evidence: [0],
  clauses: [{ path: '0', text: 'dog with probability > 80%', holds: true, compared: 0.88, threshold: 0.8 }],
} as const;

async function claimed() {
  const batch = await claim(api.db.pool);
  const [frame] = await createStageLedger(api.db.pool).load(batch.batchId, [0], 'validate');
  return { batch, frame: frame as StagedFrame };
}

const done = (frame: StagedFrame) => ({ frame, outcome: 'done' as const, code: null, detail: null, startedAt: new Date(Date.now() - 40), finishedAt: new Date() });

/** What the stages before evaluate write, through their own adapters. */
async function detected() {
  const { batch, frame } = await claimed();
  const results = createFrameResults(api.db.pool, { invalidFrameDays: 1 });
  const { sha256 } = await api.deps.frameStore.put(jpeg('standardised'));
  await results.saveValidations(batch.batchId, [{ ...done(frame), made: { sha256, width: 4000, height: 3000, standardWidth: 1920, standardHeight: 1440, warnings: ['trailing_bytes'] } }], []);
  await results.saveDetections(batch.batchId, [{ ...done(frame), made: { set: { model: MODEL, width: 4000, height: 3000, detections: [DOG] }, path: '/anna-door/x.json' } }]);
  return { batch, frame };
}

/** As it was before rule sets were recorded. */
async function judged() {
  const { batch, frame } = await detected();
  await storeVerdicts(api.db.pool, batch, frame, [VERDICT]);
  return { batch, frame };
}

describe('the status of a frame', () => {
  it('goes from accepted over processing to the terminal state, with all that is known on the way', async () => {
    const { json: { frameId, statusUrl } } = await api.push('door', secondsAgo(100), jpeg('raw'));
    expect(statusUrl).toBe(`https://watch.example.org/v1/frames/${frameId}`);
    const status = async () => (await api.get(`/v1/frames/${frameId}`)).json;
    expect((await status()).state).toBe('accepted');

    const { batch } = await judged();
    const underWay = await status();
    expect(underWay).toMatchObject({
      state: 'processing', width: 4000, height: 3000, detections: [DOG], model: MODEL, verdicts: [VERDICT], ruleSet: null, warnings: ['trailing_bytes'],
      detectionsPath: '/anna-door/x.json', timeZone: 'Europe/Berlin', runs: 1, settledAt: null,
      batches: [{ batchId: batch.batchId, workflowId: batch.batchId, runId: null, closedAt: null }],
    });
    expect(underWay.stages.map(({ stage, outcome }: any) => [stage, outcome])).toEqual([['validate', 'done'], ['detect', 'done']]);

    await createSettlingLedger(api.db.pool).settle({ batchId: batch.batchId, exceptions: [] });
    expect(await status()).toMatchObject({ state: 'no_match', reason: null, batches: [{ closedBecause: 'settled' }], settledAt: expect.any(String) });
  });

  it('says why and where a frame was refused or failed', async () => {
    for (const [outcome, code, state] of [['refused', 'image_void', 'rejected'], ['failed', 'detector_output_invalid', 'failed']] as const) {
      const { json: { frameId } } = await api.push('door', secondsAgo(200 + code.length), jpeg(code));
      const { batch } = await claimed();
      await createSettlingLedger(api.db.pool).settle({ batchId: batch.batchId, exceptions: [{ position: 0, outcome, code, stage: 'validate' }] });
      expect((await api.get(`/v1/frames/${frameId}`)).json).toMatchObject({ state, reason: code, stage: 'validate' });
    }
  });

  it('takes the id in any case', async () => {
    const { json: { frameId } } = await api.push('door', secondsAgo(300), jpeg('case'));
    expect((await api.get(`/v1/frames/${frameId.toUpperCase()}`)).json.frameId).toBe(frameId);
    await createSettlingLedger(api.db.pool).settle({ batchId: (await claimed()).batch.batchId, exceptions: [] });
  });

  it.each([
    '01a1fd50-bf90-7a65-98b6-7f2402f97040', '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-7fff-bfff-ffffffffffff', '01a1fd50-bf90-4a65-98b6-7f2402f97040',
  ])('of %s, which nobody accepted, is 404', async (id) => {
    const { status, json } = await api.get(`/v1/frames/${id}`);
    expect([status, json.code]).toEqual([404, 'frame_unknown']);
  });

  it('of a text that is no id is 400', async () => {
    for (const id of ['x', '%', '\0', "'; DROP TABLE frames"]) expect((await api.get(`/v1/frames/${encodeURIComponent(id)}`)).status).toBe(400);
  });

  it('is not told to a key of another user', async () => {
    const { json: { frameId } } = await api.push('gate', secondsAgo(10), jpeg('berts'));
    const key = await api.key('customer', 'anna');
    expect((await api.get(`/v1/frames/${frameId}`, key)).json.code).toBe('frame_unknown');
    expect((await api.get(`/v1/frames/${frameId}/image`, key)).json.code).toBe('frame_unknown');
    await createSettlingLedger(api.db.pool).settle({ batchId: (await claimed()).batch.batchId, exceptions: [] });
  });
});

describe('the verdicts of a frame', () => {
  const line = (ruleId: string, label: string): string => `RuleID: ${ruleId} | Unsafe Class: ${label} | ALL with probability>80%`;
  const put = (ruleId: string, label: string) => api.call({ method: 'PUT', url: `/v1/rules/${ruleId}`, headers: { 'content-type': 'text/plain' }, payload: line(ruleId, label) });

  it('are those of every rule of the set that judged it, quiet ones too, and stay so whatever changes later', async () => {
    await put('501', 'Dog');
    await put('502', 'Cat');
    await api.put('/v1/users/anna/rules', { rules: [{ ruleId: '502' }, { ruleId: '501' }] });
    const { json: { frameId } } = await api.push('door', secondsAgo(700), jpeg('a dog'));
    const { batch } = await detected();
    const judging = createEvaluateActivities({ ledger: createJudgementLedger(api.db.pool, new RuleSets(api.db.pool, () => false)), log: api.deps.log });
    expect(await judging.evaluateRules({ batchId: batch.batchId, positions: [0] })).toEqual({ exceptions: [], matched: [0] });
    await createSettlingLedger(api.db.pool).settle({ batchId: batch.batchId, exceptions: [] });

    const status = async () => (await api.get(`/v1/frames/${frameId}`)).json;
    const first = await status();
    expect(first.verdicts).toMatchObject([
      { ruleId: '501', ruleVersion: 1, matched: true, severity: 'medium', evidence: [0] },
      { ruleId: '502', ruleVersion: 1, matched: false, severity: 'medium', evidence: [], clauses: [{ holds: false }, { text: 'cat with probability > 80%', compared: null, holds: false }] },
    ]);
    expect(first.ruleSet).toEqual({ id: expect.stringMatching(/^[0-9a-f]{64}$/), rules: 2 });
    const contents = (await api.get(`/v1/rule-sets/${first.ruleSet.id}`)).json;
    expect(contents).toMatchObject({ ruleSetId: first.ruleSet.id, timeZone: 'Europe/Berlin', zones: [], rules: [{ ruleId: '501', version: 1, through: [{ groupId: null }] }, { ruleId: '502', version: 1 }] });

    await put('502', 'Dog');
    await api.put('/v1/users/anna/rules', { rules: [] });
    const later = await status();
    expect([later.verdicts, later.ruleSet]).toEqual([first.verdicts, first.ruleSet]);
    expect((await api.get(`/v1/rule-sets/${first.ruleSet.id}`)).json).toEqual(contents);
  });

  it('and the set behind them: to operators only, and only of those there are', async () => {
    const url = `/v1/rule-sets/${'0'.repeat(64)}`;
    expect((await api.get(url)).json.code).toBe('rule_set_unknown');
    expect((await api.get(url, await api.key('ops'))).json.code).toBe('rule_set_unknown');
    expect((await api.get(url, await api.key('customer', 'anna'))).json.code).toBe('forbidden');
    expect((await api.get('/v1/rule-sets/nonsense')).status).toBe(400);
  });
});

describe('the picture of a frame', () => {
  it('is the bytes as received until there is a standardised one', async () => {
    const { json: { frameId } } = await api.push('door', secondsAgo(400), jpeg('as received'), { headers: { 'content-type': 'image/webp' } });
    const url = `/v1/frames/${frameId}/image`;
    const raw = await api.get(url) as any;
    expect([raw.status, raw.headers['content-type'], raw.headers['cache-control']]).toEqual([200, 'image/webp', 'private, no-cache']);
    expect(raw.payload).toEqual(jpeg('as received'));

    const { batch } = await judged();
    const standard = await api.get(url) as any;
    expect([standard.headers['content-type'], standard.headers['cache-control']]).toEqual(['image/jpeg', 'private, max-age=86400, immutable']);
    expect(standard.payload).toEqual(jpeg('standardised'));
    expect(standard.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'content-security-policy': "default-src 'none'; sandbox" });
    await createSettlingLedger(api.db.pool).settle({ batchId: batch.batchId, exceptions: [] });
  });

  it('of a device with privacy areas is never the bytes as received', async () => {
    await api.put('/v1/users/yara', { name: 'yara' });
    const whole = { userId: 'yara', name: 'yard', timeZone: 'UTC' };
    const covered = { ...whole, privacyAreas: [[[0, 0], [0.5, 0], [0.5, 0.5]]] };
    const answer = async (frameId: string) => {
      const { status, json } = await api.get(`/v1/frames/${frameId}/image`);
      return [status, json?.code];
    };
    await api.put('/v1/devices/yard', covered);
    const { json: { frameId } } = await api.push('yard', secondsAgo(600), jpeg('somebody at a window'));
    expect(await answer(frameId)).toEqual([404, 'image_private']);

    const { batch } = await judged();
    expect((await answer(frameId))[0]).toBe(200);
    await createSettlingLedger(api.db.pool).settle({ batchId: batch.batchId, exceptions: [] });

    // Validated before the device had areas, and kept as it came.
    await api.db.pool.query('UPDATE frames SET standard_sha256 = sha256 WHERE frame_id = $1', [frameId]);
    expect(await answer(frameId)).toEqual([404, 'image_private']);
    await api.put('/v1/devices/yard', whole);
    expect((await answer(frameId))[0]).toBe(200);

    await api.call({ method: 'DELETE', url: '/v1/devices/yard' });
    expect(await answer(frameId)).toEqual([404, 'image_private']);
  });

  it('that is no longer kept is 404, and the frame is still known', async () => {
    const { json: { frameId } } = await api.push('door', secondsAgo(500), jpeg('gone'));
    await api.db.pool.query("UPDATE frames SET sha256 = decode(repeat('ab', 32), 'hex') WHERE frame_id = $1", [frameId]);
    const { status, json } = await api.get(`/v1/frames/${frameId}/image`);
    expect([status, json.code]).toEqual([404, 'image_gone']);
    expect((await api.get(`/v1/frames/${frameId}`)).status).toBe(200);
    await createSettlingLedger(api.db.pool).settle({ batchId: (await claimed()).batch.batchId, exceptions: [] });
  });
});

describe('the list of frames', () => {
  let ids: string[];
  beforeAll(async () => {
    await api.put('/v1/devices/lane-a', { userId: 'anna', name: 'a', timeZone: 'UTC' });
    await api.put('/v1/devices/lane-b', { userId: 'anna', name: 'b', timeZone: 'UTC' });
    ids = [];
    for (let n = 0; n < 6; n += 1) {
      const { json } = await api.push(n % 2 ? 'lane-a' : 'lane-b', secondsAgo(10_000 - n), jpeg(`${n}`));
      ids.unshift(json.frameId);
    }
  });
  const list = async (query: string, key?: string) => (await api.get(`/v1/frames?${query}`, key)).json;
  const idsOf = ({ frames }: any) => frames.map(({ frameId }: any) => frameId);
  const lanes = (json: any) => idsOf({ frames: json.frames.filter(({ deviceId }: any) => deviceId.startsWith('lane-')) });

  it('is newest capture first over all devices', async () => {
    expect(lanes(await list(''))).toEqual(ids);
    expect(lanes(await list('userId=anna'))).toEqual(ids);
    expect(lanes(await list('userId=bert'))).toEqual([]);
  });

  it('can be narrowed to a device, a state and a stretch of time', async () => {
    expect(idsOf(await list('deviceId=lane-a'))).toEqual([ids[0], ids[2], ids[4]]);
    expect(lanes(await list('state=accepted'))).toEqual(ids);
    expect(lanes(await list('state=alerted'))).toEqual([]);
    const [newest, second] = (await list('deviceId=lane-a')).frames;
    expect(idsOf(await list(`deviceId=lane-a&from=${second.capturedAt}&to=${newest.capturedAt}`))).toEqual([second.frameId]);
  });

  it('comes in pages, each frame once, also over devices that share a moment', async () => {
    const at = secondsAgo(20_000);
    for (const device of ['lane-a', 'lane-b']) await api.push(device, at, jpeg('together'));
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const page = await list(`userId=anna&limit=2${cursor}`);
      seen.push(...idsOf(page));
      if (page.next === null) break;
      cursor = `&cursor=${page.next}`;
    }
    expect(new Set(seen).size).toBe(seen.length);
    const { rows } = await api.db.pool.query("SELECT count(*) FROM frames WHERE user_id = 'anna'");
    expect(seen).toHaveLength(Number(rows[0].count));
  });

  it('shows a key of one user that user only', async () => {
    expect((await list('', await api.key('customer', 'bert'))).frames.every(({ userId }: any) => userId === 'bert')).toBe(true);
  });

  it.each(['limit=0', 'limit=501', 'limit=x', 'state=lost', 'from=yesterday', 'cursor=x', `cursor=${Buffer.from('["x","y"]').toString('base64url')}`, 'deviceid=x'])('refuses %s', async (query) => {
    expect((await api.get(`/v1/frames?${query}`)).status).toBe(400);
  });
});
