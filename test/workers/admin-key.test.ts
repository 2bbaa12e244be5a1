import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findKey, listKeys } from '../../adapters/postgres/api-keys.ts';
import { adminKeyPath, ensureAdminKey } from '../../workers/admin-key.ts';
import { createLog } from '../../workers/log.ts';
import { freshDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';

let db: TestDatabase;
let home: string;
beforeEach(async () => {
  db = await freshDatabase();
  home = mkdtempSync(join(tmpdir(), 'watchpost-key-'));
});
afterEach(async () => {
  await db.drop();
  rmSync(home, { recursive: true, force: true });
});

const ensure = (pool = db.pool): Promise<string> => ensureAdminKey(pool, home, createLog('test', 'silent'));

describe('the admin key', () => {
  it('is made at the first start, and opens everything', async () => {
    const key = await ensure();
    expect(await findKey(db.pool, key)).toMatchObject({ role: 'admin', userId: null });
    expect(readFileSync(adminKeyPath(home), 'utf8')).toBe(`${key}\n`);
  });

  it('lies where only its owner can read it, whatever the umask', async () => {
    const before = process.umask(0);
    try {
      await ensure();
    } finally {
      process.umask(before);
    }
    expect((statSync(adminKeyPath(home)).mode & 0o777).toString(8)).toBe('600');
  });

  it('is the same at every start', async () => {
    const first = await ensure();
    expect(await ensure()).toBe(first);
    expect(await listKeys(db.pool)).toHaveLength(1);
  });

  it('is one when several first starts happen at once, and leaves nothing else behind', async () => {
    const keys = await Promise.all(Array.from({ length: 8 }, () => ensure()));
    expect(new Set(keys).size).toBe(1);
    expect(await listKeys(db.pool)).toHaveLength(1);
    expect(readdirSync(home)).toEqual(['admin.key']);
  });

  it('works again on a new database', async () => {
    const key = await ensure();
    const other = await freshDatabase();
    try {
      expect(await findKey(other.pool, key)).toBeUndefined();
      expect(await ensure(other.pool)).toBe(key);
      expect(await findKey(other.pool, key)).toMatchObject({ role: 'admin' });
    } finally {
      await other.drop();
    }
  });

  it('is asked for in plain words when its file is empty, rather than replaced behind somebody\'s back', async () => {
    writeFileSync(adminKeyPath(home), '\n');
    await expect(ensure()).rejects.toThrow(expect.objectContaining({ code: 'setting_invalid', message: expect.stringContaining('admin.key is empty') }));
    expect(await listKeys(db.pool)).toEqual([]);
  });

  it('is not replaced when its file cannot be read', async () => {
    mkdirSync(adminKeyPath(home));
    await expect(ensure()).rejects.toThrow('EISDIR');
    expect(await listKeys(db.pool)).toEqual([]);
  });
});
