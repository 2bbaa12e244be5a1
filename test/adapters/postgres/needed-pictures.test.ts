import { afterAll, beforeAll, expect, it } from 'vitest';
import { neededPictures } from '../../../adapters/postgres/needed-pictures.ts';
import type { Queryable } from '../../../adapters/postgres/pool.ts';
import { freshDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { NOON, accept, seedUser, sha } from '../../support/plant-data.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await freshDatabase();
  await seedUser(db.pool, 'ann', ['gate']);
  await db.pool.query("SELECT ensure_day_partitions('2026-02-20', '2026-03-10')");
});
afterAll(() => db.drop());

/** Names of the partitions of the ledger that any statement of the look would read. */
async function partitionsRead(): Promise<string[]> {
  const plans: string[] = [];
  const explaining = {
    async query(text: string, values: unknown[]) {
      const { rows } = await db.pool.query(`EXPLAIN ${text}`, values);
      plans.push(...rows.map((row) => row['QUERY PLAN']));
      return db.pool.query(text, values);
    },
  };
  await neededPictures(explaining as Queryable, [{ sha256: sha('x'), putAt: new Date(0) }]);
  return [...new Set(plans.join('\n').match(/\bframes_(\d{8}|default)\b(?!_)/g))].sort();
}

it('reads of the ledger only the days that have frames on their way, however many others there are', async () => {
  expect(await partitionsRead()).toEqual([]);
  await accept(db.pool, 'ann', 'gate', NOON);
  expect(await partitionsRead()).toEqual(['frames_20260301']);
});
