import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate, readMigrations, refuseOldSchema } from '../../adapters/postgres/migrate.ts';
import { dumpSchema } from '../../adapters/postgres/schema-dump.ts';
import { anyOf, classAbove } from '../../policies/model.ts';
import { emptyDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';

let db: TestDatabase;
beforeEach(async () => { db = await emptyDatabase(); });
afterEach(() => db.drop());

const names = async (): Promise<string[]> => (await readMigrations()).map(({ name }) => name);

describe('installing', () => {
  it('applies every step once, in order', async () => {
    expect(await migrate(db.pool)).toEqual(await names());
    expect((await db.pool.query('SELECT name FROM schema_migrations ORDER BY applied_at, name')).rows.map(({ name }) => name)).toEqual(await names());
  });

  it('changes nothing the second time', async () => {
    await migrate(db.pool);
    const before = await dumpSchema(db.pool);
    expect(await migrate(db.pool)).toEqual([]);
    expect(await dumpSchema(db.pool)).toBe(before);
  });

  it('goes on where an install was cut short', async () => {
    const [first, ...rest] = await readMigrations();
    await migrate(db.pool);
    const whole = await dumpSchema(db.pool);
    await db.pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    await db.pool.query('CREATE TABLE schema_migrations (name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())');
    await db.pool.query(first!.sql);
    await db.pool.query('INSERT INTO schema_migrations (name, sha256) VALUES ($1, $2)', [first!.name, first!.sha256]);
    expect(await migrate(db.pool)).toEqual(rest.map(({ name }) => name));
    expect(await dumpSchema(db.pool)).toBe(whole);
  });

  it('leaves nothing of a step that fails', async () => {
    // The second step makes this table, as its second statement.
    await db.pool.query('CREATE TABLE rule_versions ()');
    await expect(migrate(db.pool)).rejects.toThrow('rule_versions');
    const { rows: [left] } = await db.pool.query("SELECT to_regclass('users') AS users, to_regclass('rules') AS rules");
    expect(left).toEqual({ users: 'users', rules: null });
    expect((await db.pool.query('SELECT name FROM schema_migrations')).rows).toEqual([{ name: (await names())[0] }]);
  });

  it('refuses a step that was edited after it was applied, by its name', async () => {
    await migrate(db.pool);
    const edited = (await names())[3];
    await db.pool.query("UPDATE schema_migrations SET sha256 = 'what it was' WHERE name = $1", [edited]);
    await expect(migrate(db.pool)).rejects.toThrow(expect.objectContaining({ code: 'schema_behind', message: expect.stringContaining(String(edited)) }));
  });

  it('makes one schema when twenty start at once on an empty database', async () => {
    const applied = await Promise.all(Array.from({ length: 20 }, () => migrate(db.pool)));
    expect(applied.flat().sort()).toEqual(await names());
    const made = await dumpSchema(db.pool);
    const alone = await emptyDatabase();
    try {
      await migrate(alone.pool);
      expect(made).toBe(await dumpSchema(alone.pool));
    } finally {
      await alone.drop();
    }
  });
});

describe('upgrading', () => {
  const upTo = async (number: string): Promise<void> => {
    const all = await readMigrations();
    await db.pool.query('CREATE TABLE schema_migrations (name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())');
    for (const { name, sha256, sql } of all.slice(0, all.findIndex(({ name }) => name.startsWith(number)))) {
      await db.pool.query(sql);
      await db.pool.query('INSERT INTO schema_migrations (name, sha256) VALUES ($1, $2)', [name, sha256]);
    }
  };

  it('says the conditions of rules in the words of the model, with the same meaning', async () => {
    await upTo('0023');
    const old = (label: string, threshold: number) => ({ kind: 'class-above', label, comparison: '>', threshold });
    const condition = { kind: 'any-of', children: [old('dog', 0.8), old('cat', 0.75)] };
    await db.pool.query("INSERT INTO rules (rule_id, current_version) VALUES ('1', 1)");
    await db.pool.query("INSERT INTO rule_versions (rule_id, version, source, condition, created_by) VALUES ('1', 1, '', $1, 'key')", [JSON.stringify(condition)]);
    await migrate(db.pool);
    const { rows } = await db.pool.query('SELECT condition, name, severity FROM rule_versions');
    expect(rows).toEqual([{ condition: anyOf([classAbove('dog', '>', 0.8), classAbove('cat', '>', 0.75)]), name: null, severity: null }]);
  });

  it('moves what was assigned to users over to the assignments of users and groups', async () => {
    await upTo('0024');
    await db.pool.query(`
      INSERT INTO users (user_id, name) VALUES ('anna', 'Anna');
      INSERT INTO rules (rule_id, current_version) VALUES ('1', 1), ('2', 1);
      INSERT INTO rule_assignments (user_id, rule_id, device_ids, assigned_at) VALUES ('anna', '2', NULL, '2026-01-02Z'), ('anna', '1', '{door}', '2026-01-01Z')`);
    await migrate(db.pool);
    const { rows } = await db.pool.query('SELECT user_id, group_id, rule_id, policy_id, device_ids, zones, severity, assigned_at::text, assigned_by FROM assignments ORDER BY rule_id');
    const same = { user_id: 'anna', group_id: null, policy_id: null, zones: null, severity: null, assigned_by: 'before history' };
    expect(rows).toEqual([
      { ...same, rule_id: '1', device_ids: ['door'], assigned_at: '2026-01-01 00:00:00+00' }, { ...same, rule_id: '2', device_ids: null, assigned_at: '2026-01-02 00:00:00+00' },
    ]);
  });
});

describe('a process on a database that lacks steps', () => {
  it('is told which', async () => {
    await expect(refuseOldSchema(db.pool)).rejects.toThrow(expect.objectContaining({ code: 'schema_behind', message: expect.stringContaining((await names())[0]!) }));
    await migrate(db.pool);
    await refuseOldSchema(db.pool);
    const last = (await names()).at(-1);
    await db.pool.query('DELETE FROM schema_migrations WHERE name = $1', [last]);
    await expect(refuseOldSchema(db.pool)).rejects.toThrow(expect.objectContaining({ code: 'schema_behind', detail: `missing ${last}` }));
  });
});

describe('the schema tells what it is', () => {
  const uncommented = async (sql: string): Promise<string[]> => (await db.pool.query<{ what: string }>(sql)).rows.map(({ what }) => what);
  beforeEach(async () => { await migrate(db.pool); });

  it('for every table', async () => {
    expect(await uncommented(String.raw`
      SELECT relname AS what FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
        AND NOT (relispartition AND relname ~ '_\d{8}$') AND obj_description(oid, 'pg_class') IS NULL`)).toEqual([]);
  });

  it('for every column, those of partitions being their parents\'', async () => {
    expect(await uncommented(`
      SELECT relname || '.' || attname AS what FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND attnum > 0 AND NOT attisdropped
        AND col_description(c.oid, attnum) IS NULL`)).toEqual([]);
  });

  it('for every index that is not a constraint\'s or a parent\'s', async () => {
    expect(await uncommented(`
      SELECT c.relname AS what FROM pg_class c
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('i', 'I') AND NOT relispartition
        AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = c.oid AND contype IN ('p', 'u', 'x')) AND obj_description(c.oid, 'pg_class') IS NULL`)).toEqual([]);
  });

  it('for every function', async () => {
    expect(await uncommented(`
      SELECT proname AS what FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND obj_description(oid, 'pg_proc') IS NULL`)).toEqual([]);
  });

  it('for every trigger', async () => {
    expect(await uncommented(`
      SELECT tgname AS what FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
      WHERE relnamespace = 'public'::regnamespace AND NOT tgisinternal AND tgparentid = 0 AND obj_description(t.oid, 'pg_trigger') IS NULL`)).toEqual([]);
  });
});
