/**
 * The stretch of capture time that some frames cover. A statement over tables cut by capture day names it as two constants, because only
 * those let the planner leave out the other days' partitions: without them its cost grows with every day that the ledger is kept.
 */
import type { Instant } from '../../contracts/time.ts';

export interface CaptureSpan {
  readonly from: Instant;
  readonly to: Instant;
}

/** Instants are of one width, so their order is that of their text. Of no frames at all: an empty span. */
export function captureSpan(capturedAt: readonly Instant[]): CaptureSpan {
  const [first = '9999-12-31T23:59:59.999999Z' as Instant] = capturedAt;
  return capturedAt.reduce<CaptureSpan>(({ from, to }, at) => ({ from: at < from ? at : from, to: at > to ? at : to }), { from: first, to: first });
}
