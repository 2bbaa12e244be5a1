/** What the ledger knows of an incident, as far as a message tells it. Types only. */
import type { Detection } from '../../contracts/detection.ts';
import type { Instant } from '../../contracts/time.ts';
import type { Clause } from '../../contracts/verdict.ts';
import type { PictureSize } from './detector.ts';
import type { DueDelivery } from './outbox.ts';
import type { ZoneOutline } from './picture-annotator.ts';

export interface AlertFacts {
  readonly incidentId: string;
  readonly userId: string;
  readonly deviceId: string;
  readonly ruleId: string;
  /** Null for a rule without a name. This and the text are those of the version that opened the incident. */
  readonly ruleName: string | null;
  /** As the admin wrote it, in whichever form. */
  readonly ruleText: string;
  readonly deviceName: string;
  /** Of the device when the frame was accepted. */
  readonly timeZone: string;
  /** Capture time of the frame that is told of. */
  readonly matchedAt: Instant;
  /** The frame that is told of. */
  readonly frameId: string;
  /** Null when the frame left the ledger. */
  readonly tag: string | null;
  readonly clauses: readonly Clause[];
  /** The detections that made the rule match. */
  readonly evidence: readonly Detection[];
  /** Names of the zones in which the evidence was seen; empty where the rule takes it from anywhere. */
  readonly seenIn: readonly string[];
  /** The zones that the rule asked for, as they were drawn when the frame was judged. */
  readonly zones: readonly ZoneOutline[];
  /** Where the picture lies and what the boxes refer to; null when the frame has none any more. */
  readonly picture: { readonly sha256: string; readonly size: PictureSize } | null;
}

export interface AlertFactSource {
  /** Of this frame of it; null: of the first. Throws `incident_unknown`. What else is gone by now (frame, verdict, device) leaves its fields empty, because a lean alert beats none. */
  factsOf(incidentId: string, frame: DueDelivery['frame']): Promise<AlertFacts>;
}
