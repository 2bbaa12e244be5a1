import { afterAll, beforeAll, expect, it } from 'vitest';
import { findKeyedFrames } from '../../../adapters/postgres/idempotency-keys.ts';
import { createLedger } from '../../../adapters/postgres/ledger.ts';
import { Failure } from '../../../contracts/failures.ts';
import { plusMs } from '../../../contracts/time.ts';
import { freshDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { pidOf, untilBlocked, untilBlockedBy } from '../../support/lock-wait.ts';
import { NOON, newFrame, rowOf, seedUser } from '../../support/plant-data.ts';

const API_KEY = '01a1fd50-bf90-7a65-98b6-7f2402f97040';

let db: TestDatabase;
beforeAll(async () => {
  db = await freshDatabase();
  await seedUser(db.pool, 'ann', ['gate']);
});
afterAll(() => db.drop());

let seconds = 0;
const keyed = (text: string) => newFrame({ userId: 'ann', deviceId: 'gate', givenCapturedAt: plusMs(NOON, (seconds += 1) * 1000), idempotencyKey: { apiKeyId: API_KEY, text } });
const accept = (...frames: ReturnType<typeof keyed>[]) => createLedger(db.pool).acceptFrames(frames);
const rows = () => rowOf(db.pool, 'SELECT (SELECT count(*) FROM frames) AS frames, (SELECT count(*) FROM open_frames) AS open, (SELECT count(*) FROM idempotency_keys) AS keys');

it('a frame whose key the database refuses is not there either, and its neighbours are', async () => {
  const answers = await accept(keyed('before'), keyed('x'.repeat(200)), keyed('after'));
  expect(answers.map((answer) => (answer instanceof Failure ? answer.code : answer.duplicate))).toEqual([false, 'internal', false]);
  expect(await rows()).toEqual({ frames: 2, open: 2, keys: 2 });
});

it('a session that is killed between frame and key leaves neither', async () => {
  const before = await rows();
  const holder = await db.pool.connect();
  await holder.query('BEGIN');
  await holder.query("INSERT INTO idempotency_keys (api_key_id, idempotency_key, frame_id, device_id, captured_at, duplicate) VALUES ($1, 'held', $1, 'gate', now(), false)", [API_KEY]);
  const accepting = accept(keyed('held')).then(() => 'accepted', (error: Failure) => error.code);
  await untilBlockedBy(db.pool, await pidOf(holder));
  await db.pool.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND $1 = ANY (pg_blocking_pids(pid))", [await pidOf(holder)]);
  expect(await accepting).toBe('outcome_unknown');
  await holder.query('ROLLBACK');
  holder.release();
  expect(await rows()).toEqual(before);
});

it('a key that another request is just keeping is waited for, and is that request\'s', async () => {
  const [first] = await accept(keyed('theirs'));
  const holder = await db.pool.connect();
  await holder.query('BEGIN');
  await holder.query("UPDATE idempotency_keys SET idempotency_key = 'mine' WHERE idempotency_key = 'theirs'");
  const accepting = accept(keyed('mine'));
  await untilBlockedBy(db.pool, await pidOf(holder));
  await holder.query('COMMIT');
  holder.release();
  expect(await accepting).toEqual([expect.objectContaining({ code: 'idempotency_key_reused', detail: expect.stringContaining((first as { frameId: string }).frameId) })]);
});

it('groups that keep the same keys in opposite order do not wait for each other in a circle', async () => {
  for (let round = 0; round < 8; round += 1) {
    const [first, last] = [`${round} a`, `${round} z`];
    // Both groups are stopped at the last key, and go on at the same moment.
    const holder = await db.pool.connect();
    await holder.query('BEGIN');
    await holder.query("INSERT INTO idempotency_keys (api_key_id, idempotency_key, frame_id, device_id, captured_at, duplicate) VALUES ($1, $2, $1, 'gate', now(), false)", [API_KEY, last]);
    const one = accept(keyed(first), keyed(last));
    await untilBlockedBy(db.pool, await pidOf(holder));
    const other = accept(keyed(last), keyed(first));
    await untilBlocked(db.pool, 2);
    await holder.query('ROLLBACK');
    holder.release();
    const codes = (await Promise.all([one, other])).flat().map((answer) => (answer instanceof Failure ? answer.code : 'accepted'));
    expect(codes.sort(), `round ${round}`).toEqual(['accepted', 'accepted', 'idempotency_key_reused', 'idempotency_key_reused']);
  }
});

it('keys are found in the order in which they are asked for, and those that are not there not at all', async () => {
  const [one, two] = await accept(keyed('one'), keyed('two'));
  const found = await findKeyedFrames(db.pool, ['two', 'none', 'one', 'two'].map((text) => ({ apiKeyId: API_KEY, text })));
  expect(found.map((frame) => frame?.frameId)).toEqual([two, undefined, one, two].map((answer) => (answer as { frameId: string } | undefined)?.frameId));
  expect(await findKeyedFrames(db.pool, [{ apiKeyId: '01a1fd50-bf90-7a65-98b6-7f2402f97041', text: 'one' }])).toEqual([undefined]);
});
