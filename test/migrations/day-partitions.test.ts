import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPool } from '../../adapters/postgres/pool.ts';
import { parseInstant } from '../../contracts/time.ts';
import { freshDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { accept, claim, matching, rowOf, seedUser, staged, storeVerdicts } from '../support/plant-data.ts';

let db: TestDatabase;
beforeEach(async () => { db = await freshDatabase(); });
afterEach(() => db.drop());

/** Long gone, so no install has made partitions of these days. */
const [FIRST, LAST] = ['2020-02-28', '2020-03-01'];
const PARTITIONED = ['frame_detections', 'frame_verdicts', 'frames', 'stage_results'];

const ensure = async (first = FIRST, last = LAST): Promise<number> =>
  (await rowOf<{ made: number }>(db.pool, 'SELECT ensure_day_partitions($1, $2) AS made', [first, last])).made;

async function partitions(): Promise<string[]> {
  const { rows } = await db.pool.query<{ name: string }>(`
    SELECT c.relname || ' ' || pg_get_expr(c.relpartbound, c.oid) AS name FROM pg_class c JOIN pg_inherits ON inhrelid = c.oid
    WHERE c.relkind = 'r' AND c.relname ~ '_2020' ORDER BY 1`);
  return rows.map(({ name }) => name);
}

describe('ensure_day_partitions', () => {
  it('makes one partition per table and day of UTC, leap day included', async () => {
    expect(await ensure()).toBe(12);
    const made = await partitions();
    expect(made.filter((name) => name.startsWith('frames_'))).toEqual([
      "frames_20200228 FOR VALUES FROM ('2020-02-28 00:00:00+00') TO ('2020-02-29 00:00:00+00')",
      "frames_20200229 FOR VALUES FROM ('2020-02-29 00:00:00+00') TO ('2020-03-01 00:00:00+00')",
      "frames_20200301 FOR VALUES FROM ('2020-03-01 00:00:00+00') TO ('2020-03-02 00:00:00+00')",
    ]);
    expect([...new Set(made.map((name) => name.split('_2020')[0]))]).toEqual(PARTITIONED);
  });

  it('covers every table that is cut by capture day', async () => {
    const { rows } = await db.pool.query<{ name: string }>("SELECT relname AS name FROM pg_class WHERE relkind = 'p' ORDER BY 1");
    expect(rows.map(({ name }) => name)).toEqual(PARTITIONED);
  });

  it('makes nothing the second time', async () => {
    await ensure();
    const before = await partitions();
    expect(await ensure()).toBe(0);
    expect(await partitions()).toEqual(before);
  });

  it('brings the indexes and constraints of the parent', async () => {
    await ensure();
    const { rows } = await db.pool.query<{ index: string }>(`
      SELECT pg_get_indexdef(indexrelid, 0, true) AS index FROM pg_index WHERE indrelid = 'frames_20200229'::regclass`);
    expect(rows.map(({ index }) => index.replace(/^.* USING /, '')).sort()).toEqual([
      'btree (device_id, captured_at)', 'btree (frame_id)', "btree (settled_at) WHERE state = 'failed'::text", 'btree (sha256) WHERE state IS NULL', 'btree (user_id, accepted_at)',
    ]);
  });

  it('moves what already lies in the default partition, and only the rows of that day', async () => {
    await seedUser(db.pool, 'ann', ['gate']);
    const moments = ['2020-02-28T23:59:59.999999Z', '2020-02-29T00:00:00Z', '2020-02-29T23:59:59.999999Z', '2020-03-01T00:00:00Z'].map(parseInstant);
    for (const moment of moments) await accept(db.pool, 'ann', 'gate', moment);
    const batch = await claim(db.pool, moments.length);
    for (const frame of await staged(db.pool, batch)) await storeVerdicts(db.pool, batch, frame, [matching('1')]);
    const before = (await db.pool.query('SELECT * FROM frames ORDER BY captured_at')).rows;
    await ensure('2020-02-29', '2020-02-29');
    for (const table of ['frames', 'frame_verdicts']) {
      const { rows } = await db.pool.query(`SELECT captured_at AS at, tableoid::regclass::text AS lies FROM ${table} ORDER BY captured_at`);
      expect(rows).toEqual(moments.map((at) => ({ at, lies: `${table}_${at.startsWith('2020-02-29') ? '20200229' : 'default'}` })));
    }
    expect((await db.pool.query('SELECT * FROM frames ORDER BY captured_at')).rows).toEqual(before);
  });

  it.each(['America/Caracas', 'Asia/Kolkata', 'Pacific/Kiritimati', 'America/Sao_Paulo'])('cuts at midnight of UTC in a session of %s, whose zone it leaves alone', async (zone) => {
    const client = await db.pool.connect();
    try {
      await client.query(`SET TimeZone = '${zone}'`);
      await client.query('SELECT ensure_day_partitions($1, $2)', [FIRST, LAST]);
      expect((await client.query('SHOW TimeZone')).rows).toEqual([{ TimeZone: zone }]);
    } finally {
      client.release(true);
    }
    expect((await partitions()).find((name) => name.startsWith('frames_20200229'))).toBe(
      "frames_20200229 FOR VALUES FROM ('2020-02-29 00:00:00+00') TO ('2020-03-01 00:00:00+00')");
  });

  it('makes each once when twenty ask at once, and no frame that comes in meanwhile is refused or lost', async () => {
    await seedUser(db.pool, 'ann', ['gate']);
    await accept(db.pool, 'ann', 'gate', parseInstant('2020-02-29T12:00:00Z'));
    const incoming = Promise.all(Array.from({ length: 60 }, (_, n) => accept(db.pool, 'ann', 'gate', parseInstant(`2020-02-29T13:00:${String(n).padStart(2, '0')}Z`))));
    const crowd = createPool(db.url, { connections: 20, applicationName: 'test' });
    const asking = Array.from({ length: 20 }, () => crowd.query<{ made: number }>('SELECT ensure_day_partitions($1, $2) AS made', [FIRST, LAST]));
    const made = (await Promise.all(asking)).map(({ rows: [row] }) => row!.made);
    await crowd.end();
    expect(made.filter((count) => count > 0)).toEqual([12]);
    await incoming;
    expect(await rowOf(db.pool, 'SELECT count(*) AS frames, min(tableoid::regclass::text) AS lies, count(DISTINCT tableoid) AS places FROM frames'))
      .toEqual({ frames: 61, lies: 'frames_20200229', places: 1 });
  });
});
