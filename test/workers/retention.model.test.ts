/** Random lives of frames with sweeps at random moments: what is needed is never missing, and what is not is gone in the end. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBatches } from '../../adapters/postgres/batches.ts';
import type { ClaimedBatch } from '../../adapters/postgres/batches.ts';
import { createReplay } from '../../adapters/postgres/replay.ts';
import { createRetention } from '../../adapters/postgres/retention.ts';
import { DAY_MS, HOUR_MS, SETTINGS, frameLives, hashOf } from '../support/frame-lives.ts';
import type { FrameLives } from '../support/frame-lives.ts';
import { LIMITS } from '../support/plant-data.ts';

let lives: FrameLives;
beforeAll(async () => { lives = await frameLives(); });
afterAll(() => lives.close());

/** Few contents, so that frames share bytes, as received and standardised alike. */
const CONTENTS = Array.from({ length: 5 }, (_, n) => Buffer.alloc(100, `picture ${n}`));
/** A minute's worth; WATCHPOST_TEST_RUNS asks for more. */
const RUNS = Number(process.env['WATCHPOST_TEST_RUNS'] ?? 15);
const content = fc.nat({ max: CONTENTS.length - 1 });
const pick = fc.nat({ max: 1_000 });

/** What the pipeline and its neighbours do. */
const work = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('accept' as const), content, device: fc.constantFrom('gate', 'yard', 'door') }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('claim' as const), frames: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('validate' as const), pick, content: fc.option(content, { freq: 5 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('settle' as const), pick, outcome: fc.constantFrom('done', 'done', 'failed', 'retry') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('giveBack' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('open incident' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('close incidents' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('put without a row' as const), content }) },
);
const upkeep = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(HOUR_MS / 4, 2 * HOUR_MS, 13 * HOUR_MS, 3 * DAY_MS, 31 * DAY_MS) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('sweep' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('look for orphans' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('replay' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('sweep around' as const), before: work, after: work, standard: fc.boolean() }) },
);
const step = fc.oneof({ weight: 3, arbitrary: work }, { weight: 2, arbitrary: upkeep });
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** One life of a plant. `frameStoreBytes` of 1 makes every sweep one for room. */
class Plant {
  readonly #batches: ClaimedBatch[] = [];
  readonly #frameStoreBytes: number;

  constructor(frameStoreBytes: number) {
    this.#frameStoreBytes = frameStoreBytes;
  }

  async take(taken: Step): Promise<void> {
    const { pool } = lives.db;
    switch (taken.do) {
      case 'accept': await lives.accept(CONTENTS[taken.content]!, taken.device); return;
      case 'put without a row': await lives.store.put(CONTENTS[taken.content]!); return;
      case 'claim': {
        const batch = await createBatches(pool).claim({ ...LIMITS, batchFrames: taken.frames });
        if (batch) this.#batches.push(batch);
        return;
      }
      case 'validate': {
        const batch = this.#batches[taken.pick % this.#batches.length];
        if (batch) await lives.validate(batch, taken.content === null ? 'refused' : CONTENTS[taken.content]!);
        return;
      }
      case 'settle': {
        const [batch] = this.#batches.splice(taken.pick % Math.max(1, this.#batches.length), 1);
        if (!batch) return;
        const { rows: [refused] } = await pool.query("SELECT 1 FROM stage_results WHERE batch_id = $1 AND outcome = 'refused'", [batch.batchId]);
        if (refused) await lives.settle(batch, { outcome: 'refused', code: 'image_void' });
        else if (taken.outcome === 'done') await lives.settle(batch);
        else await lives.settle(batch, { outcome: taken.outcome as 'failed' | 'retry', code: 'detector_output_invalid' });
        return;
      }
      case 'giveBack': {
        const [batch] = this.#batches.splice(taken.pick % Math.max(1, this.#batches.length), 1);
        if (batch) await createBatches(pool).giveBack(batch.batchId, 'lost');
        return;
      }
      case 'open incident': {
        const { rows } = await pool.query(`
          SELECT frame_id AS "frameId", captured_at AS "capturedAt" FROM frames JOIN open_frames USING (frame_id, captured_at)
          WHERE batch_id IS NOT NULL AND frame_id NOT IN (SELECT frame_id FROM matches) ORDER BY frame_id`);
        if (rows.length > 0) await lives.openIncident(rows[taken.pick % rows.length]);
        return;
      }
      case 'close incidents': await pool.query("UPDATE incidents SET state = 'closed'"); return;
      case 'pass': return lives.pass(taken.ms);
      case 'sweep': return lives.sweep({ frameStoreBytes: this.#frameStoreBytes });
      case 'look for orphans': return lives.lookForOrphans();
      case 'replay': {
        const { rows } = await pool.query<{ id: string }>('SELECT frame_id AS id FROM frames WHERE state IS NOT NULL ORDER BY frame_id');
        if (rows.length > 0) await createReplay(pool, lives.store)({ frameIds: [rows[taken.pick % rows.length]!.id] });
        return;
      }
      case 'sweep around': return this.#sweepAround(taken.standard, taken.before, taken.after);
    }
  }

  /** A portion in which other things happen while the bytes lie aside: before the ledger is asked, and after it has answered. */
  async #sweepAround(standard: boolean, before: Step, after: Step): Promise<void> {
    const { remove } = lives.store;
    const retention = createRetention(lives.db.pool, (sha256s, neededOf) => remove(sha256s, async (aside) => {
      await this.take(before);
      const needed = await neededOf(aside);
      await this.take(after);
      return needed;
    }));
    await retention.noteSettled();
    const settledForMs = standard ? SETTINGS.pictureDays * DAY_MS : SETTINGS.rawPictureHours * HOUR_MS;
    await retention.release({ standard, settledForMs, cause: 'raw_age', most: 10, after: null });
  }

  /** Everything ends: what waits or is under way is judged, incidents close, and more time passes than any age. */
  async end(): Promise<void> {
    while (this.#batches.length > 0) await this.take({ do: 'settle', pick: 0, outcome: 'done' });
    for (;;) {
      await this.take({ do: 'claim', frames: 4 });
      if (this.#batches.length === 0) break;
      await this.take({ do: 'validate', pick: 0, content: 0 });
      await this.take({ do: 'settle', pick: 0, outcome: 'done' });
    }
    await this.take({ do: 'close incidents' });
    await lives.pass(400 * DAY_MS);
    await lives.sweep();
    await lives.lookForOrphans();
  }
}

/** By the plain meaning of the rules, each over whole tables. `ages`: also those of pictures that nothing took before their time. */
async function missing(ages: boolean): Promise<string[]> {
  const { rows } = await lives.db.pool.query<{ what: string; sha256: string | null }>(`
    SELECT 'received bytes of a frame ' || coalesce(state, 'on its way') AS what, encode(sha256, 'hex') AS sha256 FROM frames WHERE state IS NULL OR state = 'failed'
    UNION ALL
    SELECT 'picture of a frame in a batch', encode(frame.standard_sha256, 'hex') FROM open_frames open JOIN frames frame USING (frame_id, captured_at)
    JOIN stage_results result ON result.frame_id = open.frame_id AND result.batch_id = open.batch_id AND result.stage = 'validate' AND result.outcome = 'done'
    UNION ALL
    SELECT 'received bytes of a refused frame', encode(sha256, 'hex') FROM invalid_frames WHERE expires_at > now()
    UNION ALL
    SELECT 'picture of an open incident', encode(frame.standard_sha256, 'hex') FROM matches JOIN incidents incident USING (incident_id) JOIN frames frame USING (frame_id)
    JOIN stage_results result ON result.frame_id = frame.frame_id AND result.batch_id = frame.settled_by AND result.stage = 'validate' AND result.outcome = 'done'
    WHERE incident.state <> 'closed' AND frame.state IS NOT NULL
    UNION ALL
    SELECT 'received bytes that are not of age', encode(sha256, 'hex') FROM frames WHERE $1 AND settled_at > now() - interval '23 hours'
    UNION ALL
    SELECT 'picture that is not of age', encode(frame.standard_sha256, 'hex') FROM frames frame
    JOIN stage_results result ON result.frame_id = frame.frame_id AND result.batch_id = frame.settled_by AND result.stage = 'validate' AND result.outcome = 'done'
    WHERE $1 AND frame.settled_at > now() - interval '29 days'`, [ages]);
  const there = new Set(await lives.stored());
  return rows.filter(({ sha256 }) => sha256 !== null && !there.has(sha256)).map(({ what }) => what);
}

it.each([
  ['ages alone', { frameStoreBytes: 1e12, ages: true }],
  ['room at every sweep', { frameStoreBytes: 1, ages: false }],
])('in random lives, with %s', async (_what, { frameStoreBytes, ages }) => {
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
    await lives.wipe();
    const plant = new Plant(frameStoreBytes);
    for (const taken of steps) {
      await plant.take(taken);
      expect(await missing(ages), JSON.stringify(taken)).toEqual([]);
    }
    await plant.end();
    const { rows } = await lives.db.pool.query<{ sha256: string }>(`
      SELECT encode(sha256, 'hex') AS sha256 FROM frames WHERE state = 'failed' UNION SELECT encode(standard_sha256, 'hex') FROM frames WHERE state = 'failed'`);
    const held = new Set(rows.map((row) => row.sha256));
    expect(await missing(false)).toEqual([]);
    expect((await lives.stored()).filter((sha256) => !held.has(sha256)).map((sha256) => CONTENTS.findIndex((bytes) => hashOf(bytes) === sha256))).toEqual([]);
    expect((await lives.db.pool.query("SELECT 1 FROM kept_pictures WHERE state <> 'failed'")).rowCount).toBe(0);
  }), { numRuns: RUNS });
}, RUNS * 20_000);
