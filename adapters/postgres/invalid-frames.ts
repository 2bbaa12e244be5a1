/** The invalid-frame repository as people look into it: which frames were refused and why, and how many of each device. */
import { CANARY_ID } from '../../contracts/canary.ts';
import type { Instant } from '../../contracts/time.ts';
import { query } from './pool.ts';
import type { Queryable } from './pool.ts';

export interface InvalidFrame {
  readonly frameId: string;
  /** Owner of the device at acceptance. */
  readonly userId: string;
  readonly deviceId: string;
  /** Failure code. */
  readonly reason: string;
  readonly detail: string;
  readonly capturedAt: Instant;
  readonly refusedAt: Instant;
  /** From then on row and bytes may go. */
  readonly expiresAt: Instant;
}

export interface InvalidFrameCount extends Pick<InvalidFrame, 'userId' | 'deviceId' | 'reason'> {
  readonly frames: number;
  readonly lastRefusedAt: Instant;
}

export interface InvalidFrameFilter {
  readonly userId: string | null;
  readonly deviceId: string | null;
  readonly reason: string | null;
  /** When it was refused, inclusive. */
  readonly from: Instant | null;
  /** When it was refused, exclusive. */
  readonly to: Instant | null;
}

export interface InvalidFramePage {
  /** Place of the last frame of the page before. */
  readonly after: { readonly refusedAt: Instant; readonly frameId: string } | null;
  readonly limit: number;
}

/** The canary's are there for whoever asks for its user or device. */
const ASKED_FOR = `(user_id = $1 OR $1::text IS NULL AND ($2 = '${CANARY_ID}' OR user_id <> '${CANARY_ID}')) AND ($2::text IS NULL OR device_id = $2) AND ($3::text IS NULL OR reason = $3)
      AND refused_at >= coalesce($4::timestamptz, '-infinity') AND refused_at < coalesce($5::timestamptz, 'infinity')`;
const valuesOf = ({ userId, deviceId, reason, from, to }: InvalidFrameFilter) => [userId, deviceId, reason, from, to];

/** The latest refusal first. */
export const listInvalidFrames = (db: Queryable, filter: InvalidFrameFilter, { after, limit }: InvalidFramePage): Promise<InvalidFrame[]> =>
  query<InvalidFrame>(db, `
    SELECT frame_id AS "frameId", user_id AS "userId", device_id AS "deviceId", reason, detail,
           captured_at AS "capturedAt", refused_at AS "refusedAt", expires_at AS "expiresAt"
    FROM invalid_frames
    WHERE ${ASKED_FOR} AND ($6::timestamptz IS NULL OR (refused_at, frame_id) < ($6, $7::uuid))
    ORDER BY refused_at DESC, frame_id DESC LIMIT $8`, [...valuesOf(filter), after?.refusedAt ?? null, after?.frameId ?? null, limit]);

/** The device with the most refused frames first. Counts what the repository still holds. */
export const countInvalidFrames = (db: Queryable, filter: InvalidFrameFilter): Promise<InvalidFrameCount[]> =>
  query<InvalidFrameCount>(db, `
    SELECT user_id AS "userId", device_id AS "deviceId", reason, count(*) AS frames, max(refused_at) AS "lastRefusedAt"
    FROM invalid_frames WHERE ${ASKED_FOR}
    GROUP BY user_id, device_id, reason ORDER BY frames DESC, device_id, reason, user_id`, valuesOf(filter));
