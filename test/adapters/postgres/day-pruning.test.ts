import { afterAll, beforeAll, expect, it } from 'vitest';
import { createIncidentLedger } from '../../../adapters/postgres/alerts.ts';
import { createBatches } from '../../../adapters/postgres/batches.ts';
import { createFrameResults } from '../../../adapters/postgres/frame-results.ts';
import { createSettlingLedger } from '../../../adapters/postgres/outcomes.ts';
import { createPool } from '../../../adapters/postgres/pool.ts';
import type { Client, Pool } from '../../../adapters/postgres/pool.ts';
import { RuleSets } from '../../../adapters/postgres/rule-set-cache.ts';
import { createStageLedger } from '../../../adapters/postgres/stage-ledger.ts';
import { createJudgementLedger } from '../../../adapters/postgres/verdicts.ts';
import { plusMs } from '../../../contracts/time.ts';
import { EMPTY_MEMORY } from '../../../policies/memory/device-memory.ts';
import { freshDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { ESCALATION } from '../../support/escalation.ts';
import { LIMITS, NOON, accept, matching, seedUser, sha } from '../../support/plant-data.ts';

const BATCH = { ...LIMITS, batchFrames: 3 };

let db: TestDatabase;
/** Like any process's, but for every statement the database tells how it went about it. */
let explained: Pool;
let plans: string[] = [];
beforeAll(async () => {
  db = await freshDatabase();
  await db.pool.query("SELECT ensure_day_partitions('2026-02-01', '2026-05-31')");
  explained = createPool(db.url, { connections: 1, applicationName: 'test' });
  const client = await explained.connect();
  await client.query("LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_level = 'notice'");
  client.on('notice', ({ message }: { message?: string | undefined }) => { plans.push(message ?? ''); });
  client.release();
});
afterAll(async () => {
  await explained.end();
  await db.drop();
});

const daysIn = (texts: readonly string[]): string[] => [...new Set(texts.flatMap((text) => text.match(/_2026\d{4}/g) ?? []))].sort();

it('from the claim to the end no statement touches a day that the batch has no frame of', async () => {
  await seedUser(db.pool, 'ann', ['gate']);
  for (let n = 0; n < 3; n += 1) await accept(db.pool, 'ann', 'gate', plusMs(NOON, n * 1000));
  const batches = createBatches(explained);
  const batch = (await batches.claim(BATCH))!;
  const { batchId } = batch;
  const positions = [0, 1, 2];
  const frames = await createStageLedger(explained).load(batchId, positions, 'validate');
  const now = new Date();
  const worked = <T>(made: T) => frames.map((frame) => ({ frame, made, outcome: 'done' as const, code: null, detail: null, startedAt: now, finishedAt: now }));

  const results = createFrameResults(explained, { invalidFrameDays: 1 });
  await results.saveValidations(batchId, worked({ sha256: sha('standard'), width: 9, height: 9, standardWidth: 9, standardHeight: 9, warnings: ['odd', 'and old'] }), []);
  const model = { name: 'm', version: '1', sha256: '', runtime: 'r', calibration: 'none' };
  await results.saveDetections(batchId, worked({ set: { width: 9, height: 9, model, detections: [] }, path: '/a.json' }));
  expect((await results.detections(frames)).size).toBe(positions.length);

  const judgements = createJudgementLedger(explained, new RuleSets(explained, () => true));
  const ruleSet = (await judgements.caseFiles(frames)).get(frames[0]!.frameId)!.ruleSet;
  await judgements.saveJudgements(batchId, worked({ verdicts: [matching('7')], matched: true, late: true, memory: EMPTY_MEMORY, ruleSet }), new Map([['gate', 0]]));
  expect(await judgements.matched(batchId, positions)).toEqual(positions);

  const incidents = createIncidentLedger(explained, ESCALATION);
  await incidents.decide(batchId, await incidents.matches(frames), () => ({ kind: 'open' }));
  await createSettlingLedger(explained).settle({ batchId, exceptions: [] });

  expect(plans.length).toBeGreaterThan(20);
  expect(daysIn(plans)).toEqual(['_20260301']);
});

it('a statement that names no days touches them all, so the test above can fail', async () => {
  plans = [];
  const client: Client = await explained.connect();
  await client.query("SELECT 1 FROM open_frames JOIN frames USING (device_id, captured_at) WHERE open_frames.device_id = 'gate'");
  client.release();
  expect(daysIn(plans).length).toBeGreaterThan(100);
});
