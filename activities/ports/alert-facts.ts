/** What the ledger knows of an incident, as far as a message tells it. Types only. */
import type { Detection } from '../../contracts/detection.ts';
import type { Severity } from '../../contracts/severity.ts';
import type { Instant } from '../../contracts/time.ts';
import type { Clause } from '../../contracts/verdict.ts';
import type { PictureSize } from './detector.ts';

export interface AlertFacts {
  readonly incidentId: string;
  readonly ruleId: string;
  /** Null for a rule without a name. This and the text are those of the version that opened the incident. */
  readonly ruleName: string | null;
  /** As the admin wrote it, in whichever form. */
  readonly ruleText: string;
  /** Of the first match: what a message says must be the same at every try, and the incident may get worse meanwhile. */
  readonly severity: Severity;
  readonly deviceName: string;
  /** Of the device when the frame was accepted. */
  readonly timeZone: string;
  /** Capture time of the first match. */
  readonly matchedAt: Instant;
  /** The first match. */
  readonly frameId: string;
  /** Null when the frame left the ledger. */
  readonly tag: string | null;
  readonly clauses: readonly Clause[];
  /** The detections that made the rule match. */
  readonly evidence: readonly Detection[];
  /** Where the picture lies and what the boxes refer to; null when the frame has none any more. */
  readonly picture: { readonly sha256: string; readonly size: PictureSize } | null;
}

export interface AlertFactSource {
  /** Throws `incident_unknown`. What else is gone by now (frame, verdict, device) leaves its fields empty, because a lean alert beats none. */
  factsOf(incidentId: string): Promise<AlertFacts>;
}
