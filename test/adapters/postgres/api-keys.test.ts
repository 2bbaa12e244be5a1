import { afterAll, beforeAll, expect, it } from 'vitest';
import { createKey, findKey, mintKey, registerKey, revokeKey } from '../../../adapters/postgres/api-keys.ts';
import { freshDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';

let db: TestDatabase;
beforeAll(async () => { db = await freshDatabase(); });
afterAll(() => db.drop());

it('a key that is kept in a file can be registered again and again, and stays one key', async () => {
  const key = mintKey('admin');
  const rows = await Promise.all(Array.from({ length: 5 }, () => registerKey(db.pool, key, { role: 'admin', userId: null })));
  expect(new Set(rows.map(({ keyId }) => keyId)).size).toBe(1);
  expect(await findKey(db.pool, key)).toEqual({ keyId: rows[0]?.keyId, role: 'admin', userId: null });
});

it('a key that was revoked stays revoked when it is registered again', async () => {
  const { key, keyId } = await createKey(db.pool, { role: 'ops', userId: null });
  await revokeKey(db.pool, keyId);
  expect((await registerKey(db.pool, key, { role: 'ops', userId: null })).revokedAt).not.toBeNull();
  expect(await findKey(db.pool, key)).toBeUndefined();
});

it('keys never repeat and are found by the whole of their text only', async () => {
  const keys = new Set(Array.from({ length: 100 }, () => mintKey('ingest')));
  expect(keys.size).toBe(100);
  const { key } = await createKey(db.pool, { role: 'ingest', userId: null });
  for (const wrong of [key.slice(0, -1), `${key}x`, key.toUpperCase(), '']) expect(await findKey(db.pool, wrong)).toBeUndefined();
});
