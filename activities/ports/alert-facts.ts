/** What the ledger knows of an incident, as far as a message tells it. Types only. */
import type { Detection } from '../../contracts/detection.ts';
import type { Instant } from '../../contracts/time.ts';
import type { Clause } from '../../contracts/verdict.ts';
import type { PictureSize } from './detector.ts';

export interface AlertFacts {
  readonly incidentId: string;
  readonly ruleId: string;
  /** As the admin wrote it, in the version that opened the incident. */
  readonly ruleText: string;
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
