import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBacklog } from '../../../adapters/postgres/backlog.ts';
import { createPool } from '../../../adapters/postgres/pool.ts';
import { freePort } from '../../../adapters/embedded/port.ts';
import { parseInstant, plusMs } from '../../../contracts/time.ts';
import { freshDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { NOON, accept, seedUser } from '../../support/plant-data.ts';

let db: TestDatabase;
let nowMs = 0;
let moment = 0;
beforeAll(async () => {
  db = await freshDatabase();
  await seedUser(db.pool, 'anna', ['door']);
  await seedUser(db.pool, 'bert', ['gate']);
});
afterAll(() => db.drop());
beforeEach(() => db.pool.query('TRUNCATE open_frames, frames'));

const send = (user: string, device: string) => accept(db.pool, user, device, plusMs(parseInstant(NOON), moment++ * 1000));
/** A pool that counts its queries. */
const counting = () => {
  const asked: string[] = [];
  return { asked, pool: new Proxy(db.pool, { get: (pool, name) => (name === 'query' ? (...args: [string]) => { asked.push(args[0]); return pool.query(...args); } : Reflect.get(pool, name)) }) };
};

describe('the backlog', () => {
  it('counts the frames on their way, per user and in all', async () => {
    await send('anna', 'door');
    await send('anna', 'door');
    await send('bert', 'gate');
    const { total, ofUser } = await createBacklog(db.pool).current();
    expect([total, ofUser('anna'), ofUser('bert'), ofUser('nobody')]).toEqual([3, 2, 1, 0]);
  });

  it('asks the database once a second, however many ask', async () => {
    const { pool, asked } = counting();
    const backlog = createBacklog(pool, () => nowMs);
    await Promise.all(Array.from({ length: 50 }, () => backlog.current()));
    await backlog.current();
    expect(asked).toHaveLength(1);
    nowMs += 1_000;
    await Promise.all([backlog.current(), backlog.current()]);
    expect(asked).toHaveLength(2);
  });

  it('counts what is accepted here at once, and forgets it when the database has it', async () => {
    const backlog = createBacklog(db.pool, () => nowMs);
    await backlog.current();
    await send('anna', 'door');
    backlog.noteAccepted('anna');
    expect((await backlog.current()).ofUser('anna')).toBe(1);
    nowMs += 1_000;
    expect((await backlog.current()).ofUser('anna')).toBe(1);
    await db.pool.query('TRUNCATE open_frames');
    nowMs += 1_000;
    expect((await backlog.current()).total).toBe(0);
  });

  it('is not guessed while the database is away', async () => {
    const pool = createPool(`postgresql://nobody@127.0.0.1:${await freePort()}/none`, { connections: 1, applicationName: 'test' });
    await expect(createBacklog(pool).current()).rejects.toMatchObject({ code: 'database_unavailable' });
    await pool.end();
  });
});
