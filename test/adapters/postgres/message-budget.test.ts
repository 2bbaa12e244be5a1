import { afterAll, beforeAll, expect, it } from 'vitest';
import { escalate } from '../../../adapters/postgres/escalate.ts';
import { budgetsIn } from '../../../adapters/postgres/message-budget.ts';
import { inTransaction } from '../../../adapters/postgres/pool.ts';
import { freshDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { ESCALATION } from '../../support/escalation.ts';
import { incidentLife } from '../../support/incident-life.ts';
import { pidOf, untilBlockedBy } from '../../support/lock-wait.ts';
import { seedUser } from '../../support/plant-data.ts';

let db: TestDatabase;
beforeAll(async () => { db = await freshDatabase(); });
afterAll(() => db.drop());

it('gives what is left to whoever asks for less than was refused, and counts what goes beyond it', async () => {
  const answers = await inTransaction(db.pool, async (client) => {
    const take = budgetsIn(client);
    const ask = { userId: 'carla', critical: false, limit: 5, evenBeyond: false };
    return [
      await take({ ...ask, messages: 3 }), await take({ ...ask, messages: 3 }), await take({ ...ask, messages: 2 }), await take({ ...ask, messages: 1 }),
      await take({ ...ask, messages: 3, evenBeyond: true }), await take({ ...ask, messages: 1, critical: true }), await take({ ...ask, userId: 'dora', messages: 9 }),
    ];
  });
  expect(answers).toEqual([true, false, true, false, true, true, true]);
  expect((await db.pool.query('SELECT user_id, told, told_critical FROM message_budgets ORDER BY user_id')).rows)
    .toEqual([{ user_id: 'carla', told: 8, told_critical: 1 }, { user_id: 'dora', told: 9, told_critical: 0 }]);
});

it('is locked in the order of users, so that no two batches wait for each other', async () => {
  const opened: string[] = [];
  for (const user of ['anna', 'bert']) {
    await seedUser(db.pool, user, [`${user}-cam`]);
    opened.push(...await incidentLife(db.pool, user, `${user}-cam`).match());
  }
  // Fails at once where a row is not free.
  const lock = 'SELECT 1 FROM message_budgets WHERE user_id = $1 FOR UPDATE NOWAIT';
  const holder = await db.pool.connect();
  try {
    await holder.query('BEGIN');
    await holder.query(lock, ['anna']);
    const requests = opened.toReversed().map((incidentId) => ({ incidentId, trigger: 'reopened' as const, matchAt: null }));
    const escalating = inTransaction(db.pool, (client) => escalate(client, requests, ESCALATION));
    await untilBlockedBy(db.pool, await pidOf(holder));
    await holder.query(lock, ['bert']);
    await holder.query('COMMIT');
    expect((await escalating).map(({ wrote }) => wrote)).toEqual([true, true]);
  } finally {
    // Whatever it still holds goes with it.
    holder.release(true);
  }
});
