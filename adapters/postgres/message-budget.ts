/** How many messages new incidents may still send a user in this hour. The row is the lock: two batches count one after the other. */
import { query } from './pool.ts';
import type { Client, Queryable } from './pool.ts';

export interface BudgetRequest {
  readonly userId: string;
  /** What is critical has a budget of its own, so that chatter cannot use it up. */
  readonly critical: boolean;
  readonly messages: number;
  readonly limit: number;
  /** Counted, and told whatever the count. */
  readonly evenBeyond: boolean;
}

/** Older hours count for nothing any more; a day is kept for whoever asks why something was held back. */
export const forgetBudgets = async (db: Queryable): Promise<void> => {
  await query(db, "DELETE FROM message_budgets WHERE hour < now() - interval '1 day'");
};

/** False when there is not enough left; then nothing is taken. A first message of the hour goes out even where it has more addressees than the limit. */
export async function takeFromBudget(client: Client, { userId, critical, messages, limit, evenBeyond }: BudgetRequest): Promise<boolean> {
  const column = critical ? 'told_critical' : 'told';
  const taken = await query(client, `
    INSERT INTO message_budgets AS budget (user_id, hour, ${column}) VALUES ($1, date_trunc('hour', now()), $2)
    ON CONFLICT (user_id, hour) DO UPDATE SET ${column} = budget.${column} + $2 WHERE $4 OR budget.${column} = 0 OR budget.${column} + $2 <= $3
    RETURNING user_id`, [userId, messages, limit, evenBeyond]);
  return taken.length > 0;
}
