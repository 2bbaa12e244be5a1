/** The port through which a person or a program is told. One adapter per provider; what is said is decided before, and is the same for all. Types only. */
import type { IncidentTelling } from '../../contracts/delivery.ts';
import type { HoldCause } from '../../contracts/digest.ts';
import type { NoticeTelling } from '../../contracts/equipment-notice.ts';
import type { Severity } from '../../contracts/severity.ts';
import type { Failure } from '../../contracts/failures.ts';
import type { Instant } from '../../contracts/time.ts';

/** What is told, before any channel gives it a shape. Every text is one line, free of control characters. */
export type Message = AlertMessage | NoticeMessage | DigestMessage | TestMessage;

interface Addressed {
  /** Address of the contact, as the channel wants it. */
  readonly to: string;
  readonly contactId: string;
  /** The whole message in one breath: `Person in yard, 02:14, camera Back door`, `Critical: Person, 02:14, ...`. */
  readonly sentence: string;
  /** When it was put into the outbox, the same at every try: programs tell by it which of two messages is the newer. Left out for one that never lay there. */
  readonly writtenAt?: Instant;
}

/** Of an incident. */
export interface AlertMessage extends Addressed {
  readonly about: 'incident';
  readonly incidentId: string;
  readonly userId: string;
  readonly deviceId: string;
  /** What has become of the incident and makes this message be sent. `taken` and `over` go to programs only. */
  readonly telling: IncidentTelling;
  /** When this message was written. */
  readonly severity: Severity;
  /** Its name, or what it says; never the text of a file. */
  readonly rule: { readonly ruleId: string; readonly text: string };
  readonly deviceName: string;
  /** Of the frame that is shown. */
  readonly capturedAt: Instant;
  /** The same at the camera: `2026-11-21 02:14:00 CET`. */
  readonly localTime: string;
  /** IANA name. */
  readonly timeZone: string;
  readonly frame: { readonly frameId: string; readonly tag: string | null };
  /** Why the rule matched, one condition each. */
  readonly reasons: readonly Reason[];
  readonly picture: AlertPicture;
  /** Signed page of the incident for this contact; null where the operator gave no public URL. */
  readonly link: string | null;
}

export interface Reason {
  /** Number of the condition in the rule's tree, such as `0.1`. */
  readonly path: string;
  /** What was asked: `person with probability > 80%`. */
  readonly asked: string;
  /** What was found: `87 %`; null where the condition has no number. */
  readonly found: string | null;
}

/** `missing` says in words why there is none. An alert never waits for its picture. */
export type AlertPicture =
  | { readonly jpeg: Buffer; readonly description: string }
  | { readonly missing: string };

/** Of an equipment notice. */
export interface NoticeMessage extends Addressed {
  readonly about: 'notice';
  readonly noticeId: string;
  readonly telling: NoticeTelling;
  /** Names and texts, in the order in which they are read. */
  readonly facts: readonly (readonly [name: string, text: string])[];
  /** What to look at; empty where there is nothing to do. */
  readonly advice: readonly string[];
}

/** Of what was held back. */
export interface DigestMessage extends Addressed {
  readonly about: 'digest';
  readonly digestId: string;
  readonly entries: readonly DigestEntry[];
  /** Entries beyond those that a message has room for. */
  readonly left: number;
}

export interface DigestEntry {
  /** `Person, 02:14 to 02:31, camera Back door`. */
  readonly sentence: string;
  readonly cause: HoldCause;
  readonly severity: Severity;
  /** How many matches. */
  readonly matches: number;
  readonly picture: AlertPicture;
  /** Signed page of its incident; null without an incident or a public URL. */
  readonly link: string | null;
}

/** Tries out a contact. */
export interface TestMessage extends Addressed {
  readonly about: 'test';
  readonly testId: string;
}

export interface Receipt {
  /** Who took it: `smtp`, `sendgrid`, `twilio`, ... */
  readonly provider: string;
  /** Id that the provider gave. */
  readonly providerId: string;
  /** What the provider said, as it said it, without secrets. */
  readonly answer: string;
  /** What the provider counts: segments, calls; null where nothing is counted. */
  readonly units: number | null;
  /** By the prices of the settings; null without a price. */
  readonly cost: Cost | null;
}

export interface Cost {
  /** Millionths. */
  readonly micros: number;
  /** ISO 4217. */
  readonly currency: string;
}

/**
 * What `send` throws: `provider_unavailable` (try again), or `recipient_refused`, `message_refused`, `provider_auth_failed`,
 * `address_forbidden`, `endpoint_gone`, `channel_not_configured` (do not).
 */
export interface ChannelFailure extends Failure {
  /** The whole message was handed over and no answer came: the provider may have it, so the next try may be a double. */
  readonly mayHaveArrived: boolean;
  /** What the provider asked for; null when it named no time. */
  readonly retryAfterMs: number | null;
}

export interface Channel {
  /**
   * Resolves once the provider has taken the message. `deliveryKey` is what the provider can recognise a repeat by.
   * After `signal` aborts nothing more of this message leaves the process.
   */
  send(message: Message, deliveryKey: string, signal?: AbortSignal): Promise<Receipt>;
}

/** A channel that holds connections open. */
export interface ClosableChannel extends Channel {
  /** Ends idle connections at once and others after their message. */
  close(): void;
}
