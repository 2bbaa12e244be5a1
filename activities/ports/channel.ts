/** The port through which a person is told. One adapter per channel; what is said is decided before, and is the same for all. Types only. */
import type { NoticeTelling } from '../../contracts/equipment-notice.ts';
import type { Severity } from '../../contracts/severity.ts';
import type { Failure } from '../../contracts/failures.ts';

/** What a person is told, before any channel gives it a shape. Every text is one line, free of control characters. */
export type Message = AlertMessage | NoticeMessage;

/** Of an incident. */
export interface AlertMessage {
  /** Address of the contact, as the channel wants it. */
  readonly to: string;
  readonly incidentId: string;
  /** The whole message in one breath: `Person, 02:14, camera Back door`, `Critical: Person, 02:14, ...`. */
  readonly sentence: string;
  readonly severity: Severity;
  /** Its name, or what it says; never the text of a file. */
  readonly rule: { readonly ruleId: string; readonly text: string };
  readonly deviceName: string;
  /** At the camera: `2026-11-21 02:14:00 CET`. */
  readonly localTime: string;
  /** IANA name. */
  readonly timeZone: string;
  readonly frame: { readonly frameId: string; readonly tag: string | null };
  /** Why the rule matched, one condition each. */
  readonly reasons: readonly Reason[];
  readonly picture: AlertPicture;
  /** Page of the incident; null where the operator gave no public URL. */
  readonly link: string | null;
}

export interface Reason {
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
export interface NoticeMessage {
  /** Address of the contact, as the channel wants it. */
  readonly to: string;
  readonly noticeId: string;
  readonly telling: NoticeTelling;
  /** The whole message in one breath: `Camera Back door has sent no usable picture since 02:14`. */
  readonly sentence: string;
  /** Names and texts, in the order in which they are read. */
  readonly facts: readonly (readonly [name: string, text: string])[];
  /** What to look at; empty where there is nothing to do. */
  readonly advice: readonly string[];
}

export interface Receipt {
  /** Id that the provider gave. */
  readonly providerId: string;
  /** What the provider said, as it said it. */
  readonly answer: string;
}

/** What `send` throws: `provider_unavailable` (try again), or `recipient_refused`, `message_refused`, `provider_auth_failed` (do not). */
export interface ChannelFailure extends Failure {
  /** The whole message was handed over and no answer came: the provider may have it, so the next try may be a double. */
  readonly mayHaveArrived: boolean;
}

export interface Channel {
  /**
   * Resolves once the provider has taken the message. `deliveryKey` is what the provider can recognise a repeat by.
   * After `signal` aborts nothing more of this message leaves the process.
   */
  send(message: Message, deliveryKey: string, signal?: AbortSignal): Promise<Receipt>;
}
