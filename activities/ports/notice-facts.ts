/** What the ledger knows of an equipment notice, as far as a message tells it. Types only. */
import type { NoticeKind } from '../../contracts/equipment-notice.ts';
import type { Instant } from '../../contracts/time.ts';

export interface NoticeFacts {
  readonly noticeId: string;
  readonly kind: NoticeKind;
  /** Failure code of its latest frame. */
  readonly reason: string;
  readonly deviceName: string;
  /** Of the device, now. */
  readonly timeZone: string;
  /** Capture time of its first frame. */
  readonly since: Instant;
  /** Capture time of its latest frame. */
  readonly lastAt: Instant;
  readonly frames: number;
  /** Capture time of the first good frame after its latest one; null while there is none. */
  readonly wellSince: Instant | null;
  readonly closed: boolean;
}

export interface NoticeFactSource {
  factsOf(noticeId: string): Promise<NoticeFacts>;
}
