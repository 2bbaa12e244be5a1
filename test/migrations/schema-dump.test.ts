import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../adapters/postgres/migrate.ts';
import { dumpSchema } from '../../adapters/postgres/schema-dump.ts';
import { emptyDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';

let db: TestDatabase;
beforeEach(async () => { db = await emptyDatabase(); });
afterEach(() => db.drop());

const committed = (): Promise<string> => readFile(new URL('../../migrations/schema.sql', import.meta.url), 'utf8');

describe('migrations/schema.sql', () => {
  it('is what a fresh install makes', async () => {
    await migrate(db.pool);
    expect(await dumpSchema(db.pool), 'the schema changed: run `npm run schema:dump` and look at the difference').toBe(await committed());
  });

  it('makes, loaded into an empty database, the schema that it says', async () => {
    await db.pool.query(await committed());
    expect(await dumpSchema(db.pool)).toBe(await committed());
  });
});

describe('the schema dump', () => {
  it('does not depend on the order in which things were made, nor on the day', async () => {
    const [one, other] = ['CREATE TABLE b (id int PRIMARY KEY)', 'CREATE TABLE c (id int PRIMARY KEY)'];
    const last = 'CREATE TABLE a (id int REFERENCES c (id)); CREATE INDEX a_id ON a (id); CREATE TABLE days (day date NOT NULL) PARTITION BY RANGE (day)';
    const inSchema = async (name: string, sql: string[]): Promise<string> => {
      const client = await db.pool.connect();
      try {
        await client.query(`CREATE SCHEMA ${name}; SET search_path TO ${name}; ${sql.join(';')}`);
        return await dumpSchema(client);
      } finally {
        client.release(true);
      }
    };
    const first = await inSchema('first', [one, other, last]);
    const partition = "CREATE TABLE days_20260301 PARTITION OF days FOR VALUES FROM ('2026-03-01') TO ('2026-03-02')";
    expect(await inSchema('second', [other, one, last, partition])).toBe(first);
    expect(first).toMatch(/TABLE b .*TABLE c .*TABLE a .*a_id.*TABLE days /s);
  });

  it('quotes what needs it', async () => {
    await db.pool.query(`
      CREATE TABLE odd ("select" text DEFAULT 'it''s' COLLATE "C") WITH (fillfactor=70);
      COMMENT ON COLUMN odd."select" IS 'People''s words.'`);
    const dump = await dumpSchema(db.pool);
    await db.pool.query('DROP TABLE odd');
    await db.pool.query(dump);
    expect(await dumpSchema(db.pool)).toBe(dump);
    expect(dump).toContain("'People''s words.'");
    expect(dump).toContain('fillfactor=70');
  });

  it('writes triggers behind the functions that they call', async () => {
    await db.pool.query(`
      CREATE TABLE t (id int);
      CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
      CREATE TRIGGER touch AFTER UPDATE ON t FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION touched();
      COMMENT ON TRIGGER touch ON t IS 'Felt.'`);
    const dump = await dumpSchema(db.pool);
    await db.pool.query('DROP TABLE t; DROP FUNCTION touched');
    await db.pool.query(dump);
    expect(await dumpSchema(db.pool)).toBe(dump);
    expect(dump).toMatch(/FUNCTION .*touched.*CREATE TRIGGER touch .*WHEN .*COMMENT ON TRIGGER touch ON t IS 'Felt\.'/s);
  });

  it.each([
    ['a view', 'CREATE VIEW seen AS SELECT 1 AS one', 'relation seen'],
    ['an enumeration', "CREATE TYPE mood AS ENUM ('good')", 'type mood'],
    ['a sequence of its own', 'CREATE SEQUENCE counter', 'sequence counter'],
    ['an unlogged table', 'CREATE UNLOGGED TABLE scratch (id int)', 'unlogged scratch'],
  ])('refuses %s rather than leaving it out', async (_what, sql, named) => {
    await db.pool.query(sql);
    await expect(dumpSchema(db.pool)).rejects.toThrow(named);
  });
});
