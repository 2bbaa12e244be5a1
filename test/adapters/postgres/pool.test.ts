import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTransaction, query } from '../../../adapters/postgres/pool.ts';
import { freshDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { pidOf } from '../../support/lock-wait.ts';

let db: TestDatabase;
beforeAll(async () => { db = await freshDatabase(); });
afterAll(() => db.drop());

describe('a connection that is lost', () => {
  it('between two statements of a transaction fails the next one, and not the process', async () => {
    await expect(inTransaction(db.pool, async (client) => {
      const lost = new Promise<void>((done) => { client.once('end', done); });
      await db.pool.query('SELECT pg_terminate_backend($1)', [await pidOf(client)]);
      await lost;
      await query(client, 'SELECT 1');
    })).rejects.toMatchObject({ code: 'database_unavailable' });
    expect(await query(db.pool, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});
