import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBatches } from '../../adapters/postgres/batches.ts';
import { createSettlingLedger } from '../../adapters/postgres/outcomes.ts';
import { createStageLedger } from '../../adapters/postgres/stage-ledger.ts';
import { plusMs } from '../../contracts/time.ts';
import { freshDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { NOON, accept, claim, seedUser, staged } from '../support/plant-data.ts';
import { violations, watchLedger } from './ledger-watch.ts';

let db: TestDatabase;
beforeEach(async () => {
  db = await freshDatabase();
  await seedUser(db.pool, 'ann', ['gate']);
  await watchLedger(db.pool);
});
afterEach(() => db.drop());

/** What a stage writes of a frame, whoever holds the frame. */
const stageResult = (batchId: string, frameId: string) => db.pool.query(`
  INSERT INTO stage_results (frame_id, captured_at, batch_id, stage, outcome, started_at, finished_at, worker) VALUES ($1, $2, $3, 'detect', 'done', now(), now(), 'test')`,
[frameId, NOON, batchId]);

describe('the watch', () => {
  it('has nothing to note of a frame that goes its way', async () => {
    await accept(db.pool, 'ann', 'gate');
    const batch = await claim(db.pool);
    const [frame] = await staged(db.pool, batch);
    const at = new Date();
    await createStageLedger(db.pool).save(batch.batchId, 'evaluate', [{ frame: frame!, outcome: 'done', code: null, detail: null, startedAt: at, finishedAt: at }]);
    await createSettlingLedger(db.pool).settle({ batchId: batch.batchId, exceptions: [] });
    expect(await violations(db.pool)).toEqual([]);
  });

  it('notes a second batch of one lane', async () => {
    await accept(db.pool, 'ann', 'gate');
    await claim(db.pool);
    const second = await accept(db.pool, 'ann', 'gate', plusMs(NOON, 1_000));
    await db.pool.query('UPDATE open_frames SET batch_id = gen_random_uuid() WHERE frame_id = $1', [second.frameId]);
    expect(await violations(db.pool)).toEqual([expect.stringContaining('a lane has one batch in flight')]);
  });

  it('notes a write for a batch that was given back', async () => {
    const { frameId } = await accept(db.pool, 'ann', 'gate');
    const { batchId } = await claim(db.pool);
    await createBatches(db.pool).giveBack(batchId, 'deadline');
    await stageResult(batchId, frameId);
    expect(await violations(db.pool)).toEqual([expect.stringContaining('only while its batch holds the frame: stage result')]);
  });

  it('notes an end that is taken back', async () => {
    const { frameId } = await accept(db.pool, 'ann', 'gate');
    await createSettlingLedger(db.pool).settle({ batchId: (await claim(db.pool)).batchId, exceptions: [] });
    await db.pool.query("UPDATE frames SET state = 'failed' WHERE frame_id = $1", [frameId]);
    expect(await violations(db.pool)).toEqual([expect.stringContaining('no_match became failed')]);
  });
});
