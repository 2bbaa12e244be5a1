/** Lists of frames: newest capture first, and those that failed. */
import { CANARY_ID } from '../../contracts/canary.ts';
import type { FrameState } from '../../contracts/terminal-states.ts';
import type { Instant } from '../../contracts/time.ts';
import { query } from './pool.ts';
import type { Queryable } from './pool.ts';

export interface ListedFrame {
  readonly frameId: string;
  readonly userId: string;
  readonly deviceId: string;
  readonly tag: string;
  readonly state: FrameState;
  readonly reason: string | null;
  readonly stage: string | null;
  readonly capturedAt: Instant;
  readonly acceptedAt: Instant;
  readonly settledAt: Instant | null;
}

export interface FrameFilter {
  /** Null: all devices that are registered now, but for the canary's. */
  readonly deviceId: string | null;
  /** Null: frames of all users. */
  readonly userId: string | null;
  readonly state: FrameState | null;
  /** Capture time, inclusive. */
  readonly from: Instant | null;
  /** Capture time, exclusive. */
  readonly to: Instant | null;
  /** Place of the last frame of the page before. */
  readonly after: { readonly capturedAt: Instant; readonly deviceId: string } | null;
  readonly limit: number;
}

const STATE = `coalesce(frame.state, CASE WHEN open.batch_id IS NULL THEN 'accepted' ELSE 'processing' END)`;
const COLUMNS = `frame.frame_id AS "frameId", frame.user_id AS "userId", frame.device_id AS "deviceId", frame.tag, ${STATE} AS state, frame.reason, frame.stage,
                 frame.captured_at AS "capturedAt", frame.accepted_at AS "acceptedAt", frame.settled_at AS "settledAt"`;

/** Takes the newest of each device by its index and merges them: no sort over the ledger, however large it is. */
export function listFrames(db: Queryable, filter: FrameFilter): Promise<ListedFrame[]> {
  return query<ListedFrame>(db, `
    SELECT page.* FROM (
      SELECT $1::text AS device_id WHERE $1 IS NOT NULL
      UNION ALL SELECT device_id FROM devices WHERE $1 IS NULL AND (user_id = $2 OR $2::text IS NULL AND user_id <> $9)) device
    CROSS JOIN LATERAL (
      SELECT ${COLUMNS} FROM frames frame LEFT JOIN open_frames open ON open.frame_id = frame.frame_id
      WHERE frame.device_id = device.device_id AND ($2::text IS NULL OR frame.user_id = $2)
        AND ($3::text IS NULL OR ${STATE} = $3)
        AND frame.captured_at >= coalesce($4::timestamptz, '-infinity') AND frame.captured_at < coalesce($5::timestamptz, 'infinity')
        AND frame.captured_at <= coalesce($6::timestamptz, 'infinity')
        AND ($6::timestamptz IS NULL OR (frame.captured_at, frame.device_id) < ($6, $7))
      ORDER BY frame.captured_at DESC LIMIT $8) page
    ORDER BY page."capturedAt" DESC, page."deviceId" DESC LIMIT $8`,
  [filter.deviceId, filter.userId, filter.state, filter.from, filter.to, filter.after?.capturedAt ?? null, filter.after?.deviceId ?? '', filter.limit, CANARY_ID]);
}

export interface FailedFrame extends ListedFrame {
  readonly settledAt: Instant;
  /** What the stage said; null when a worker died without a word. */
  readonly detail: string | null;
  readonly batchId: string;
  readonly runs: number;
}

/** Frames that failed and were not replayed since, the latest failure first. */
export function listFailedFrames(db: Queryable, { after, limit }: {
  after: { readonly settledAt: Instant; readonly frameId: string } | null; limit: number;
}): Promise<FailedFrame[]> {
  return query<FailedFrame>(db, `
    SELECT frame.frame_id AS "frameId", frame.user_id AS "userId", frame.device_id AS "deviceId", frame.tag, frame.state, frame.reason, frame.stage,
           frame.captured_at AS "capturedAt", frame.accepted_at AS "acceptedAt", frame.settled_at AS "settledAt",
           result.detail, frame.settled_by AS "batchId", frame.runs
    FROM frames frame
    LEFT JOIN stage_results result ON result.frame_id = frame.frame_id AND result.captured_at = frame.captured_at
                                  AND result.batch_id = frame.settled_by AND result.stage = frame.stage
    WHERE frame.state = 'failed' AND ($1::timestamptz IS NULL OR (frame.settled_at, frame.frame_id) < ($1, $2::uuid))
    ORDER BY frame.settled_at DESC, frame.frame_id DESC LIMIT $3`, [after?.settledAt ?? null, after?.frameId ?? null, limit]);
}
