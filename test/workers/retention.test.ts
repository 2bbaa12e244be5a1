import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBatches } from '../../adapters/postgres/batches.ts';
import { createReplay } from '../../adapters/postgres/replay.ts';
import { createRetention } from '../../adapters/postgres/retention.ts';
import { DAY_MS, HOUR_MS, frameLives, hashOf, some } from '../support/frame-lives.ts';
import type { FrameLives } from '../support/frame-lives.ts';
import { pidOf, untilBlockedBy } from '../support/lock-wait.ts';
import { claim, rowOf } from '../support/plant-data.ts';

const MINUTE_MS = 60_000;
const FAILED = { outcome: 'failed', code: 'detector_output_invalid' } as const;

let lives: FrameLives;
beforeEach(async () => { lives = await frameLives(); });
afterEach(() => lives.close());

const replay = (frameId: string) => createReplay(lives.db.pool, lives.store)({ frameIds: [frameId] });
const listed = async () => (await rowOf<{ rows: number }>(lives.db.pool, 'SELECT count(*) AS rows FROM kept_pictures')).rows;
const removals = async () => Object.fromEntries((await lives.db.pool.query('SELECT cause, files FROM picture_removals')).rows.map(({ cause, files }) => [cause, files]));

/** Lines that say something went wrong, as objects. */
function listeningLog() {
  const lines: { msg: string; level: number }[] = [];
  return { lines, log: pino({ level: 'warn' }, { write: (line: string) => { lines.push(JSON.parse(line)); } }) };
}

describe('of age', () => {
  it('are the bytes as received after hours, and the standardised picture after days', async () => {
    const [raw, picture] = [some(), some()];
    await lives.live(raw, picture);
    await lives.pass(23 * HOUR_MS);
    await lives.sweep();
    expect([await lives.has(raw), await lives.has(picture)]).toEqual([true, true]);
    await lives.pass(2 * HOUR_MS);
    await lives.sweep();
    expect([await lives.has(raw), await lives.has(picture)]).toEqual([false, true]);
    await lives.pass(29 * DAY_MS);
    await lives.sweep();
    expect(await lives.stored()).toEqual([]);
    expect(await listed()).toBe(0);
    expect(await removals()).toEqual({ raw_age: 1, standard_age: 1 });
  });

  it('are the pictures of a canary within two hours, but for one that failed', async () => {
    const [fine, failed] = [some(), some()];
    for (const [bytes, exception] of [[fine, undefined], [failed, FAILED]] as const) {
      await lives.accept(bytes, 'watchpost-canary');
      const batch = await claim(lives.db.pool);
      await lives.validate(batch, bytes);
      await lives.settle(batch, exception);
    }
    await lives.pass(2 * HOUR_MS);
    await lives.sweep();
    await lives.lookForOrphans();
    expect([await lives.has(fine), await lives.has(failed)]).toEqual([false, true]);
  });

  it('are the bytes of any frame that is done with, whatever became of it', async () => {
    for (const state of ['no_match', 'suppressed', 'alerted']) {
      const { frameId } = await lives.live(some(), some());
      await lives.db.pool.query('UPDATE frames SET state = $2 WHERE frame_id = $1', [frameId, state]);
    }
    await lives.pass(31 * DAY_MS);
    await lives.sweep();
    expect(await lives.stored()).toEqual([]);
  });

  it('are bytes for which no time is set, minutes after the frame settled', async () => {
    const raw = some();
    await lives.live(raw, some());
    await lives.pass(9 * MINUTE_MS);
    await lives.sweep({ rawPictureHours: 0 });
    expect(await lives.has(raw)).toBe(true);
    await lives.pass(3 * MINUTE_MS);
    await lives.sweep({ rawPictureHours: 0 });
    expect(await lives.has(raw)).toBe(false);
  });

  it('are bytes that are the standardised picture as well, with the picture', async () => {
    const both = some();
    const { frameId } = await lives.live(both, both);
    await lives.pass(29 * DAY_MS);
    await lives.sweep();
    expect(await replay(frameId)).toMatchObject({ frameIds: [frameId] });
    await lives.settle(await claim(lives.db.pool));
    await lives.pass(29 * DAY_MS);
    await lives.sweep();
    expect(await lives.has(both)).toBe(true);
    await lives.pass(2 * DAY_MS);
    await lives.sweep();
    expect(await lives.stored()).toEqual([]);
  });

  it('are more pictures than one portion takes, all in one turn', async () => {
    const { pool } = lives.db;
    for (let n = 0; n < 30; n += 1) await lives.accept(some(), ['gate', 'yard', 'door'][n % 3]);
    for (let batch = 0; batch < 3; batch += 1) await lives.settle(await claim(pool, 10));
    // A list with rows of pictures that are gone already: more of them than two portions.
    await pool.query(`
      INSERT INTO kept_pictures (frame_id, sha256, captured_at, raw, standard, state, settled_at)
      SELECT gen_random_uuid(), sha256(n::text::bytea), now(), true, false, 'no_match', now() - interval '2 days' FROM generate_series(1, 450) n`);
    await lives.pass(25 * HOUR_MS);
    await lives.sweep();
    expect(await lives.stored()).toEqual([]);
    expect(await listed()).toBe(0);
  });

  it('are result files, by the time they were written', async () => {
    await lives.store.putResult('/ann-gate/20260301T120000.000000Z.json', Buffer.from('{}'));
    await lives.pass(89 * DAY_MS);
    await lives.sweep();
    expect(String(await lives.store.getResult('/ann-gate/20260301T120000.000000Z.json'))).toBe('{}');
    await lives.pass(2 * DAY_MS);
    await lives.sweep();
    await expect(lives.store.getResult('/ann-gate/20260301T120000.000000Z.json')).rejects.toMatchObject({ code: 'bytes_missing' });
    expect(await removals()).toEqual({ result_age: 1 });
  });
});

describe('needed for as long as it takes', () => {
  it('are the bytes of frames on their way: waiting, in a batch, and taken back from one', async () => {
    const [waiting, held, takenBack, picture] = [some(), some(), some(), some()];
    await lives.accept(takenBack, 'door');
    await createBatches(lives.db.pool).giveBack((await claim(lives.db.pool)).batchId, 'lost');
    await lives.accept(held, 'gate');
    await lives.db.pool.query("UPDATE open_frames SET opened_at = now() - interval '1 hour' WHERE device_id = 'gate'");
    await lives.validate(await claim(lives.db.pool), picture);
    await lives.accept(waiting, 'yard');
    await lives.pass(400 * DAY_MS);
    await lives.sweep();
    await lives.lookForOrphans();
    expect(await lives.stored()).toEqual([waiting, held, takenBack, picture].map(hashOf).sort());
  });

  it('is a picture that a stage has put and not yet written down, while its batch is open', async () => {
    await lives.accept(some());
    const { batchId } = await claim(lives.db.pool);
    const picture = some();
    await lives.store.put(picture);
    await lives.pass(2 * HOUR_MS);
    await lives.lookForOrphans();
    expect(await lives.has(picture)).toBe(true);
    await createBatches(lives.db.pool).giveBack(batchId, 'lost');
    await lives.lookForOrphans();
    expect(await lives.has(picture)).toBe(false);
  });

  it('are all bytes of a failed frame, until a replay of it ends well', async () => {
    const [raw, picture] = [some(), some()];
    const { frameId } = await lives.live(raw, picture, FAILED);
    await lives.pass(400 * DAY_MS);
    await lives.sweep({ frameStoreBytes: 1 });
    await lives.lookForOrphans();
    expect([await lives.has(raw), await lives.has(picture)]).toEqual([true, true]);

    await replay(frameId);
    await lives.sweep({ frameStoreBytes: 1 });
    await lives.lookForOrphans();
    expect(await lives.has(raw)).toBe(true);

    const batch = await claim(lives.db.pool);
    const anew = some();
    await lives.validate(batch, anew);
    await lives.settle(batch);
    await lives.pass(20 * HOUR_MS);
    await lives.sweep();
    expect([await lives.has(raw), await lives.has(anew)]).toEqual([true, true]);
    // The picture of the failed run has waited for longer than its age already.
    expect(await lives.has(picture)).toBe(false);
    await lives.pass(31 * DAY_MS);
    await lives.sweep();
    expect(await lives.stored()).toEqual([]);
  });

  it('are the bytes of a refused frame while it stands in the repository, and the row goes with them', async () => {
    const raw = some();
    await lives.live(raw, 'refused');
    await lives.pass(9 * DAY_MS);
    await lives.sweep({ frameStoreBytes: 1 });
    await lives.lookForOrphans();
    expect(await lives.has(raw)).toBe(true);
    await lives.pass(2 * DAY_MS);
    await lives.sweep();
    expect(await lives.stored()).toEqual([]);
    expect(await rowOf(lives.db.pool, 'SELECT count(*) AS rows FROM invalid_frames')).toEqual({ rows: 0 });
    expect(await removals()).toEqual({ expired: 1 });
  });

  it('is the picture of a frame of an incident that is open, or that has messages to send', async () => {
    const [raw, picture] = [some(), some()];
    const incident = await lives.openIncident(await lives.live(raw, picture));
    const left = async () => { await lives.sweep({ frameStoreBytes: 1 }); return [await lives.has(raw), await lives.has(picture)]; };
    await lives.pass(400 * DAY_MS);
    expect(await left()).toEqual([false, true]);
    await lives.db.pool.query("UPDATE incidents SET state = 'closed', next_due_at = now() WHERE incident_id = $1", [incident]);
    expect(await left()).toEqual([false, true]);
    await lives.db.pool.query('UPDATE incidents SET next_due_at = NULL WHERE incident_id = $1', [incident]);
    expect(await left()).toEqual([false, false]);
  });
});

describe('bytes that several frames hold', () => {
  it('go with the last of them', async () => {
    const [raw, picture] = [some(), some()];
    await lives.live(raw, picture);
    await lives.pass(20 * HOUR_MS);
    await lives.live(raw, picture);
    await lives.pass(20 * HOUR_MS);
    await lives.sweep();
    expect(await lives.has(raw)).toBe(true);
    await lives.pass(5 * HOUR_MS);
    await lives.sweep();
    expect(await lives.has(raw)).toBe(false);
    await lives.pass(28 * DAY_MS);
    await lives.sweep();
    expect(await lives.has(picture)).toBe(true);
    await lives.pass(2 * DAY_MS);
    await lives.sweep();
    expect(await lives.stored()).toEqual([]);
  });

  it.each([
    ['is on its way', async (raw: Buffer) => { await lives.accept(raw); }],
    ['is in a batch with them as its picture', async (raw: Buffer) => { await lives.accept(some()); await lives.validate(await claim(lives.db.pool), raw); }],
    ['failed', async (raw: Buffer) => { await lives.live(raw, some(), FAILED); }],
    ['was refused', async (raw: Buffer) => { await lives.live(raw, 'refused'); }],
    ['has just settled', async (raw: Buffer) => { await lives.live(raw, some()); }],
  ])('stay for the one that %s', async (_what, another) => {
    const raw = some();
    await lives.live(raw, some());
    await lives.pass(2 * DAY_MS);
    await another(raw);
    // So that it is not the put of just now that keeps them.
    await lives.db.pool.query("UPDATE batches SET claimed_at = now() WHERE closed_at IS NULL");
    await utimes(join(lives.home, 'frames', hashOf(raw).slice(0, 2), hashOf(raw)), 0, 0);
    await lives.sweep();
    await lives.lookForOrphans();
    expect(await lives.has(raw)).toBe(true);
  });

  it('may be the one\'s standardised picture and the other\'s bytes as received', async () => {
    const shared = some();
    await lives.live(some(), shared);
    await lives.live(shared, some());
    await lives.pass(2 * DAY_MS);
    await lives.sweep();
    expect(await lives.has(shared)).toBe(true);
    await lives.pass(30 * DAY_MS);
    await lives.sweep();
    expect(await lives.stored()).toEqual([]);
  });
});

describe('room', () => {
  /** Ten frames, an hour apart, each with 100 bytes as received and 100 of its picture. */
  async function tenFrames(): Promise<{ raw: Buffer; picture: Buffer }[]> {
    const frames = [];
    for (let n = 0; n < 10; n += 1) {
      const frame = { raw: some(), picture: some() };
      await lives.live(frame.raw, frame.picture);
      await lives.pass(HOUR_MS / 2);
      frames.push(frame);
    }
    return frames;
  }

  it('is not made below nine tenths of the budget', async () => {
    await tenFrames();
    await lives.sweep({ frameStoreBytes: 2_300 });
    expect(await lives.stored()).toHaveLength(20);
  });

  it('is made from the bytes as received, then from the oldest pictures, and said aloud', async () => {
    const frames = await tenFrames();
    const { lines, log } = listeningLog();
    await lives.sweep({ frameStoreBytes: 1_300 }, log);
    // All received bytes, 1000, are more than a portion less than what is to go; then the line of pictures begins.
    expect(await Promise.all(frames.map(({ raw }) => lives.has(raw)))).not.toContain(true);
    expect(await lives.stored()).toHaveLength(10);
    expect(lines).toEqual([expect.objectContaining({ level: 40, msg: expect.stringContaining('NEARLY FULL'), files: 10, bytes: 1_000, usedBytes: 1_000, roomBytes: 1_300 })]);
    expect(await removals()).toEqual({ budget: 10 });
  });

  it('takes no more than it must, the oldest first', async () => {
    const pictures = [];
    for (let n = 0; n < 100; n += 1) {
      const [raw, picture] = [some(10), some(100)];
      await lives.live(raw, picture);
      await lives.db.pool.query("UPDATE frames SET settled_at = now() - ($1 || ' minutes')::interval WHERE frame_id = (SELECT max(frame_id::text)::uuid FROM frames)", [1_000 - n]);
      pictures.push(picture);
    }
    await lives.pass(HOUR_MS);
    // 11 000 bytes; the received ones are 1 000 of them. Down to 8 000, twenty at a time.
    await lives.sweep({ frameStoreBytes: 10_000 });
    const left = await Promise.all(pictures.map((picture) => lives.has(picture)));
    expect(left).toEqual(Array.from({ length: 100 }, (_, n) => n >= 20));
  });

  it('is made where others fill the disk, too', async () => {
    await tenFrames();
    const free = await lives.store.freeBytes();
    await lives.sweep({ frameStoreFreeBytes: free * 2 });
    expect(await lives.stored()).toEqual([]);
  });

  it('is not made from what settled just now, nor from what is needed, and that is said', async () => {
    const [failed, open, settled] = [some(), some(), some()];
    await lives.live(failed, some(), FAILED);
    await lives.pass(HOUR_MS);
    await lives.live(settled, some());
    await lives.accept(open);
    const { lines, log } = listeningLog();
    const sweep = await lives.sweeper({ frameStoreBytes: 1 }, log);
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      vi.setSystemTime(Date.now() + 61_000);
      for (let turns = 0; turns < 3; turns += 1) await sweep.turn();
    } finally {
      vi.useRealTimers();
    }
    expect(await Promise.all([failed, open, settled].map(lives.has))).toEqual([true, true, true]);
    expect(lines).toEqual([expect.objectContaining({ level: 50, msg: expect.stringContaining('all that is left is needed') })]);
  });
});

describe('bytes without a row', () => {
  it('go an hour after they were put, and not before', async () => {
    const [orphan, young] = [some(), some()];
    await lives.store.put(orphan);
    await lives.pass(HOUR_MS + 1_000);
    await lives.store.put(young);
    await lives.lookForOrphans();
    expect(await lives.stored()).toEqual([hashOf(young)]);
    expect(await removals()).toEqual({ orphan: 1 });
  });

  it('are found by the turns of a sweep, folder by folder', async () => {
    await lives.store.put(some());
    await lives.pass(2 * HOUR_MS);
    await vi.waitFor(async () => {
      for (let turns = 0; turns < 64; turns += 1) await lives.sweep();
      expect(await lives.stored()).toEqual([]);
    }, { timeout: 50_000, interval: 1 });
  });

  it('of a store that belongs to another ledger are left alone', async () => {
    await lives.live(some(), some());
    await lives.store.put(some());
    await lives.pass(400 * DAY_MS);
    await lives.db.pool.query("UPDATE schema_migrations SET applied_at = applied_at + interval '1 microsecond'");
    await lives.sweep();
    expect(await lives.stored()).toHaveLength(3);
  });
});

describe('a sweep that ends in the middle', () => {
  it('before its commit is made up for by the next', async () => {
    await lives.live(some(), some());
    await lives.pass(25 * HOUR_MS);
    const { remove } = lives.store;
    const dying = createRetention(lives.db.pool, async (sha256s, neededOf) => {
      await remove(sha256s, neededOf);
      throw new Error('died');
    });
    await dying.noteSettled();
    await expect(dying.release({ standard: false, settledForMs: HOUR_MS, cause: 'raw_age', most: 10, after: null })).rejects.toThrow('died');
    expect([await listed(), (await lives.stored()).length]).toEqual([2, 1]);
    await lives.sweep();
    expect([await listed(), (await lives.stored()).length]).toEqual([1, 1]);
  });

  it('with the database gone has taken nothing that it could not ask about', async () => {
    const raw = some();
    await lives.live(raw, some());
    await lives.pass(25 * HOUR_MS);
    const { remove } = lives.store;
    const { pool } = lives.db;
    const cutOff = createRetention(pool, (sha256s, neededOf) => remove(sha256s, async (aside) => {
      await pool.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()');
      return neededOf(aside);
    }));
    await cutOff.noteSettled();
    await expect(cutOff.release({ standard: false, settledForMs: HOUR_MS, cause: 'raw_age', most: 10, after: null })).rejects.toMatchObject({ code: 'database_unavailable' });
    expect([await listed(), await lives.has(raw)]).toEqual([2, true]);
  });
});

describe('at the same time as a sweep', () => {
  /** Runs `meanwhile` while the bytes lie aside and the ledger has not been asked yet. */
  async function sweepDuring(meanwhile: () => Promise<unknown>, afterAnswer: () => Promise<unknown> = async () => {}): Promise<void> {
    const { remove } = lives.store;
    const retention = createRetention(lives.db.pool, (sha256s, neededOf) => remove(sha256s, async (aside) => {
      await meanwhile();
      const needed = await neededOf(aside);
      await afterAnswer();
      return needed;
    }));
    await retention.noteSettled();
    await retention.release({ standard: false, settledForMs: HOUR_MS, cause: 'raw_age', most: 10, after: null });
  }

  it('another one does nothing', async () => {
    await lives.live(some(), some());
    await lives.pass(25 * HOUR_MS);
    let other: unknown = 'not asked';
    await sweepDuring(async () => { other = await createRetention(lives.db.pool, lives.store.remove).noteSettled(); });
    expect(other).toBeUndefined();
  });

  it.each(['before', 'after'] as const)('a frame with the same bytes is accepted %s the ledger is asked, and has them', async (when) => {
    const raw = some();
    await lives.live(raw, some());
    await lives.pass(25 * HOUR_MS);
    const accept = async () => { await lives.accept(raw); };
    await (when === 'before' ? sweepDuring(accept) : sweepDuring(async () => {}, accept));
    expect(await lives.has(raw)).toBe(true);
  });

  it('a frame whose row comes long after its bytes were put is seen, and keeps them', async () => {
    const raw = some();
    await lives.live(raw, some());
    await lives.pass(25 * HOUR_MS);
    // The put was before the pass; the row comes now.
    const row = () => lives.db.pool.query(`
      WITH again AS (
        INSERT INTO frames (frame_id, captured_at, given_captured_at, device_id, user_id, time_zone, tag, sha256, size_bytes, media_type)
        SELECT gen_random_uuid(), captured_at + interval '1 hour', given_captured_at, device_id, user_id, time_zone, tag, sha256, size_bytes, media_type FROM frames
        RETURNING frame_id, captured_at, device_id, user_id)
      INSERT INTO open_frames (frame_id, captured_at, device_id, user_id) SELECT * FROM again`);
    await sweepDuring(row);
    expect(await lives.has(raw)).toBe(true);
  });

  it('a replay waits, and is told that the bytes are gone', async () => {
    const { frameId } = await lives.live(some(), some());
    await lives.pass(25 * HOUR_MS);
    let replaying: ReturnType<typeof replay> | undefined;
    await sweepDuring(async () => {
      replaying = replay(frameId);
      // Of this database: the server shows the locks of all, and other tests have theirs.
      const { rows } = await lives.db.pool.query(`
        SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = database WHERE datname = current_database() AND locktype = 'advisory' AND granted`);
      await untilBlockedBy(lives.db.pool, rows[0].pid);
    });
    expect(await replaying).toEqual({ frameIds: [], goneFrameIds: [frameId] });
    expect(await rowOf(lives.db.pool, 'SELECT state, runs FROM frames')).toEqual({ state: 'no_match', runs: 1 });
  });

  it('a replay that came first keeps its bytes', async () => {
    const raw = some();
    const { frameId } = await lives.live(raw, some());
    await lives.pass(25 * HOUR_MS);
    const client = await lives.db.pool.connect();
    await client.query('BEGIN');
    // Holds the replay back in the middle, when it has looked at the bytes and has not committed.
    await client.query('LOCK TABLE frame_counts');
    const replaying = replay(frameId);
    await untilBlockedBy(lives.db.pool, await pidOf(client));
    await lives.sweep();
    await client.query('COMMIT');
    client.release();
    expect(await replaying).toEqual({ frameIds: [frameId], goneFrameIds: [] });
    await lives.sweep();
    expect(await lives.has(raw)).toBe(true);
  });
});
