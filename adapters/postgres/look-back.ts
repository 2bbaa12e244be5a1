/** The frames of a device that were judged last, from which its memory is made again. */
import type { StagedFrame } from '../../activities/ports/staged-frame.ts';
import { plusMs } from '../../contracts/time.ts';
import { CLOCK_SETTINGS } from '../../policies/memory/device-memory.ts';
import type { SeenFrame } from '../../policies/judge.ts';
import { query } from './pool.ts';
import type { Queryable } from './pool.ts';

/**
 * Ten minutes of a camera that sends every second, and six times what the longest k of n looks at. Read and judged again they take a
 * fraction of a second, of the fifteen that a try of the stage has for a whole batch.
 */
const MOST_FRAMES = 600;
/** For slow cameras: one that sends every ten minutes comes to 144. More would name more days, and each is a partition to look into. */
const BACK_MS = 86_400_000;

/**
 * In capture order; none that came late, whose moment moved no memory, and none with a clock so far ahead that the cursor did not follow it.
 * Newer ones than the frame are among them where it comes late itself.
 */
export async function lookBack(db: Queryable, { deviceId, capturedAt, acceptedAt }: StagedFrame): Promise<SeenFrame[]> {
  const aheadMs = CLOCK_SETTINGS.aheadLimitMs;
  const latest = plusMs(acceptedAt, aheadMs);
  const found = await query<SeenFrame & Record<string, unknown>>(db, `
    SELECT frame.captured_at AS "capturedAt", frame.accepted_at AS "acceptedAt", detected.detections, detected.width, detected.height
    FROM frames frame
    JOIN frame_verdicts verdict ON verdict.frame_id = frame.frame_id AND verdict.captured_at = frame.captured_at AND verdict.run = 1
                               AND verdict.captured_at BETWEEN $2 AND $3
    JOIN frame_detections detected ON detected.frame_id = frame.frame_id AND detected.captured_at = frame.captured_at AND detected.captured_at BETWEEN $2 AND $3
    WHERE frame.device_id = $1 AND frame.captured_at BETWEEN $2 AND $3 AND NOT frame.late
      AND frame.captured_at <= frame.accepted_at + $4 * interval '1 millisecond'
    ORDER BY frame.captured_at DESC LIMIT $5`,
  [deviceId, plusMs(capturedAt, -BACK_MS), latest > capturedAt ? latest : capturedAt, aheadMs, MOST_FRAMES]);
  return found.reverse();
}
