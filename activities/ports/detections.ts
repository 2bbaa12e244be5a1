/** What detect left in the ledger, for the stages after it. Types only. */
import type { DetectionSet } from '../../contracts/detection.ts';
import type { StagedFrame } from './staged-frame.ts';

export interface DetectionReader {
  /** By frame id; frames in which nothing was looked for yet are missing. */
  detections(frames: readonly StagedFrame[]): Promise<ReadonlyMap<string, DetectionSet>>;
}
