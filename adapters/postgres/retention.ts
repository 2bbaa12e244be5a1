/**
 * Retention in the ledger: which pictures may go, and the note that they went. Each portion is one transaction around the removal: rows
 * leave the list, the bytes go, the commit follows. A crash before the commit leaves rows without bytes, and the next portion takes them
 * again; bytes without rows, however they come about, are found by the look for orphans.
 */
import type { NeededOf, Removal, StoredPicture } from '../../activities/ports/frame-store.ts';
import type { Instant } from '../../contracts/time.ts';
import { noteSettled } from './kept-pictures.ts';
import { neededPictures } from './needed-pictures.ts';
import { inTransaction, query } from './pool.ts';
import type { Client, Pool, Queryable } from './pool.ts';

/** One sweep at a time, and no replay in the middle of one: it could open a frame between our look and the removal of its bytes. */
const RETENTION_LOCK = 7_238_116;

export const REMOVAL_CAUSES = ['raw_age', 'standard_age', 'budget', 'expired', 'orphan', 'result_age'] as const;
export type RemovalCause = (typeof REMOVAL_CAUSES)[number];

/** Removes those of the pictures that nobody needs; the frame store's `remove`. */
export type RemovePictures = (sha256s: readonly string[], neededOf: NeededOf) => Promise<Removal>;

/** Where in the line, oldest first, the last portion ended. */
export interface LinePlace {
  readonly settledAt: Instant;
  readonly frameId: string;
}

export interface LinePortion {
  /** Standardised pictures, or the bytes as received where they are another picture. */
  readonly standard: boolean;
  readonly settledForMs: number;
  readonly cause: RemovalCause;
  readonly most: number;
  readonly after: LinePlace | null;
}

export interface Portion extends Removal {
  /** Rows that left the list; with fewer than asked for, nothing more is due. */
  readonly rows: number;
  readonly last: LinePlace | null;
}

/** Each answers undefined when another process sweeps right now. */
export interface Retention {
  /** Lists what settled since. False when there is more: until all is listed, nothing may be removed. */
  noteSettled(): Promise<boolean | undefined>;
  /** The oldest settled pictures. Not those of failed frames, nor standardised ones of an incident that is open or has messages to send. */
  release(portion: LinePortion): Promise<Portion | undefined>;
  /** Refused frames whose time in the repository is over. */
  releaseExpired(most: number): Promise<Portion | undefined>;
  /** Those of the pictures that no row refers to. */
  removeOrphans(found: readonly StoredPicture[]): Promise<Removal | undefined>;
  countResults(removal: Removal): Promise<void>;
}

export function createRetention(pool: Pool, remove: RemovePictures): Retention {
  const alone = <T>(work: (client: Client) => Promise<T>): Promise<T | undefined> => inTransaction(pool, async (client) => {
    const [lock] = await query<{ ours: boolean }>(client, 'SELECT pg_try_advisory_xact_lock($1) AS ours', [RETENTION_LOCK]);
    return lock?.ours ? work(client) : undefined;
  });
  const removeUnneeded = async (client: Client, cause: RemovalCause, sha256s: readonly string[]): Promise<Removal> => {
    const removal = await remove([...new Set(sha256s)], (aside) => neededPictures(client, aside));
    await count(client, cause, removal);
    return removal;
  };

  return {
    noteSettled: () => alone(noteSettled),

    release: (portion) => alone(async (client) => {
      const rows = await releaseOldest(client, portion);
      const last = rows.at(-1);
      return {
        ...await removeUnneeded(client, portion.cause, rows.map((row) => row.sha256)),
        rows: rows.length, last: last === undefined ? null : { settledAt: last.settled_at, frameId: last.frame_id },
      };
    }),

    releaseExpired: (most) => alone(async (client) => {
      const rows = await query<{ sha256: string }>(client, `
        DELETE FROM invalid_frames WHERE frame_id IN (SELECT frame_id FROM invalid_frames WHERE expires_at <= now() ORDER BY expires_at LIMIT $1)
        RETURNING encode(sha256, 'hex') AS sha256`, [most]);
      return { ...await removeUnneeded(client, 'expired', rows.map((row) => row.sha256)), rows: rows.length, last: null };
    }),

    removeOrphans: (found) => alone(async (client) => {
      const needed = await neededPictures(client, found);
      return removeUnneeded(client, 'orphan', found.map(({ sha256 }) => sha256).filter((sha256) => !needed.has(sha256)));
    }),

    countResults: (removal) => count(pool, 'result_age', removal),
  };
}

/** Keeps replay and removal apart, until the end of the transaction. */
export async function holdRetention(client: Client): Promise<void> {
  await query(client, 'SELECT pg_advisory_xact_lock($1)', [RETENTION_LOCK]);
}

interface ReleasedRow {
  sha256: string; frame_id: string; settled_at: Instant;
}

function releaseOldest(client: Client, { standard, settledForMs, most, after }: LinePortion): Promise<ReleasedRow[]> {
  return query<ReleasedRow & Record<string, unknown>>(client, `
    WITH oldest AS (
      SELECT frame_id, sha256, settled_at FROM kept_pictures kept
      WHERE state <> 'failed' AND standard = $1 AND settled_at <= now() - $2 * interval '1 millisecond'
        AND (settled_at, frame_id) > ($4, $5)
        AND NOT (standard AND EXISTS (
          SELECT 1 FROM matches match JOIN incidents incident USING (incident_id)
          -- OFFSET 0: looked up per picture, or the planner reads all matches there ever were into a hash.
          WHERE match.frame_id = kept.frame_id AND (incident.state <> 'closed' OR incident.next_due_at IS NOT NULL) OFFSET 0))
      ORDER BY settled_at, frame_id LIMIT $3),
    released AS (
      DELETE FROM kept_pictures kept USING oldest WHERE kept.frame_id = oldest.frame_id AND kept.sha256 = oldest.sha256)
    SELECT encode(sha256, 'hex') AS sha256, frame_id, settled_at FROM oldest ORDER BY settled_at, frame_id`,
  [standard, settledForMs, most, after?.settledAt ?? '-infinity', after?.frameId ?? '00000000-0000-0000-0000-000000000000']);
}

async function count(db: Queryable, cause: RemovalCause, { files, bytes }: Removal): Promise<void> {
  if (files === 0) return;
  await query(db, `
    INSERT INTO picture_removals AS total (cause, files, bytes) VALUES ($1, $2, $3)
    ON CONFLICT (cause) DO UPDATE SET files = total.files + EXCLUDED.files, bytes = total.bytes + EXCLUDED.bytes, last_at = now()`, [cause, files, bytes]);
}

/** What retention removed so far, per cause. */
export async function readRemovals(db: Queryable): Promise<ReadonlyMap<RemovalCause, Removal>> {
  const rows = await query<{ cause: RemovalCause; files: number; bytes: number }>(db, 'SELECT cause, files, bytes FROM picture_removals');
  return new Map(rows.map(({ cause, files, bytes }) => [cause, { files, bytes }]));
}

/** Names this ledger and no other: the moment of its first migration, which a dump keeps. */
export async function readLedgerId(db: Queryable): Promise<string> {
  const [first] = await query<{ applied_at: Instant }>(db, 'SELECT applied_at FROM schema_migrations ORDER BY name LIMIT 1');
  return first!.applied_at;
}
