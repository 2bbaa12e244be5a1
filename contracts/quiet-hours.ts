/** When a contact does not want to be told, and what is told all the same. */
import type { Severity } from './severity.ts';

export interface QuietWindow {
  /** Monday 1 to Sunday 7: the days on which it begins. */
  readonly days: readonly number[];
  /** Minutes since midnight on the clock of the zone. One that does not lie after `from` is of the next day. */
  readonly from: number;
  readonly to: number;
}

export interface QuietHours {
  /** IANA name: the contact's own zone, not that of a camera. */
  readonly timeZone: string;
  readonly windows: readonly QuietWindow[];
  /** What is at least as severe breaks through. */
  readonly breakThrough: Severity;
}

export const DEFAULT_BREAK_THROUGH: Severity = 'critical';
export const MAX_QUIET_WINDOWS = 14;
