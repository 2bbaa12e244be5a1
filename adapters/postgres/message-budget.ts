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

/** Takes what is asked; false when there is not enough left, and then nothing is taken. */
export type TakeFromBudget = (request: BudgetRequest) => Promise<boolean>;

/**
 * The budgets as one transaction has them. A count only rises, so what was refused is not asked for again in it: in a storm that is nearly every incident of a batch.
 * To be asked in the order of users: two batches that lock the same two in different orders would wait for each other.
 */
export function budgetsIn(client: Client): TakeFromBudget {
  /** By user and kind, the fewest messages that were too many. */
  const refused = new Map<string, number>();
  return async (request) => {
    const { userId, critical, messages, evenBeyond } = request;
    const key = `${userId} ${critical}`;
    if (!evenBeyond && messages >= (refused.get(key) ?? Number.POSITIVE_INFINITY)) return false;
    const within = await take(client, request);
    if (!within) refused.set(key, messages);
    return within;
  };
}

/** A first message of the hour goes out even where it has more addressees than the limit. */
async function take(client: Client, { userId, critical, messages, limit, evenBeyond }: BudgetRequest): Promise<boolean> {
  const column = critical ? 'told_critical' : 'told';
  const taken = await query(client, `
    INSERT INTO message_budgets AS budget (user_id, hour, ${column}) VALUES ($1, date_trunc('hour', now()), $2)
    ON CONFLICT (user_id, hour) DO UPDATE SET ${column} = budget.${column} + $2 WHERE $4 OR budget.${column} = 0 OR budget.${column} + $2 <= $3
    RETURNING user_id`, [userId, messages, limit, evenBeyond]);
  return taken.length > 0;
}
