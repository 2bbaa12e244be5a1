import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { listen } from '../../../adapters/postgres/listen.ts';
import { freshDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';

const WAIT = { timeout: 10_000, interval: 5 };

let db: TestDatabase;
beforeAll(async () => { db = await freshDatabase(); });
afterAll(() => db.drop());

const cut = () => db.pool.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'watchpost listener'");

it('hears each word on its channel, and says that it hears only while it does', async () => {
  let words = 0;
  const listener = listen(db.url, 'gossip', () => { words += 1; });
  try {
    expect(listener.hearing()).toBe(false);
    await vi.waitFor(() => expect(listener.hearing()).toBe(true), WAIT);
    // The first word is its own: something may have been said before.
    expect(words).toBe(1);
    await db.pool.query('NOTIFY gossip');
    await vi.waitFor(() => expect(words).toBe(2), WAIT);
    await db.pool.query('NOTIFY elsewhere');

    await cut();
    await vi.waitFor(() => expect(listener.hearing()).toBe(false), WAIT);
    await vi.waitFor(() => expect(listener.hearing()).toBe(true), WAIT);
    expect(words).toBe(3);
    await db.pool.query('NOTIFY gossip');
    await vi.waitFor(() => expect(words).toBe(4), WAIT);
  } finally {
    await listener.close();
  }
  expect(listener.hearing()).toBe(false);
});

it('keeps trying while there is no database, and can be closed meanwhile', async () => {
  const listener = listen('postgres://nobody@127.0.0.1:1/nothing', 'gossip', () => { throw new Error('heard of a database that is not there'); });
  await db.pool.query('SELECT 1');
  expect(listener.hearing()).toBe(false);
  await listener.close();
});
