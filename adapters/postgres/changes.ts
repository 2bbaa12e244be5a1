/** Who changed what frames are judged by and who is told, when, and what it was before: written with the change, in its transaction. */
import type { Instant } from '../../contracts/time.ts';
import { inTransaction, query } from './pool.ts';
import type { Client, Pool, Queryable } from './pool.ts';

/** Members are those of a group, assignments those of one user or group, zones those of one device. */
export const CHANGE_SUBJECTS = ['rule', 'policy', 'group', 'members', 'assignments', 'zones', 'chain'] as const;
export type ChangeSubject = (typeof CHANGE_SUBJECTS)[number];

export interface NewChange {
  readonly subject: ChangeSubject;
  /** Of assignments `user/<id>` or `group/<id>`. */
  readonly subjectId: string;
  /** Null: there was nothing. Of members and assignments only those that came, went or changed; the same in `after`. */
  readonly before: unknown;
  /** Null: nothing is left. */
  readonly after: unknown;
}

export interface Change extends NewChange {
  /** Higher than that of every change committed before. */
  readonly changeId: number;
  readonly at: Instant;
  /** Id of the key. */
  readonly changedBy: string;
}

/** Any constant does. */
const TURN = 6_180_339;

/**
 * A transaction that changes what frames are judged by. They go one at a time: few are made, and without it the histories of two
 * that meet would each tell of a state that never was, and rows locked crosswise would end one of them.
 */
export const inTurn = <T>(pool: Pool, work: (client: Client) => Promise<T>): Promise<T> => inTransaction(pool, async (client) => {
  await query(client, 'SELECT pg_advisory_xact_lock($1)', [TURN]);
  return work(client);
});

export async function noteChange(client: Client, changedBy: string, { subject, subjectId, before, after }: NewChange): Promise<void> {
  await query(client, 'INSERT INTO changes (changed_by, subject, subject_id, before, after) VALUES ($1, $2, $3, $4, $5)',
    [changedBy, subject, subjectId, jsonOrNothing(before), jsonOrNothing(after)]);
}

const jsonOrNothing = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));

export interface ChangeQuery {
  readonly subject: ChangeSubject | null;
  readonly subjectId: string | null;
  /** Only changes older than this one; null: from the newest. */
  readonly before: number | null;
  readonly limit: number;
}

/** Newest first. */
export const listChanges = (db: Queryable, { subject, subjectId, before, limit }: ChangeQuery): Promise<Change[]> => query<Change & Record<string, unknown>>(db, `
  SELECT change_id AS "changeId", at, changed_by AS "changedBy", subject, subject_id AS "subjectId", before, after FROM changes
  WHERE ($1::text IS NULL OR subject = $1) AND ($2::text IS NULL OR subject_id = $2) AND ($3::bigint IS NULL OR change_id < $3)
  ORDER BY change_id DESC LIMIT $4`, [subject, subjectId, before, limit]);
