/** What the frames of a batch make of the equipment notices that are known: one frame after the other, written down together. Pure. */
import { uuidv7 } from 'uuidv7';
import type { FailureCode } from '../../contracts/failures.ts';
import { watchFrame } from '../../policies/equipment-watch.ts';
import type { PastNotice, WatchedFrame, Stretch, WatchSettings } from '../../policies/equipment-watch.ts';

export interface DeviceFrame extends WatchedFrame {
  readonly frameId: string;
  readonly deviceId: string;
  readonly userId: string;
  /** Why it was refused; null of a good frame. */
  readonly code: FailureCode | null;
}

export interface KnownNotice extends Stretch {
  readonly noticeId: string;
  readonly deviceId: string;
  readonly userId: string;
  readonly reason: string;
  readonly firstFrameId: string;
}

/** A notice as the plan leaves it. */
export interface PlannedNotice extends KnownNotice {
  /** As it stands in the ledger; null where the plan begins it. */
  readonly before: KnownNotice | null;
  readonly state: 'suspected' | 'dropped' | 'open' | 'closed';
  /** Closed because good frames came again. */
  readonly well: boolean;
}

/** `known` and `past` by device; the frames of a device in capture order. */
export function planNotices(
  frames: readonly DeviceFrame[], known: ReadonlyMap<string, KnownNotice>, past: ReadonlyMap<string, PastNotice>, settings: WatchSettings,
): PlannedNotice[] {
  const devices = new Map<string, DevicePlan>();
  for (const frame of frames) {
    const device = devices.get(frame.deviceId) ?? new DevicePlan(known.get(frame.deviceId) ?? null, past.get(frame.deviceId) ?? null, settings);
    devices.set(frame.deviceId, device);
    device.see(frame);
  }
  return [...devices.values()].flatMap((device) => device.touched());
}

class DevicePlan {
  readonly #touched = new Map<string, PlannedNotice>();
  readonly #settings: WatchSettings;
  #current: PlannedNotice | null;
  #past: PastNotice | null;

  constructor(known: KnownNotice | null, past: PastNotice | null, settings: WatchSettings) {
    this.#current = known && { ...known, before: known, state: known.openedAt === null ? 'suspected' : 'open', well: false };
    this.#past = past;
    this.#settings = settings;
  }

  see(frame: DeviceFrame): void {
    // The new owner of a device hears of it anew; the old one has nothing to do with it any more.
    if (this.#current !== null && this.#current.userId !== frame.userId && frame.capturedAt > this.#current.seenUntil) this.#end(this.#current, false);
    const watched = watchFrame(this.#current, this.#past, frame, this.#settings);
    if (watched.kind === 'unmoved') return;
    if (watched.kind === 'dropped') return this.#end(this.#current!, false);
    const notice: PlannedNotice = {
      ...(this.#current ?? begin(frame)), ...watched.stretch, state: watched.stretch.openedAt === null ? 'suspected' : 'open',
      ...(frame.code === null ? {} : { reason: frame.code }),
    };
    if (watched.kind === 'closed') return this.#end(notice, true);
    this.#touched.set(notice.noticeId, notice);
    this.#current = notice;
  }

  /** What was begun and dropped within the plan leaves no trace. */
  touched(): PlannedNotice[] {
    return [...this.#touched.values()].filter(({ before, state }) => before !== null || state !== 'dropped');
  }

  #end(notice: PlannedNotice, well: boolean): void {
    const { openedAt, seenUntil } = notice;
    this.#touched.set(notice.noticeId, { ...notice, state: openedAt === null ? 'dropped' : 'closed', well });
    if (openedAt !== null) this.#past = { openedAt, seenUntil };
    this.#current = null;
  }
}

const begin = ({ frameId, deviceId, userId }: DeviceFrame) => ({ noticeId: uuidv7(), deviceId, userId, reason: '', firstFrameId: frameId, before: null, well: false });
