import { ApplicationFailure } from '@temporalio/activity';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StagedFrame, StageLedger } from '../../activities/ports/staged-frame.ts';
import { runStage } from '../../activities/stage-run.ts';
import type { StageRun, StageSummary } from '../../activities/stage-run.ts';
import { createBatches } from '../../adapters/postgres/batches.ts';
import type { ClaimedBatch } from '../../adapters/postgres/batches.ts';
import { createStageLedger } from '../../adapters/postgres/stage-ledger.ts';
import { Failure } from '../../contracts/failures.ts';
import { plusMs } from '../../contracts/time.ts';
import { createLog } from '../../workers/log.ts';
import { freshDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { NOON, accept, claim, seedUser } from '../support/plant-data.ts';

let db: TestDatabase;
let ledger: StageLedger;
let batch: ClaimedBatch;
beforeAll(async () => {
  db = await freshDatabase();
  ledger = createStageLedger(db.pool);
});
afterAll(() => db.drop());

let user = 0;
beforeEach(async () => {
  user += 1;
  await seedUser(db.pool, `user-${user}`, [`cam-${user}`]);
  for (let n = 0; n < 5; n += 1) await accept(db.pool, `user-${user}`, `cam-${user}`, plusMs(NOON, n * 1000));
  batch = await claim(db.pool, 5);
});

const run = (work: StageRun<string>['work'], overrides: Partial<StageRun<string>> = {}, positions = [0, 1, 2, 3, 4]): Promise<StageSummary> =>
  runStage<string>({ batchId: batch.batchId, positions }, {
    stage: 'detect', ledger, concurrency: 1, log: createLog('test', 'silent'), work,
    save: (outcomes) => ledger.save(batch.batchId, 'detect', outcomes), ...overrides,
  });

const stored = async () => (await db.pool.query(`
  SELECT position, outcome, code, detail FROM stage_results JOIN batch_frames USING (batch_id, frame_id) WHERE batch_id = $1 ORDER BY position`, [batch.batchId])).rows;

const at = (position: number, then: () => string) => async (frame: StagedFrame) => (frame.position === position ? then() : 'made');
const fail = (failure: Error) => (): never => { throw failure; };

describe('a stage', () => {
  it('works on each frame of the batch, in its order, and writes down that it is done', async () => {
    const worked: number[] = [];
    expect(await run(async ({ position }) => { worked.push(position); return 'made'; })).toMatchObject({ exceptions: [] });
    expect(worked).toEqual([0, 1, 2, 3, 4]);
    expect(await stored()).toEqual([0, 1, 2, 3, 4].map((position) => ({ position, outcome: 'done', code: null, detail: null })));
  });

  it('works only on the frames that it is asked for', async () => {
    const { frames } = await run(async () => 'made', {}, [1, 3]);
    expect(frames.map(({ position }) => position)).toEqual([1, 3]);
    expect((await stored()).map(({ position }) => position)).toEqual([1, 3]);
  });

  it('saves what the work made, and nothing for a frame that was refused', async () => {
    const made: (string | undefined)[] = [];
    await run(at(2, fail(new Failure('image_void', 'black'))), { save: async (outcomes) => { made.push(...outcomes.map((outcome) => outcome.made)); } });
    expect(made).toEqual(['made', 'made', undefined, 'made', 'made']);
  });

  it.each([
    ['refuses a frame that is no good', new Failure('image_void', 'black all over'), 'refused', 'image_void', 'black all over'],
    ['fails a frame that it cannot do', new Failure('bytes_missing', 'gone'), 'failed', 'bytes_missing', 'gone'],
    ['fails a frame whose rule cannot be read', new Failure('rule_malformed', 'rule 7'), 'failed', 'rule_malformed', 'rule 7'],
    ['fails a frame that meets a defect of ours', new TypeError('x is not a function'), 'failed', 'stage_defect', 'x is not a function'],
    ['finds the failure behind another error', new Error('while reading', { cause: new Failure('checksum_mismatch', 'other bytes') }), 'failed', 'checksum_mismatch', 'other bytes'],
  ])('%s, and its neighbours are done', async (_what, error, outcome, code, detail) => {
    expect((await run(at(1, fail(error)), { concurrency: 2 })).exceptions).toEqual([{ position: 1, outcome, code }]);
    expect(await stored()).toEqual([0, 1, 2, 3, 4].map((position) => (position === 1 ? { position, outcome, code, detail } : { position, outcome: 'done', code: null, detail: null })));
  });

  it('runs as many frames at once as it may, and no more', async () => {
    let atOnce = 0;
    let most = 0;
    let meet: () => void = () => {};
    await run(async ({ position }) => {
      most = Math.max(most, ++atOnce);
      // Frames 0 and 2 wait until their neighbour runs beside them.
      if (position === 0 || position === 2) await new Promise<void>((met) => { meet = met; });
      else meet();
      atOnce -= 1;
      return 'made';
    }, { concurrency: 2 });
    expect(most).toBe(2);
  });
});

describe('a repeated try', () => {
  it('works on nothing that has a stored outcome, and says the same again', async () => {
    const first = await run(at(3, fail(new Failure('image_void', 'black'))));
    const again = await run(fail(new Error('worked on twice')) as never);
    expect(again.exceptions).toEqual(first.exceptions);
    expect(first.exceptions).toHaveLength(1);
  });

  it('does what an earlier one left undone', async () => {
    await run(at(4, fail(new Failure('bytes_missing', 'gone'))), {}, [0, 4]);
    const worked: number[] = [];
    const { exceptions } = await run(async ({ position }) => {
      worked.push(position);
      if (position === 2) throw new Failure('image_void', 'black');
      return 'made';
    });
    expect(worked).toEqual([1, 2, 3]);
    expect(exceptions).toEqual([{ position: 2, outcome: 'refused', code: 'image_void' }, { position: 4, outcome: 'failed', code: 'bytes_missing' }]);
  });

  it('leaves the first outcome as it was when two tries overlap', async () => {
    const [slow] = await Promise.all([run(async () => {
      await run(async () => 'made', {}, [0]);
      throw new Failure('bytes_missing', 'too late to say so');
    }, {}, [0])]);
    expect(slow.exceptions).toEqual([{ position: 0, outcome: 'failed', code: 'bytes_missing' }]);
    expect(await stored()).toMatchObject([{ position: 0, outcome: 'done' }]);
  });
});

describe('a dependency that is away', () => {
  const away = new Failure('frame_store_unavailable', 'disk gone');

  it('ends the try, to be made again, and writes nothing about any frame', async () => {
    const error = await run(at(2, fail(away))).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ApplicationFailure);
    expect(error).toMatchObject({ type: 'frame_store_unavailable', message: 'disk gone', nonRetryable: false });
    expect(await stored()).toEqual([]);
  });

  it('is also a commit whose fate is open: it condemns no frame', async () => {
    await expect(run(at(0, fail(new Failure('outcome_unknown', 'connection lost at commit'))))).rejects.toMatchObject({ type: 'outcome_unknown', nonRetryable: false });
  });

  it('is also met while saving', async () => {
    await expect(run(async () => 'made', { save: fail(new Failure('database_unavailable', 'away')) })).rejects.toMatchObject({ type: 'database_unavailable', nonRetryable: false });
  });

  it('starts no further work, and leaves none behind', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    let endOther: () => void = () => {};
    const trying = run(async ({ position }) => {
      begun.push(position);
      if (position === 1) {
        setImmediate(endOther);
        throw away;
      }
      await new Promise<void>((end) => { endOther = end; });
      ended.push(position);
      return 'made';
    }, { concurrency: 2 });
    await expect(trying).rejects.toMatchObject({ type: 'frame_store_unavailable' });
    expect({ begun, ended }).toEqual({ begun: [0, 1], ended: [0] });
  });
});

describe('a batch that was taken back', () => {
  it('has its frames left alone', async () => {
    await createBatches(db.pool).giveBack(batch.batchId, 'deadline');
    expect(await run(fail(new Error('worked on')) as never)).toEqual({ frames: [], exceptions: [] });
  });

  it('writes nothing when it was taken back while the stage worked', async () => {
    await run(async ({ position }) => {
      if (position === 0) await createBatches(db.pool).giveBack(batch.batchId, 'deadline');
      return 'made';
    });
    expect(await stored()).toEqual([]);
  });
});
