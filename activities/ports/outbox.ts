/** The outbox: messages that wait in the database, claimed before a provider is called and settled after. Types only. */
import type { FailureCode } from '../../contracts/failures.ts';
import type { Severity } from '../../contracts/severity.ts';
import type { Instant } from '../../contracts/time.ts';
import type { Receipt } from './channel.ts';

/** A message whose try is due. All of it was fixed when it was written, so that it says the same at every try. */
export interface DueDelivery {
  readonly deliveryKey: string;
  readonly contactId: string;
  /** One of contracts/delivery.ts CHANNELS, or one that this build does not know. */
  readonly channel: string;
  readonly address: string;
  /** contracts/delivery.ts INCIDENT_TELLINGS or contracts/equipment-notice.ts NOTICE_TELLINGS. */
  readonly telling: string;
  readonly severity: Severity;
  /** When it was put into the outbox. */
  readonly writtenAt: Instant;
  /** The frame that it shows; null: the first of its incident. */
  readonly frame: { readonly frameId: string; readonly capturedAt: Instant } | null;
}

/** A message that is ours to send until the lease ends. */
export interface ClaimedDelivery extends DueDelivery {
  readonly attemptId: number;
  /** Tries begun, this one included. */
  readonly tries: number;
}

export type AttemptOutcome =
  | { readonly kind: 'delivered'; readonly receipt: Receipt }
  /** For good. */
  | { readonly kind: 'refused'; readonly code: FailureCode; readonly answer: string }
  | { readonly kind: 'unavailable'; readonly code: FailureCode; readonly answer: string; readonly mayHaveArrived: boolean; readonly retryInMs: number };

/** Of incidents, of equipment notices, or of digests; `id` is that of the incident, notice or digest. */
export interface Outbox {
  /** The messages that `claimDue` would take now, so that they can be written before anything is claimed. */
  due(id: string): Promise<DueDelivery[]>;
  /**
   * Takes the messages about it that are due, and those whose claim ran out: their try died, which is counted as
   * uncertain. The attempt is committed when this returns, so no provider is ever called without a trace. Two callers never get the same message.
   */
  claimDue(id: string, leaseMs: number): Promise<ClaimedDelivery[]>;
  /**
   * Settles an attempt; repeating it changes nothing. When the claim has run out meanwhile only `delivered` still counts:
   * the message arrived, whoever holds it now.
   */
  finish(attempt: ClaimedDelivery, outcome: AttemptOutcome): Promise<void>;
  /** Milliseconds until the next message about it is due, 0 when one is; null when none waits. */
  pendingFor(id: string): Promise<number | null>;
}
