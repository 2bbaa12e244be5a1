import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createFrameResults } from '../../../adapters/postgres/frame-results.ts';
import { createSettlingLedger } from '../../../adapters/postgres/outcomes.ts';
import { noteRefusedUploads, watchRefusedClocks } from '../../../adapters/postgres/refused-uploads.ts';
import { createJudgementLedger } from '../../../adapters/postgres/verdicts.ts';
import { RuleSets } from '../../../adapters/postgres/rule-set-cache.ts';
import { createEvaluateActivities } from '../../../activities/evaluate.ts';
import type { Standardised } from '../../../activities/validate.ts';
import type { Worked } from '../../../activities/stage-run.ts';
import { createLog } from '../../../workers/log.ts';
import { plusMs } from '../../../contracts/time.ts';
import { DEFAULT_CLOCK } from '../../../policies/clock-watch.ts';
import { freshDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { NOON, accept, claim, seedUser, sha, staged, storeDetections } from '../../support/plant-data.ts';
import { forget, messagesOf, noticesOf } from './notice-example.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await freshDatabase();
  await seedUser(db.pool, 'ann', ['gate', 'yard']);
});
afterAll(() => db.drop());
beforeEach(async () => {
  await forget(db.pool);
  await db.pool.query('TRUNCATE refused_uploads, device_memory');
});

/** One batch: frames by the second after noon at which they are accepted, and how many seconds ahead of that they were captured. Validated, judged, settled. */
async function send(...frames: readonly (readonly [second: number, ahead: number])[]): Promise<void> {
  for (const [second, ahead] of frames) {
    const { frameId } = await accept(db.pool, 'ann', 'gate', plusMs(NOON, (second + ahead) * 1000));
    await db.pool.query('UPDATE frames SET accepted_at = $2 WHERE frame_id = $1', [frameId, plusMs(NOON, second * 1000)]);
  }
  const batch = await claim(db.pool, 32);
  const now = new Date();
  const outcomes = (await staged(db.pool, batch)).map((frame): Worked<Standardised> => ({
    frame, startedAt: now, finishedAt: now, code: null, outcome: 'done', detail: null,
    made: { sha256: sha(frame.frameId), width: 8, height: 8, standardWidth: 8, standardHeight: 8, warnings: [] },
  }));
  const save = () => createFrameResults(db.pool, { invalidFrameDays: 7 }).saveValidations(batch.batchId, outcomes, []);
  await save();
  await save();
  for (const { frame } of outcomes) await storeDetections(db.pool, batch, frame, {});
  await createEvaluateActivities({ ledger: createJudgementLedger(db.pool, new RuleSets(db.pool, () => false)), log: createLog('test', 'silent') })
    .evaluateRules({ batchId: batch.batchId, positions: outcomes.map((_, position) => position) } as never);
  await createSettlingLedger(db.pool).settle({ batchId: batch.batchId, exceptions: [] });
}
const each = (from: number, frames: number, ahead: number, step = 1) => Array.from({ length: frames }, (_, n) => [from + n * step, ahead] as const);

describe('capture times ahead of ours', () => {
  it('are told of with the third, a minute after the first; each counts once, however often its batch is tried', async () => {
    await send([0, 120], [40, 120]);
    expect(await noticesOf(db.pool)).toMatchObject([{ kind: 'clock', state: 'suspected', frames: 2 }]);
    await send([70, 125]);
    expect(await noticesOf(db.pool)).toMatchObject([{
      kind: 'clock', state: 'open', reason: 'captured_at_too_late', frames: 3, off_seconds: 125, since: NOON, opened_at: plusMs(NOON, 70_000), first_frame_id: expect.any(String),
    }]);
    expect(await messagesOf(db.pool)).toEqual(['opened ann-mail waiting']);
  });

  it('are over with ten right ones', async () => {
    await send(...each(0, 4, 120, 30));
    await send(...each(400, 9, 0));
    expect(await noticesOf(db.pool)).toMatchObject([{ state: 'open', right_frames: 9 }]);
    await send([500, 0]);
    expect(await noticesOf(db.pool)).toMatchObject([{ state: 'closed', well_since: plusMs(NOON, 400_000) }]);
    expect(await messagesOf(db.pool)).toEqual(['opened ann-mail waiting', 'well ann-mail waiting']);
  });

  it('are no matter when the next is right, nor when they come late', async () => {
    await send([0, 120], [200, 0]);
    await send([300, -7_200], [330, -7_100], [360, -7_000], [390, -6_900], [420, -6_800]);
    expect(await noticesOf(db.pool)).toEqual([]);
  });
});

describe('a clock that is put back', () => {
  it('is told of once the frames after it keep their distance', async () => {
    await send(...each(0, 3, 0, 10));
    for (const [second, ahead] of each(100, 6, -3_600, 10)) await send([second, ahead]);
    expect(await noticesOf(db.pool)).toMatchObject([{ kind: 'clock', state: 'suspected', reason: 'clock_jumped_back', off_seconds: -3_600 }]);
    for (const [second, ahead] of each(160, 6, -3_600, 10)) await send([second, ahead]);
    expect(await noticesOf(db.pool)).toMatchObject([{ kind: 'clock', state: 'open', reason: 'clock_jumped_back', off_seconds: -3_600 }]);
    expect(await messagesOf(db.pool)).toEqual(['opened ann-mail waiting']);
    await send(...each(300, 10, 0));
    expect(await noticesOf(db.pool)).toMatchObject([{ state: 'closed' }]);
  });
});

describe('uploads that are refused for their time', () => {
  const refused = (secondsAgo: number, uploads = 1, offSeconds = 600) => noteRefusedUploads(db.pool, [{
    deviceId: 'gate', agoMs: secondsAgo * 1000, wrongTimes: { code: 'captured_at_too_late', uploads, firstAgoMs: secondsAgo * 1000, lastAgoMs: secondsAgo * 1000, offSeconds },
  }]);
  const look = () => watchRefusedClocks(db.pool, DEFAULT_CLOCK);

  it('are told of with the third, a minute after the first', async () => {
    await refused(70);
    await refused(40);
    await look();
    expect(await noticesOf(db.pool)).toEqual([]);
    await refused(5, 1, 630);
    await look();
    await look();
    expect(await noticesOf(db.pool)).toMatchObject([{ kind: 'clock', state: 'open', reason: 'captured_at_too_late', frames: 3, off_seconds: 630, first_frame_id: null }]);
    expect(await messagesOf(db.pool)).toEqual(['opened ann-mail waiting']);
    await refused(0, 4);
    await look();
    expect(await noticesOf(db.pool)).toMatchObject([{ frames: 7 }]);
    expect(await messagesOf(db.pool)).toHaveLength(1);
  });

  it('of a camera that has just started are no streak with those of yesterday', async () => {
    await refused(86_400, 20);
    await refused(20, 20);
    await look();
    expect(await noticesOf(db.pool)).toEqual([]);
    expect((await db.pool.query('SELECT uploads FROM refused_uploads')).rows).toEqual([{ uploads: 20 }]);
  });

  it('are over with ten right frames, and not told again by what was refused before', async () => {
    await refused(70, 5);
    await refused(5, 5);
    await look();
    const nowSecond = Math.round((Date.now() - Date.parse(NOON)) / 1000) + 1;
    await send(...each(nowSecond, 10, 0));
    expect(await noticesOf(db.pool)).toMatchObject([{ state: 'closed' }]);
    await watchRefusedClocks(db.pool, { ...DEFAULT_CLOCK, apartMs: 0 });
    expect(await noticesOf(db.pool)).toHaveLength(1);
  });

  it('of a device that was switched off since, or for another reason, tell nobody', async () => {
    await refused(70, 5);
    await refused(5, 5);
    await db.pool.query("UPDATE devices SET enabled = false WHERE device_id = 'gate'");
    await noteRefusedUploads(db.pool, [{ deviceId: 'yard', agoMs: 0, wrongTimes: null }]);
    await look();
    await db.pool.query("UPDATE devices SET enabled = true WHERE device_id = 'gate'");
    expect(await noticesOf(db.pool)).toEqual([]);
  });
});
