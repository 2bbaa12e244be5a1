/** Detect: what is in the standardised frame, with score, probability and box in pixels of the upright original. */
import type { DetectActivities } from '../contracts/activities.ts';
import type { DetectionSet } from '../contracts/detection.ts';
import { Failure } from '../contracts/failures.ts';
import type { DetectResult, StageInput } from '../contracts/pipeline.ts';
import { resultFile } from '../contracts/result-file.ts';
import { STAGES } from '../contracts/stages.ts';
import { detectionsPath, parseTag } from '../contracts/tag.ts';
import { boundFor } from './bound-for.ts';
import { watchingDeaths } from './death-watch.ts';
import type { DetectionReader } from './ports/detections.ts';
import type { Detectors } from './ports/detector.ts';
import type { FrameStore } from './ports/frame-store.ts';
import type { StagedFrame, StageLedger } from './ports/staged-frame.ts';
import { runStage, unfinished } from './stage-run.ts';
import type { StageLog, Worked } from './stage-run.ts';

export interface Detected {
  readonly set: DetectionSet;
  /** `/<user>-<device>/<time>.json` below the results folder. */
  readonly path: string;
}

export interface DetectionLedger extends Pick<StageLedger, 'load'>, DetectionReader {
  saveDetections(batchId: string, outcomes: readonly Worked<Detected>[]): Promise<void>;
}

export interface DetectPorts {
  readonly ledger: DetectionLedger;
  readonly store: Pick<FrameStore, 'get' | 'putResult'>;
  readonly detectors: Detectors;
  readonly log: StageLog;
  /** Frames at once: one more than inference threads, so that the next is decoded while one is inferred. */
  readonly concurrency: number;
}

export function createDetectActivities(ports: DetectPorts): DetectActivities {
  return {
    detectObjects: (input) => watchingDeaths<DetectResult>(
      input, STAGES.detect.heartbeatMs, { exceptions: [] }, (asked) => unfinished(asked, 'detect', ports.ledger), (asked) => detect(asked, ports)),
  };
}

async function detect(input: StageInput, ports: DetectPorts): Promise<DetectResult> {
  const { frames, exceptions } = await runStage<Detected>(input, {
    stage: 'detect', ledger: ports.ledger, log: ports.log, concurrency: ports.concurrency,
    work: (frame) => detectIn(frame, ports),
    save: (outcomes) => ports.ledger.saveDetections(input.batchId, outcomes),
  });
  return { exceptions, ...(await boundFor(frames, ports.ledger)) };
}

async function detectIn(frame: StagedFrame, { store, detectors }: DetectPorts): Promise<Detected> {
  const { standardSha256, width, height } = frame;
  if (standardSha256 === null || width === null || height === null) {
    throw new Failure('stage_defect', 'the frame reached detect without a standardised picture');
  }
  const detector = await detectors.of(frame.model);
  const set = await detector.detect({ sha256: standardSha256, jpeg: () => store.get(standardSha256) }, { width, height });
  const path = detectionsPath(parseTag(frame.tag));
  await store.putResult(path, Buffer.from(JSON.stringify(resultFile(frame, set))));
  return { set, path };
}
