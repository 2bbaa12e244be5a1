/**
 * Which pictures must stay. Asked while they lie aside (adapters/frame-store/leaving.ts), so a frame that is accepted or validated later
 * than this look has put its bytes anew and needs none of these.
 *
 * The cost follows the pictures asked about and the frames on their way, not the ledger: each is looked up by its sha256 among kept pictures
 * and refused frames, and among open frames in the partitions of the days that have any.
 */
import type { StoredPicture } from '../../activities/ports/frame-store.ts';
import type { Instant } from '../../contracts/time.ts';
import { query } from './pool.ts';
import type { Queryable } from './pool.ts';

/** How far the clock that stamps files may be off the clock of the database. Minutes would do no harm: nothing younger than ten is asked about. */
const CLOCKS_APART_SECONDS = 60;

export async function neededPictures(db: Queryable, pictures: readonly StoredPicture[]): Promise<Set<string>> {
  const [span] = await query<{ first: Instant | null; last: Instant | null }>(db, `
    SELECT min(captured_at) AS first, max(captured_at) AS last FROM (
      SELECT captured_at FROM open_frames
      UNION ALL SELECT member.captured_at FROM batches batch JOIN batch_frames member USING (batch_id) WHERE NOT batch.pictures_noted) under_way`);
  const rows = await query<{ sha256: string }>(db, `
    WITH asked AS MATERIALIZED (
      SELECT sha256 AS hex, decode(sha256, 'hex') AS sha256, put_at FROM unnest($1::text[], $2::timestamptz[]) AS asked (sha256, put_at)),
    -- Frames in a batch that is open or not noted yet: a stage may be at work on them, or they are settled and not listed as holders.
    in_hand AS MATERIALIZED (
      SELECT picture.sha256
      FROM batches batch JOIN batch_frames member USING (batch_id)
      JOIN frames frame ON frame.frame_id = member.frame_id AND frame.captured_at = member.captured_at AND frame.captured_at BETWEEN $3 AND $4
      CROSS JOIN LATERAL (VALUES (frame.sha256), (frame.standard_sha256)) picture (sha256)
      WHERE NOT batch.pictures_noted AND picture.sha256 IS NOT NULL)
    -- OFFSET 0: each picture is looked up by its index. Without it the planner may read a whole table into a hash for the sake of a few.
    SELECT hex AS sha256 FROM asked
    WHERE EXISTS (SELECT 1 FROM kept_pictures kept WHERE kept.sha256 = asked.sha256 OFFSET 0)
       OR EXISTS (SELECT 1 FROM invalid_frames refused WHERE refused.sha256 = asked.sha256 AND refused.expires_at > now() OFFSET 0)
       OR EXISTS (SELECT 1 FROM frames frame WHERE frame.sha256 = asked.sha256 AND frame.state IS NULL AND frame.captured_at BETWEEN $3 AND $4 OFFSET 0)
       OR asked.sha256 IN (SELECT sha256 FROM in_hand)
       -- Put by a stage of a batch that is still open, whose row is not committed yet: that batch was claimed before.
       OR asked.put_at + $5 * interval '1 second' > (SELECT min(claimed_at) FROM batches WHERE closed_at IS NULL)`,
  [pictures.map(({ sha256 }) => sha256), pictures.map(({ putAt }) => putAt), span?.first ?? null, span?.last ?? null, CLOCKS_APART_SECONDS]);
  return new Set(rows.map((row) => row.sha256));
}
