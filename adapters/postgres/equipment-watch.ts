/**
 * Equipment notices, moved by the frames that validate has seen: in the transaction that writes its outcomes, under their fence, so that a crash neither
 * loses a notice nor makes a second one. Nobody is rung for: a sweep finds what is due, and a worker that decodes foreign bytes needs no line to Temporal.
 */
import type { StagedFrame, StageOutcome } from '../../activities/ports/staged-frame.ts';
import { VOID_CODES } from '../../contracts/equipment-notice.ts';
import type { ClockSettings, ClockStretch } from '../../policies/clock-watch.ts';
import { isAhead, watchClock } from '../../policies/clock-watch.ts';
import { watchFrame } from '../../policies/equipment-watch.ts';
import type { Stretch, WatchedFrame, WatchSettings } from '../../policies/equipment-watch.ts';
import { captureSpan } from './capture-span.ts';
import { planNotices } from './notice-plan.ts';
import type { DeviceFrame } from './notice-plan.ts';
import { byDevice, carryOutNotices, lastClosed, unclosedNotices } from './notice-rows.ts';
import type { UnclosedNotice } from './notice-rows.ts';
import { query } from './pool.ts';
import type { Client } from './pool.ts';

export interface EquipmentSettings {
  readonly void: WatchSettings;
  readonly clock: ClockSettings;
}

type SeenFrame = DeviceFrame & WatchedFrame & Pick<StagedFrame, 'acceptedAt'>;

/**
 * To be called after the outcomes are written: a second try of the same batch waits there for the first one, and then sees here what that has made of the
 * same frames. Batches of one device never meet, by its lane; if they did, an index would refuse the second notice, and the try would be repeated.
 */
export async function watchEquipment(client: Client, held: readonly Pick<StageOutcome, 'frame' | 'outcome' | 'code'>[], settings: EquipmentSettings): Promise<void> {
  const frames = held.flatMap(watchedIn).sort((one, other) => (one.capturedAt < other.capturedAt ? -1 : 1));
  if (frames.length === 0) return;
  const blind = devicesOf(frames.filter(({ shows }) => shows === 'nothing'));
  const ahead = devicesOf(frames.filter((frame) => isAhead(frame, settings.clock)));
  const known = await unclosedNotices(client, devicesOf(frames), ['void', 'clock']);
  const [voids, clocks] = [byDevice<UnclosedNotice>(known, 'void'), byDevice<UnclosedNotice>(known, 'clock')];
  // Where nearly every batch ends: good frames of devices that are well cost this one look into an index that is next to empty.
  if (blind.length > 0 || voids.size > 0) {
    const late = await lateOnes(client, frames.filter(({ deviceId, shows }) => shows === 'nothing' && !voids.has(deviceId)), frames);
    await carryOutNotices(client, 'void', planNotices<SeenFrame, Stretch>(
      frames.filter(({ frameId }) => !late.has(frameId)), voids, await lastClosed(client, blind, 'void'), (...given) => watchFrame(...given, settings.void)));
  }
  if (ahead.length > 0 || clocks.size > 0) {
    const timed = frames.map((frame) => ({ ...frame, reason: isAhead(frame, settings.clock) ? 'captured_at_too_late' as const : null }));
    await carryOutNotices(client, 'clock', planNotices<SeenFrame, ClockStretch>(
      timed, clocks, await lastClosed(client, ahead, 'clock'), (...given) => watchClock(...given, settings.clock)));
  }
}

const devicesOf = (frames: readonly SeenFrame[]): string[] => [...new Set(frames.map(({ deviceId }) => deviceId))];

/** First runs only: a replay is of the past and tells nobody. A frame that was refused for something else says nothing of the equipment. */
function watchedIn({ frame, outcome, code }: Pick<StageOutcome, 'frame' | 'outcome' | 'code'>): SeenFrame[] {
  const { frameId, deviceId, userId, capturedAt, acceptedAt, run } = frame;
  const isVoid = outcome === 'refused' && code !== null && VOID_CODES.includes(code);
  if (run > 1 || !(isVoid || outcome === 'done')) return [];
  return [{ frameId, deviceId, userId, capturedAt, acceptedAt, shows: isVoid ? 'nothing' : 'something', reason: isVoid ? code : null }];
}

/**
 * Frames that show nothing of a device that has shown something since: what a recorder sends after it was offline is of the past, and no trouble of today.
 * Good frames of a device that is well leave no trace of their own, so the ledger is asked; `batch` is left out of it, being in order anyway.
 */
async function lateOnes(client: Client, blind: readonly SeenFrame[], batch: readonly SeenFrame[]): Promise<ReadonlySet<string>> {
  if (blind.length === 0) return new Set();
  const rows = await query<{ frame_id: string }>(client, `
    SELECT frame_id FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS blind (frame_id, device_id, captured_at)
    WHERE EXISTS (
      SELECT 1 FROM frames newer
      WHERE newer.device_id = blind.device_id AND newer.captured_at > blind.captured_at AND newer.captured_at > $4
        AND newer.standard_sha256 IS NOT NULL AND newer.frame_id <> ALL($5::uuid[]) OFFSET 0)`, [
    blind.map(({ frameId }) => frameId), blind.map(({ deviceId }) => deviceId), blind.map(({ capturedAt }) => capturedAt),
    captureSpan(blind.map(({ capturedAt }) => capturedAt)).from, batch.map(({ frameId }) => frameId)]);
  return new Set(rows.map((row) => row.frame_id));
}
