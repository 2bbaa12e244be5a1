import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBatches } from '../../adapters/postgres/batches.ts';
import { readAccounting } from '../../adapters/postgres/accounting.ts';
import { createSettlingLedger } from '../../adapters/postgres/outcomes.ts';
import { createReplay } from '../../adapters/postgres/replay.ts';
import type { Pool } from '../../adapters/postgres/pool.ts';
import type { StagedException } from '../../contracts/frame.ts';
import { TERMINAL_STATES } from '../../contracts/terminal-states.ts';
import { parseInstant, plusMs } from '../../contracts/time.ts';
import { disagreements } from '../support/books.ts';
import { freshDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { LIMITS, NOON, accept, claim, seedUser } from '../support/plant-data.ts';

const DEVICES = Array.from({ length: 6 }, (_, n) => `cam-${n}`);
const FRAMES_PER_DEVICE = 8;

let db: TestDatabase;
let pool: Pool;
beforeEach(async () => {
  db = await freshDatabase();
  pool = db.pool;
  await seedUser(pool, 'ann', DEVICES);
});
afterEach(() => db.drop());

/** Of frames that share a batch some come back, some are refused and some go well; a frame alone goes well, so that there is an end. */
function mixed(frames: number): StagedException[] {
  if (frames === 1) return [];
  return Array.from({ length: frames }, (_, position): StagedException => (position % 3 === 0
    ? { position, stage: 'detect', outcome: 'retry', code: 'worker_died' }
    : { position, stage: 'validate', outcome: 'refused', code: 'image_void' })).filter(({ position }) => position % 3 !== 2);
}

// Neither is asked again: a race between them that one loses to a deadlock shows here as an error.
const settle = (batchId: string, exceptions: readonly StagedException[] = []) => createSettlingLedger(pool).settle({ batchId, exceptions });
const giveBack = (batchId: string) => createBatches(pool).giveBack(batchId, 'deadline');

async function drain(): Promise<void> {
  for (let batch = await createBatches(pool).claim({ ...LIMITS, batchFrames: 4 }); batch; batch = await createBatches(pool).claim({ ...LIMITS, batchFrames: 4 })) {
    await settle(batch.batchId, mixed(batch.frames.length));
  }
}

describe('the books', () => {
  it('balance after every step of a frame', async () => {
    const balanced = async (): Promise<void> => expect(await disagreements(pool)).toEqual([]);
    const { frameId } = await accept(pool, 'ann', 'cam-0', plusMs(NOON, -1000));
    await balanced();
    const lost = await claim(pool);
    await balanced();
    await giveBack(lost.batchId);
    await balanced();
    await settle((await claim(pool)).batchId, [{ position: 0, stage: 'detect', outcome: 'retry', code: 'worker_died' }]);
    await balanced();
    await settle((await claim(pool)).batchId, [{ position: 0, stage: 'detect', outcome: 'failed', code: 'bytes_missing' }]);
    await balanced();
    await createReplay(pool, { has: async () => true })({ frameIds: [frameId] });
    await balanced();
    await settle((await claim(pool)).batchId);
    await balanced();
    expect((await pool.query('SELECT state, frames FROM frame_counts ORDER BY state')).rows).toEqual([{ state: 'failed', frames: 0 }, { state: 'no_match', frames: 1 }]);
  });

  it('balance at every moment while frames come in, settle, come back and run again, all at once', async () => {
    let over = false;
    const looks: Record<string, unknown>[][] = [];
    const watching = (async () => { while (!over) looks.push(await disagreements(pool)); })();
    const coming = Promise.all(DEVICES.map(async (device) => {
      for (let n = 0; n < FRAMES_PER_DEVICE; n += 1) await accept(pool, 'ann', device, plusMs(NOON, n * 1000));
    }));
    const working = (async () => {
      for (let n = 0; n < 10; n += 1) {
        const batch = await createBatches(pool).claim({ ...LIMITS, batchFrames: 4 });
        // Taken back while it settles, as a reconciler and a slow record may do; and once more, as a zombie would.
        if (batch) await Promise.all([settle(batch.batchId, mixed(batch.frames.length)), n % 2 === 0 ? giveBack(batch.batchId) : settle(batch.batchId)]);
        await createReplay(pool, { has: async () => true })({ state: 'rejected', limit: 2 });
      }
    })();
    await Promise.all([coming, working]);
    await drain();
    over = true;
    await watching;
    expect(looks.flat()).toEqual([]);
    expect(looks.length).toBeGreaterThan(10);

    const { totals } = await readAccounting(pool, { userId: 'ann', from: parseInstant('2000-01-01T00:00:00Z'), to: parseInstant('2100-01-01T00:00:00Z') });
    expect(totals).toMatchObject({ accepted: DEVICES.length * FRAMES_PER_DEVICE, open: 0, unaccounted: 0 });
    expect(TERMINAL_STATES.reduce((sum, state) => sum + totals[state], 0)).toBe(totals.accepted);
  });

  it('disagree with a frame that is settled behind their back, so balance means something', async () => {
    const { frameId } = await accept(pool, 'ann', 'cam-1', plusMs(NOON, 3_600_000));
    await pool.query("UPDATE frames SET state = 'failed', settled_at = now() WHERE frame_id = $1", [frameId]);
    expect((await disagreements(pool)).map(({ what }) => what).sort()).toEqual(['totals', 'work list']);
  });
});
