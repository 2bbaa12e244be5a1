/** What the ledger knows of a digest, as far as a message tells it. Types only. */
import type { HoldCause } from '../../contracts/digest.ts';
import type { Severity } from '../../contracts/severity.ts';
import type { Instant } from '../../contracts/time.ts';
import type { AlertFacts } from './alert-facts.ts';

export interface DigestFacts {
  readonly digestId: string;
  /** When it was put together. */
  readonly createdAt: Instant;
  /** Of all that it tells, `entries` has no room for or not. */
  readonly things: number;
  readonly devices: number;
  readonly causes: readonly HoldCause[];
  /** Worst first, of equals the latest. */
  readonly entries: readonly HeldFacts[];
}

/** One thing that was held back. Of rule and picture it says what `AlertFacts` says, of the first frame. */
export interface HeldFacts extends Pick<AlertFacts, 'ruleId' | 'ruleName' | 'deviceName' | 'timeZone' | 'frameId' | 'evidence' | 'seenIn' | 'zones' | 'picture'> {
  readonly cause: HoldCause;
  readonly severity: Severity;
  readonly matches: number;
  /** Null for snoozed matches, which open none. */
  readonly incidentId: string | null;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  /** What was seen, where the evidence has left the ledger. */
  readonly labels: readonly string[];
}

export interface DigestFactSource {
  /** With at most so many entries. */
  factsOf(digestId: string, entries: number): Promise<DigestFacts>;
}
