/** The rhythm of each device: read by validate, and moved with its outcomes. */
import type { RhythmMove, Rhythms } from '../../activities/frozen-pictures.ts';
import { Failure } from '../../contracts/failures.ts';
import type { Instant } from '../../contracts/time.ts';
import type { PictureSignature } from '../../policies/picture-signature.ts';
import { query } from './pool.ts';
import type { Client, Queryable } from './pool.ts';

interface RhythmRow {
  device_id: string; views: StoredView[]; since: Instant; frames: number; usual_stay_ms: number | null; last_captured_at: Instant;
}

type StoredView = Omit<PictureSignature, 'blocks'> & { readonly blocks: string };

export async function readRhythms(db: Queryable, deviceIds: readonly string[]): Promise<Rhythms> {
  if (deviceIds.length === 0) return new Map();
  const rows = await query<RhythmRow & Record<string, unknown>>(db, `
    SELECT device_id, views, since, frames, usual_stay_ms, last_captured_at FROM picture_rhythms WHERE device_id = ANY($1)`, [deviceIds]);
  return new Map(rows.map((row) => [row.device_id, {
    views: row.views.map((view) => ({ ...view, blocks: readBlocks(view.blocks) })),
    since: row.since, frames: row.frames, usualStayMs: row.usual_stay_ms, lastCapturedAt: row.last_captured_at,
  }]));
}

/** All of them or, with `lane_conflict`, none: each must still be the one that was judged with, which its last capture time tells, because every move goes forward. */
export async function moveRhythms(client: Client, moves: readonly RhythmMove[]): Promise<void> {
  if (moves.length === 0) return;
  const moved = await query<{ device_id: string }>(client, `
    WITH offered AS (
      SELECT * FROM jsonb_to_recordset($1)
        AS offer (device_id text, seen timestamptz, views jsonb, since timestamptz, frames int, usual_stay_ms float8, last_captured_at timestamptz)),
    made AS (
      INSERT INTO picture_rhythms (device_id, views, since, frames, usual_stay_ms, last_captured_at)
      SELECT device_id, views, since, frames, usual_stay_ms, last_captured_at FROM offered WHERE seen IS NULL
      ON CONFLICT (device_id) DO NOTHING RETURNING device_id),
    moved AS (
      UPDATE picture_rhythms kept SET views = offered.views, since = offered.since, frames = offered.frames,
        usual_stay_ms = offered.usual_stay_ms, last_captured_at = offered.last_captured_at, updated_at = now()
      FROM offered WHERE kept.device_id = offered.device_id AND kept.last_captured_at = offered.seen RETURNING kept.device_id)
    SELECT device_id FROM made UNION ALL SELECT device_id FROM moved`, [JSON.stringify(moves.map(({ deviceId, before, after }) => ({
    device_id: deviceId, seen: before?.lastCapturedAt ?? null, views: after.views.map((view): StoredView => ({ ...view, blocks: writeBlocks(view.blocks) })),
    since: after.since, frames: after.frames, usual_stay_ms: after.usualStayMs, last_captured_at: after.lastCapturedAt,
  })))]);
  const stayed = moves.find(({ deviceId }) => !moved.some((row) => row.device_id === deviceId));
  if (stayed !== undefined) throw new Failure('lane_conflict', `the rhythm of device ${stayed.deviceId} moved meanwhile`);
}

/** Lowest byte first, whatever the machine does: workers of one plant may differ. */
function writeBlocks(blocks: Uint16Array): string {
  const bytes = Buffer.alloc(blocks.length * 2);
  blocks.forEach((block, index) => bytes.writeUInt16LE(block, index * 2));
  return bytes.toString('base64');
}

function readBlocks(text: string): Uint16Array {
  const bytes = Buffer.from(text, 'base64');
  return Uint16Array.from({ length: bytes.length / 2 }, (_, index) => bytes.readUInt16LE(index * 2));
}
