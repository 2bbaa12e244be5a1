/** Notes the pictures of settled frames in the list that retention works through, batch by batch, after the batches closed. */
import { CANARY_ID } from '../../contracts/canary.ts';
import type { Instant } from '../../contracts/time.ts';
import { captureSpan } from './capture-span.ts';
import { query } from './pool.ts';
import type { Client } from './pool.ts';

/** Some thousand frames in one statement; it takes a fraction of a second, and a plant closes fewer batches between two turns. */
const BATCHES_AT_ONCE = 200;

/** False when there is more to note. */
export async function noteSettled(client: Client): Promise<boolean> {
  const closed = await query<{ batch_id: string }>(client, `
    SELECT batch_id FROM batches WHERE NOT pictures_noted AND closed_at IS NOT NULL ORDER BY batch_id LIMIT $1`, [BATCHES_AT_ONCE]);
  const batchIds = closed.map((row) => row.batch_id);
  const members = await query<Member>(client, 'SELECT batch_id, frame_id, captured_at FROM batch_frames WHERE batch_id = ANY($1)', [batchIds]);
  await noteFrames(client, members);
  await releaseFormerRuns(client, members.map((row) => row.frame_id));
  await query(client, 'UPDATE batches SET pictures_noted = true WHERE batch_id = ANY($1)', [batchIds]);
  return batchIds.length < BATCHES_AT_ONCE;
}

type Member = { batch_id: string; frame_id: string; captured_at: Instant };

/** Those that the batch settled. A frame that it gave back, or that runs again by now, is noted with the batch that settles it. */
async function noteFrames(client: Client, members: readonly Member[]): Promise<void> {
  if (members.length === 0) return;
  const capturedAt = members.map((row) => row.captured_at);
  const { from, to } = captureSpan(capturedAt);
  await query(client, `
    WITH settled AS (
      SELECT frame.frame_id, frame.captured_at, frame.sha256, frame.standard_sha256, frame.state, frame.settled_at
      FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS member (batch_id, frame_id, captured_at)
      JOIN frames frame ON frame.frame_id = member.frame_id AND frame.captured_at = member.captured_at AND frame.settled_by = member.batch_id
      -- Of the canary only what failed is worth a look: without a row the rest goes as orphans do, within the hour.
      WHERE frame.captured_at BETWEEN $4 AND $5 AND (frame.device_id <> $6 OR frame.state = 'failed'))
    INSERT INTO kept_pictures (frame_id, sha256, captured_at, raw, standard, state, settled_at)
    SELECT frame_id, sha256, captured_at, true, sha256 IS NOT DISTINCT FROM standard_sha256, state, settled_at FROM settled
    UNION ALL
    SELECT frame_id, standard_sha256, captured_at, false, true, state, settled_at FROM settled WHERE standard_sha256 <> sha256
    ON CONFLICT (frame_id, sha256) DO UPDATE SET raw = EXCLUDED.raw, standard = EXCLUDED.standard, state = EXCLUDED.state, settled_at = EXCLUDED.settled_at`,
  [members.map((row) => row.batch_id), members.map((row) => row.frame_id), capturedAt, from, to, CANARY_ID]);
}

/** A frame that failed once with another standardised picture holds that one no more; as failed it would be held for ever. */
async function releaseFormerRuns(client: Client, frameIds: readonly string[]): Promise<void> {
  await query(client, `
    UPDATE kept_pictures former SET state = latest.state FROM kept_pictures latest
    WHERE former.frame_id = ANY($1) AND former.state = 'failed' AND latest.frame_id = former.frame_id AND latest.raw AND latest.state <> 'failed'`, [frameIds]);
}
