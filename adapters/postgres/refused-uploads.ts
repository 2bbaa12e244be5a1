/** Uploads that were refused at the door and never came to the ledger: remembered per device, so that a device which is refused is neither silent nor unheard. */
import { uuidv7 } from 'uuidv7';
import type { FailureCode } from '../../contracts/failures.ts';
import type { Instant } from '../../contracts/time.ts';
import { longerClock, openedClock } from '../../policies/clock-watch.ts';
import type { ClockSettings, ClockStretch } from '../../policies/clock-watch.ts';
import type { PlannedNotice } from './notice-plan.ts';
import { byDevice, carryOutNotices, lastClosed, unclosedNotices } from './notice-rows.ts';
import type { UnclosedNotice } from './notice-rows.ts';
import { inTransaction, query } from './pool.ts';
import type { Client, Pool, Queryable } from './pool.ts';

/** One look at a time, whatever number of dispatchers there are. */
const CLOCK_LOCK = 7_238_118;

/** What one process refused of a device since it last said so. */
export interface RefusedUploads {
  readonly deviceId: string;
  /** How long ago the latest was. */
  readonly agoMs: number;
  /** Those refused for their capture time. */
  readonly wrongTimes: { readonly code: FailureCode; readonly uploads: number; readonly firstAgoMs: number; readonly lastAgoMs: number; readonly offSeconds: number } | null;
}

/** A camera that started with a clock at 1970 and found its time server is refused for some seconds, and a day later again: that is no streak. */
const STREAK_ENDS_SECONDS = 600;

/** In order of device, so that two processes that write at once never wait for each other in a circle. */
export async function noteRefusedUploads(db: Queryable, refused: readonly RefusedUploads[]): Promise<void> {
  const rows = [...refused].sort((one, other) => (one.deviceId < other.deviceId ? -1 : 1)).map(({ deviceId, agoMs, wrongTimes }) => ({ deviceId, agoMs, ...wrongTimes }));
  await query(db, `
    INSERT INTO refused_uploads AS known (device_id, refused_at, code, uploads, first_at, last_at, off_seconds)
    SELECT "deviceId", now() - "agoMs" * interval '1 millisecond', code, coalesce(uploads, 0),
           now() - "firstAgoMs" * interval '1 millisecond', now() - "lastAgoMs" * interval '1 millisecond', "offSeconds"
    FROM jsonb_to_recordset($1) AS refused ("deviceId" text, "agoMs" bigint, code text, uploads int, "firstAgoMs" bigint, "lastAgoMs" bigint, "offSeconds" bigint)
    ON CONFLICT (device_id) DO UPDATE SET refused_at = greatest(known.refused_at, EXCLUDED.refused_at),
      code = coalesce(EXCLUDED.code, known.code), off_seconds = coalesce(EXCLUDED.off_seconds, known.off_seconds), last_at = greatest(known.last_at, EXCLUDED.last_at),
      uploads = CASE WHEN known.last_at > EXCLUDED.first_at - $2 * interval '1 second' OR EXCLUDED.code IS NULL THEN known.uploads ELSE 0 END + EXCLUDED.uploads,
      first_at = CASE WHEN known.last_at > EXCLUDED.first_at - $2 * interval '1 second' OR EXCLUDED.code IS NULL THEN known.first_at ELSE EXCLUDED.first_at END`,
  [JSON.stringify(rows), STREAK_ENDS_SECONDS]);
}

interface Streak {
  deviceId: string; userId: string; code: FailureCode; uploads: number; firstAt: Instant; lastAt: Instant; offSeconds: number; now: Instant;
}

/** Makes notices of what was refused for its time, as validate does of what was accepted with a wrong one. To be called every half a minute by one process. */
export const watchRefusedClocks = (pool: Pool, settings: ClockSettings): Promise<void> => inTransaction(pool, async (client) => {
  const [lock] = await query<{ ours: boolean }>(client, 'SELECT pg_try_advisory_xact_lock($1) AS ours', [CLOCK_LOCK]);
  const streaks = lock?.ours ? await recentStreaks(client) : [];
  if (streaks.length === 0) return;
  const devices = streaks.map(({ deviceId }) => deviceId);
  const known = byDevice<UnclosedNotice>(await unclosedNotices(client, devices, ['clock']), 'clock');
  const past = await lastClosed(client, devices, 'clock');
  const planned = streaks.flatMap((streak): PlannedNotice<ClockStretch>[] => {
    const before = known.get(streak.deviceId) ?? null;
    const last = past.get(streak.deviceId) ?? null;
    const news = streak.lastAt > (before?.lastAt ?? last?.seenUntil ?? '');
    if (!news || (before !== null && before.userId !== streak.userId)) return [];
    const stretch = stretchOf(streak, before, last, settings);
    // Only suspected: the row of the streak remembers it as well.
    if (stretch.openedAt === null) return [];
    return [{
      noticeId: before?.noticeId ?? uuidv7(), deviceId: streak.deviceId, userId: streak.userId, firstFrameId: before?.firstFrameId ?? null,
      reason: streak.code, ...stretch, before, state: 'open', well: false,
    }];
  });
  await carryOutNotices(client, 'clock', planned);
});

/** The streak by itself, or on top of what was accepted with wrong times before it. */
function stretchOf({ firstAt, lastAt, uploads, offSeconds, now }: Streak, before: UnclosedNotice | null, past: Parameters<typeof openedClock>[1], settings: ClockSettings): ClockStretch {
  const told = before !== null && before.openedAt !== null;
  const frames = told ? Math.max(uploads - before.frames, 1) : uploads;
  // No frame in the ledger says how far it was looked at: what comes with a capture time from now on is looked at.
  return openedClock(longerClock(before, { at: lastAt, frames, offMs: offSeconds * 1000, seenUntil: now, since: firstAt }), past, settings);
}

/** Of devices that are still there and on; the latest upload not long ago. */
const recentStreaks = (client: Client): Promise<Streak[]> => query<Streak & Record<string, unknown>>(client, `
  SELECT refused.device_id AS "deviceId", device.user_id AS "userId", code, uploads, first_at AS "firstAt", last_at AS "lastAt", off_seconds AS "offSeconds", now() AS now
  FROM refused_uploads refused JOIN devices device ON device.device_id = refused.device_id JOIN users owner ON owner.user_id = device.user_id
  WHERE code IS NOT NULL AND last_at > now() - $1 * interval '1 second' AND device.enabled AND owner.enabled ORDER BY device_id`, [STREAK_ENDS_SECONDS]);
