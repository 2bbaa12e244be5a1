/**
 * Which matches are one incident. One pure function over capture time, so that live frames, a backtest and a fast
 * playback of yesterday agree; the clock on the wall never enters.
 *
 * An incident reaches from its first match to `quietMs` after its last. A match inside that reach joins it; one soon after it
 * reopens it, a later one opens the next, unless people were told something so short a time ago that a new message would only
 * annoy. What is worse than anything that they were told then does not wait for that.
 */
import { compareSeverity } from '../contracts/severity.ts';
import type { Severity } from '../contracts/severity.ts';
import type { SuppressionCause } from '../contracts/terminal-states.ts';
import { plusMs } from '../contracts/time.ts';
import type { Instant } from '../contracts/time.ts';

export interface GroupingSettings {
  readonly quietMs: number;
  readonly cooldownMs: number;
  /** A match within this long after the end of an incident reopens it. */
  readonly reopenMs: number;
}

export const DEFAULT_GROUPING: GroupingSettings = Object.freeze({
  /** Somebody who steps behind a shed or a van for a few minutes is still the same visit. */
  quietMs: 5 * 60_000,
  /**
   * Short, because a long cooldown swallows the alert that mattered. Equal to quiet it holds nothing back after a single
   * message, and speaks up where people are told again later in an incident, which then ends soon after.
   */
  cooldownMs: 5 * 60_000,
  /** Whoever comes back belongs to the same story. */
  reopenMs: 10 * 60_000,
});

/** All moments are capture times. */
export interface OpenIncident {
  readonly openedAt: Instant;
  readonly lastMatchAt: Instant;
  /** The worst of its matches so far. */
  readonly severity: Severity;
  /** Null until a message about it was really delivered. */
  readonly cooldownUntil: Instant | null;
}

export type ClosedIncident = Omit<OpenIncident, 'openedAt'>;

/** The newest incidents of one user, rule and device. */
export interface KnownIncidents {
  readonly open: OpenIncident | null;
  readonly lastClosed: ClosedIncident | null;
}

export interface IncomingMatch {
  readonly capturedAt: Instant;
  readonly severity: Severity;
  /** The frame ran before; replays tell nobody anything new. */
  readonly replayed: boolean;
}

export type Grouping =
  /** A new incident. One that is still open is over: close it first, as of `closesAt`. */
  | { readonly kind: 'open' }
  /** The newest incident goes on, open or closed; `withMatch` says what becomes of it. */
  | { readonly kind: 'reopen' }
  /** Part of the open incident; `withMatch` says what becomes of it. Tells nobody. */
  | { readonly kind: 'join' }
  | { readonly kind: 'suppress'; readonly cause: Extract<SuppressionCause, 'cooldown' | 'late' | 'replayed'> };

const OPEN: Grouping = Object.freeze({ kind: 'open' });
const REOPEN: Grouping = Object.freeze({ kind: 'reopen' });
const JOIN: Grouping = Object.freeze({ kind: 'join' });
const suppressed = (cause: 'cooldown' | 'late' | 'replayed'): Grouping => ({ kind: 'suppress', cause });

/**
 * Decides about one match.
 *
 * A match may come out of order. It joins the open incident when it lies within quiet of its span, on either side, as it
 * would have had it come in time. Otherwise, captured before the end of an incident that people know of, it is `late`:
 * news of the past must not interrupt them, nor start a second incident beside an open one.
 */
export function groupMatch({ open, lastClosed }: KnownIncidents, match: IncomingMatch, settings = DEFAULT_GROUPING): Grouping {
  const { capturedAt, severity, replayed } = match;
  if (open !== null && capturedAt > plusMs(open.openedAt, -settings.quietMs) && capturedAt < closesAt(open, settings)) return JOIN;
  if (replayed) return suppressed('replayed');
  const newest = open ?? lastClosed;
  if (newest === null) return OPEN;
  if (capturedAt < closesAt(newest, settings)) return suppressed('late');
  const worse = compareSeverity(severity, newest.severity) > 0;
  if (!worse && newest.cooldownUntil !== null && capturedAt < newest.cooldownUntil) return suppressed('cooldown');
  return capturedAt < plusMs(closesAt(newest, settings), settings.reopenMs) ? REOPEN : OPEN;
}

/** The end of an incident's reach, in capture time: a match at this moment is no longer part of it. */
export const closesAt = ({ lastMatchAt }: Pick<OpenIncident, 'lastMatchAt'>, settings = DEFAULT_GROUPING): Instant => plusMs(lastMatchAt, settings.quietMs);

/**
 * When a cooldown ends that a delivered message begins. `toldOf` is the capture time of the match that the message told
 * of, not the moment of delivery: with that, a playback of six hours in a minute would be silent after its first message.
 */
export const cooldownUntil = (toldOf: Instant, settings = DEFAULT_GROUPING): Instant => plusMs(toldOf, settings.cooldownMs);

/** The incident with one more match; a match that comes late never moves its end back. */
export function withMatch(incident: OpenIncident, { capturedAt, severity }: Pick<IncomingMatch, 'capturedAt' | 'severity'>): OpenIncident {
  return {
    ...incident,
    openedAt: capturedAt < incident.openedAt ? capturedAt : incident.openedAt,
    lastMatchAt: capturedAt > incident.lastMatchAt ? capturedAt : incident.lastMatchAt,
    severity: compareSeverity(severity, incident.severity) > 0 ? severity : incident.severity,
  };
}
