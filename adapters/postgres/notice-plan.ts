/** What the frames of a batch make of the equipment notices that are known: one frame after the other, written down together. Pure. */
import { uuidv7 } from 'uuidv7';
import type { NoticeReason } from '../../contracts/equipment-notice.ts';
import type { Instant } from '../../contracts/time.ts';

/** A frame of a device, and what it says of a kind of trouble. */
export interface DeviceFrame {
  readonly frameId: string;
  readonly deviceId: string;
  readonly userId: string;
  readonly capturedAt: Instant;
  /** Why it counts for the trouble; null of a good frame. */
  readonly reason: NoticeReason | null;
}

/** What every stretch of trouble has, of whatever kind (`policies/`). */
export interface AnyStretch {
  readonly seenUntil: Instant;
  readonly openedAt: Instant | null;
}

export type PastNotice = { readonly [Field in keyof AnyStretch]: Instant };

export interface NoticeIds {
  readonly noticeId: string;
  readonly deviceId: string;
  readonly userId: string;
  readonly reason: string;
  /** Null where no frame of the ledger began it. */
  readonly firstFrameId: string | null;
}

export type KnownNotice<S> = S & NoticeIds;

/** A notice as the plan leaves it. */
export type PlannedNotice<S> = KnownNotice<S> & {
  /** As it stands in the ledger; null where the plan begins it. */
  readonly before: KnownNotice<S> | null;
  readonly state: 'suspected' | 'dropped' | 'open' | 'closed';
  /** Closed because good frames came again. */
  readonly well: boolean;
};

export type Move<S> =
  | { readonly kind: 'unmoved' }
  | { readonly kind: 'moved' | 'closed'; readonly stretch: S }
  | { readonly kind: 'dropped' };

/** How a kind of trouble begins, goes on and ends. */
export type WatchOf<F, S> = (stretch: S | null, past: PastNotice | null, frame: F) => Move<S>;

/** `known` and `past` by device; the frames of a device in capture order. */
export function planNotices<F extends DeviceFrame, S extends AnyStretch>(
  frames: readonly F[], known: ReadonlyMap<string, KnownNotice<S>>, past: ReadonlyMap<string, PastNotice>, watch: WatchOf<F, S>,
): PlannedNotice<S>[] {
  const devices = new Map<string, DevicePlan<F, S>>();
  for (const frame of frames) {
    const device = devices.get(frame.deviceId) ?? new DevicePlan(known.get(frame.deviceId) ?? null, past.get(frame.deviceId) ?? null, watch);
    devices.set(frame.deviceId, device);
    device.see(frame);
  }
  return [...devices.values()].flatMap((device) => device.touched());
}

class DevicePlan<F extends DeviceFrame, S extends AnyStretch> {
  readonly #touched = new Map<string, PlannedNotice<S>>();
  readonly #watch: WatchOf<F, S>;
  #current: PlannedNotice<S> | null;
  #past: PastNotice | null;

  constructor(known: KnownNotice<S> | null, past: PastNotice | null, watch: WatchOf<F, S>) {
    this.#current = known && { ...known, before: known, state: known.openedAt === null ? 'suspected' : 'open', well: false };
    this.#past = past;
    this.#watch = watch;
  }

  see(frame: F): void {
    // The new owner of a device hears of it anew; the old one has nothing to do with it any more.
    if (this.#current !== null && this.#current.userId !== frame.userId && frame.capturedAt > this.#current.seenUntil) this.#end(this.#current, false);
    const watched = this.#watch(this.#current, this.#past, frame);
    if (watched.kind === 'unmoved') return;
    if (watched.kind === 'dropped') return this.#end(this.#current!, false);
    const notice: PlannedNotice<S> = {
      ...(this.#current ?? begin(frame)), ...watched.stretch, state: watched.stretch.openedAt === null ? 'suspected' : 'open',
      ...(frame.reason === null ? {} : { reason: frame.reason }),
    };
    if (watched.kind === 'closed') return this.#end(notice, true);
    this.#touched.set(notice.noticeId, notice);
    this.#current = notice;
  }

  /** What was begun and dropped within the plan leaves no trace. */
  touched(): PlannedNotice<S>[] {
    return [...this.#touched.values()].filter(({ before, state }) => before !== null || state !== 'dropped');
  }

  #end(notice: PlannedNotice<S>, well: boolean): void {
    const { openedAt, seenUntil } = notice;
    this.#touched.set(notice.noticeId, { ...notice, state: openedAt === null ? 'dropped' : 'closed', well });
    if (openedAt !== null) this.#past = { openedAt, seenUntil };
    this.#current = null;
  }
}

const begin = ({ frameId, deviceId, userId }: DeviceFrame) => ({ noticeId: uuidv7(), deviceId, userId, reason: '', firstFrameId: frameId, before: null, well: false });
