import { afterEach, beforeEach, expect, it } from 'vitest';
import { readDetectionCapacity, signOfLife } from '../../../adapters/postgres/workers.ts';
import { freshDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';

let db: TestDatabase;
beforeEach(async () => { db = await freshDatabase(); });
afterEach(() => db.drop());

const sign = (workerId: string, stages: readonly string[], slots: number | null = null) => signOfLife(db.pool, {
  workerId, stages, detector: null, load: slots === null ? null : { slots, frameMs: 20, idleShare: 0.5 },
} as Parameters<typeof signOfLife>[1]);

it('capacity is that of the processes whose signs come, not of those that died without a word', async () => {
  await sign('dead-detect', ['detect'], 2);
  await sign('dead-quarantine', ['quarantine']);
  await db.pool.query("UPDATE workers SET seen_at = now() - interval '11 seconds'");
  expect(await readDetectionCapacity(db.pool)).toMatchObject({ slots: 0, quarantines: 0, frameMs: null, idleShare: null });
  await sign('detect', ['detect'], 2);
  await sign('quarantine', ['quarantine']);
  expect(await readDetectionCapacity(db.pool)).toMatchObject({ slots: 2, quarantines: 1, frameMs: 20, idleShare: 0.5 });
});
