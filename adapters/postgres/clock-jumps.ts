/** A clock that was put back, as evaluate finds it: the frames after it keep coming, all with one delay. It begins a stretch of wrong times that validate goes on with. */
import type { StagedFrame } from '../../activities/ports/staged-frame.ts';
import { elapsedMs } from '../../contracts/time.ts';
import { longerClock, openedClock } from '../../policies/clock-watch.ts';
import type { ClockSettings, ClockStretch } from '../../policies/clock-watch.ts';
import { planNotices } from './notice-plan.ts';
import type { DeviceFrame } from './notice-plan.ts';
import { byDevice, carryOutNotices, lastClosed, unclosedNotices } from './notice-rows.ts';
import type { UnclosedNotice } from './notice-rows.ts';
import type { Client } from './pool.ts';

type JumpedFrame = DeviceFrame & Pick<StagedFrame, 'acceptedAt'>;

/**
 * In the transaction that moves the memory of the device, whose compare-and-set lets a jump happen once. A clock that was put right, or is behind by
 * no more than frames usually are, is no trouble.
 */
export async function noteClockJumps(client: Client, frames: readonly StagedFrame[], settings: ClockSettings): Promise<void> {
  const jumped = frames.filter(({ capturedAt, acceptedAt }) => elapsedMs(capturedAt, acceptedAt) > settings.aheadMs).map((frame): JumpedFrame => ({ ...frame, reason: 'clock_jumped_back' }));
  if (jumped.length === 0) return;
  const devices = jumped.map(({ deviceId }) => deviceId);
  const known = byDevice<UnclosedNotice>(await unclosedNotices(client, devices, ['clock']), 'clock');
  await carryOutNotices(client, 'clock', planNotices<JumpedFrame, ClockStretch>(jumped, known, await lastClosed(client, devices, 'clock'), (stretch, past, { capturedAt, acceptedAt }) => ({
    kind: 'moved',
    stretch: openedClock(longerClock(stretch, { at: acceptedAt, frames: 1, offMs: -elapsedMs(capturedAt, acceptedAt), seenUntil: capturedAt }), past, settings),
  })));
}
