/** What the ledger knows of an equipment notice, as far as a message tells it. Types only. */
import type { NoticeKind } from '../../contracts/equipment-notice.ts';
import type { Instant } from '../../contracts/time.ts';

export interface NoticeFacts {
  readonly noticeId: string;
  readonly kind: NoticeKind;
  /** Failure code of its latest frame, or one of NOTICE_REASONS. */
  readonly reason: string;
  readonly deviceName: string;
  /** Of the device, now. */
  readonly timeZone: string;
  /** Capture time of its first frame; of silent and clock when the camera was last heard, or its first wrong frame came. */
  readonly since: Instant;
  /** Capture time of its latest frame. */
  readonly lastAt: Instant;
  readonly frames: number;
  /** Capture time of the first good frame after its latest one; null while there is none. */
  readonly wellSince: Instant | null;
  readonly closed: boolean;
  /** Of clock: how far ahead of ours, negative when behind. */
  readonly offSeconds?: number | null;
  /** Of silent. */
  readonly silence?: Silence | null;
}

/** Who else is told of in the same message, the longest silent first. */
export interface Silence {
  readonly opened: readonly SilentCamera[];
  readonly well: readonly SilentCamera[];
  /** Names of the user's cameras that are silent now. */
  readonly stillSilent: readonly string[];
}

export interface SilentCamera {
  readonly deviceName: string;
  readonly since: Instant;
}

export interface NoticeFactSource {
  factsOf(noticeId: string): Promise<NoticeFacts>;
}
