/** How many frames are on their way, per user: what quotas are held against, without a count per request. */
import { query } from './pool.ts';
import type { Pool } from './pool.ts';

/** Counting 100 000 rows takes some 20 ms; once a second that is nothing, and a second of acceptance is counted along. */
const FRESH_MS = 1_000;

export interface Backlog {
  /** Frames on their way. Throws `database_unavailable`. */
  current(): Promise<{ readonly total: number; readonly ofUser: (userId: string) => number }>;
  /** A frame that was accepted here counts at once, so that a burst within the second meets the limits. */
  noteAccepted(userId: string): void;
}

export function createBacklog(pool: Pool, now: () => number = Date.now): Backlog {
  let counted = new Map<string, number>();
  let countedAtMs = Number.NEGATIVE_INFINITY;
  let counting: Promise<void> | undefined;
  /** Accepted here since the count began. Some of them may be in the count too: a limit that bites a little early is no harm. */
  let since = new Map<string, number>();

  async function count(): Promise<void> {
    const noted = new Map<string, number>();
    since = noted;
    const startedAtMs = now();
    const rows = await query<{ user_id: string; frames: number }>(pool, 'SELECT user_id, count(*) AS frames FROM open_frames GROUP BY user_id');
    counted = new Map(rows.map((row) => [row.user_id, row.frames]));
    countedAtMs = startedAtMs;
  }

  return {
    async current() {
      if (now() - countedAtMs >= FRESH_MS) {
        counting ??= count().finally(() => { counting = undefined; });
        await counting;
      }
      const ofUser = (userId: string): number => (counted.get(userId) ?? 0) + (since.get(userId) ?? 0);
      const total = sum(counted) + sum(since);
      return { total, ofUser };
    },
    noteAccepted(userId) {
      since.set(userId, (since.get(userId) ?? 0) + 1);
    },
  };
}

const sum = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((total, frames) => total + frames, 0);
