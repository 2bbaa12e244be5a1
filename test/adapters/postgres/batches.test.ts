import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBatches } from '../../../adapters/postgres/batches.ts';
import type { Batches } from '../../../adapters/postgres/batches.ts';
import { plusMs } from '../../../contracts/time.ts';
import { parseTag } from '../../../contracts/tag.ts';
import { freshDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { LIMITS, NOON, accept, rowOf, seedUser } from '../../support/plant-data.ts';

let db: TestDatabase;
let batches: Batches;
beforeEach(async () => {
  db = await freshDatabase();
  batches = createBatches(db.pool);
  await seedUser(db.pool, 'ann', ['a1', 'a2']);
  await seedUser(db.pool, 'bob', ['b1']);
});
afterEach(() => db.drop());

const at = (seconds: number) => plusMs(NOON, seconds * 1000);
const devicesOf = (batch: { frames: readonly { tag: string }[] } | null) => batch?.frames.map(({ tag }) => parseTag(tag).deviceId);

describe('claiming', () => {
  it('finds nothing where nothing waits', async () => {
    expect(await batches.claim(LIMITS)).toBeNull();
  });

  it('keeps a device to one batch in flight, its frames in capture order', async () => {
    const late = await accept(db.pool, 'ann', 'a1', at(2));
    const early = await accept(db.pool, 'ann', 'a1', at(1));
    const first = await batches.claim(LIMITS);
    expect(first?.frames.map(({ frameId }) => frameId)).toEqual([early.frameId]);
    expect(await batches.claim(LIMITS)).toBeNull();
    await batches.giveBack(first!.batchId, 'lost');
    expect((await batches.claim({ ...LIMITS, batchFrames: 5 }))?.frames.map(({ frameId }) => frameId)).toEqual([early.frameId, late.frameId]);
  });

  it('gives users turns, however much one of them sends', async () => {
    for (let n = 0; n < 5; n += 1) await accept(db.pool, 'ann', 'a1', at(n));
    for (let n = 0; n < 5; n += 1) await accept(db.pool, 'ann', 'a2', at(n));
    await accept(db.pool, 'bob', 'b1', at(0));
    const turns = [await batches.claim(LIMITS), await batches.claim(LIMITS), await batches.claim(LIMITS)];
    expect(turns.map(devicesOf)).toEqual([['a1'], ['b1'], ['a2']]);
  });

  it('stops at the in-flight limit and goes on when a batch is closed', async () => {
    for (const device of ['a1', 'a2']) await accept(db.pool, 'ann', device);
    const first = await batches.claim({ ...LIMITS, inFlight: 1 });
    expect(await batches.claim({ ...LIMITS, inFlight: 1 })).toBeNull();
    await batches.giveBack(first!.batchId, 'lost');
    expect(await batches.claim({ ...LIMITS, inFlight: 1 })).not.toBeNull();
  });

  it('never gives a frame to two of many dispatchers', async () => {
    for (let n = 0; n < 10; n += 1) await seedUser(db.pool, `user-${n}`, [`cam-${n}`]);
    for (let n = 0; n < 10; n += 1) await accept(db.pool, `user-${n}`, `cam-${n}`);
    const claimed = await Promise.all(Array.from({ length: 20 }, () => batches.claim(LIMITS)));
    const frames = claimed.flatMap((batch) => batch?.frames.map(({ frameId }) => frameId) ?? []);
    expect(frames).toHaveLength(10);
    expect(new Set(frames).size).toBe(10);
  });

  it('lets a frame that is marked alone travel alone, and nothing of its lane overtake it', async () => {
    const alone = await accept(db.pool, 'ann', 'a1', at(1));
    await accept(db.pool, 'ann', 'a1', at(2));
    await accept(db.pool, 'bob', 'b1', at(1));
    await db.pool.query('UPDATE open_frames SET alone = true WHERE frame_id = $1', [alone.frameId]);
    const taken = [await batches.claim({ ...LIMITS, batchFrames: 8 }), await batches.claim({ ...LIMITS, batchFrames: 8 })];
    expect(taken.map(devicesOf)).toEqual([['a1'], ['b1']]);
    expect(taken[0]?.frames[0]?.frameId).toBe(alone.frameId);
    expect(taken.map((batch) => batch?.alone)).toEqual([true, false]);
  });
});

describe('quarantine', () => {
  const markAlone = (frameId: string, returnedSecondsAgo = 1) => db.pool.query(
    "UPDATE open_frames SET alone = true, returned_at = now() - $2 * interval '1 second' WHERE frame_id = $1", [frameId, returnedSecondsAgo]);

  it('has a limit of its own: neither kind of batch takes the room of the other', async () => {
    await markAlone((await accept(db.pool, 'ann', 'a1')).frameId);
    await markAlone((await accept(db.pool, 'ann', 'a2')).frameId);
    await accept(db.pool, 'bob', 'b1');
    const limits = { ...LIMITS, inFlight: 1, aloneInFlight: 1 };
    const taken = [await batches.claim(limits), await batches.claim(limits), await batches.claim(limits)];
    expect(taken.map((batch) => batch?.alone)).toEqual([true, false, undefined]);
    await batches.giveBack(taken[1]!.batchId, 'lost');
    expect(devicesOf(await batches.claim(limits))).toEqual(['b1']);
    await batches.giveBack(taken[0]!.batchId, 'lost');
    expect((await batches.claim(limits))?.alone).toBe(true);
  });

  it('without room holds the lane of its frame back, but not the frames before it', async () => {
    const before = await accept(db.pool, 'ann', 'a1', at(0));
    await markAlone((await accept(db.pool, 'ann', 'a1', at(1))).frameId);
    await accept(db.pool, 'ann', 'a1', at(2));
    const limits = { ...LIMITS, batchFrames: 8, aloneInFlight: 0 };
    const first = await batches.claim(limits);
    expect(first?.frames.map(({ frameId }) => frameId)).toEqual([before.frameId]);
    await db.pool.query('DELETE FROM open_frames WHERE frame_id = $1', [before.frameId]);
    expect(await batches.claim(limits)).toBeNull();
  });

  it('that has no room for a minute lets the lane move on, and takes the frame when it has', async () => {
    const alone = await accept(db.pool, 'ann', 'a1', at(1));
    const next = await accept(db.pool, 'ann', 'a1', at(2));
    await markAlone(alone.frameId, 59);
    const limits = { ...LIMITS, batchFrames: 8, aloneInFlight: 0 };
    expect(await batches.claim(limits)).toBeNull();
    await markAlone(alone.frameId, 61);
    const moved = await batches.claim(limits);
    expect(moved?.frames.map(({ frameId }) => frameId)).toEqual([next.frameId]);
    await batches.giveBack(moved!.batchId, 'lost');
    expect((await batches.claim({ ...limits, aloneInFlight: 1 }))?.frames.map(({ frameId }) => frameId)).toEqual([alone.frameId]);
  });

  it('is given several deadlines, in which frames that kill its process can die their two deaths each', async () => {
    await markAlone((await accept(db.pool, 'ann', 'a1')).frameId);
    await accept(db.pool, 'bob', 'b1');
    await batches.claim({ ...LIMITS, deadlineMs: 30_000 });
    await batches.claim({ ...LIMITS, deadlineMs: 30_000 });
    const { rows } = await db.pool.query('SELECT alone, extract(epoch FROM deadline_at - claimed_at)::int AS seconds FROM batches ORDER BY alone');
    expect(rows).toEqual([{ alone: false, seconds: 30 }, { alone: true, seconds: 120 }]);
  });

  it('is what a batch that was claimed for it is started in again', async () => {
    await markAlone((await accept(db.pool, 'ann', 'a1')).frameId);
    const batch = await batches.claim(LIMITS);
    expect(await batches.reclaim(batch!.batchId)).toEqual(batch);
  });
});

describe('taking frames back', () => {
  it('returns the frames of a batch once and closes it', async () => {
    await accept(db.pool, 'ann', 'a1');
    const batch = await batches.claim(LIMITS);
    expect(await batches.giveBack(batch!.batchId, 'lost')).toBe(1);
    expect(await batches.giveBack(batch!.batchId, 'deadline')).toBe(0);
    expect(await rowOf(db.pool, 'SELECT closed_because AS because FROM batches')).toEqual({ because: 'lost' });
  });

  it('tells which open batches never started and which are overdue', async () => {
    await accept(db.pool, 'ann', 'a1');
    await accept(db.pool, 'bob', 'b1');
    const started = await batches.claim(LIMITS);
    const forgotten = await batches.claim({ ...LIMITS, deadlineMs: -1 });
    await batches.markStarted(started!.batchId, 'run');
    expect(await batches.openOlderThan(-1000)).toEqual([
      { batchId: started!.batchId, started: true, overdue: false }, { batchId: forgotten!.batchId, started: false, overdue: true },
    ]);
  });

  it('gives a batch again as it was claimed, to be started under the same id', async () => {
    await accept(db.pool, 'ann', 'a1');
    const batch = await batches.claim(LIMITS);
    expect(await batches.reclaim(batch!.batchId)).toEqual(batch);
    await batches.giveBack(batch!.batchId, 'lost');
    expect(await batches.reclaim(batch!.batchId)).toBeNull();
  });
});
