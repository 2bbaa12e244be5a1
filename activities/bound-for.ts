/** Which frames of a batch the stages take that take some only. Told by detect, so that a batch without such frames never waits for them. */
import type { DetectResult } from '../contracts/pipeline.ts';
import { FRAME_STAGE_ROWS } from '../contracts/stages.ts';
import type { DetectionReader } from './ports/detections.ts';
import type { StagedFrame } from './ports/staged-frame.ts';

interface ChoosyRow {
  readonly name: string;
  readonly onlyWith: readonly string[];
}

const CHOOSY: readonly ChoosyRow[] = FRAME_STAGE_ROWS.flatMap(([name, { onlyWith }]) => (onlyWith === undefined ? [] : [{ name, onlyWith }]));

/** From the ledger and not from the try that just ended: a repeated try finds work done that it did not do. */
export async function boundFor(frames: readonly StagedFrame[], ledger: DetectionReader, choosy = CHOOSY): Promise<Pick<DetectResult, 'boundFor'>> {
  if (choosy.length === 0) return {};
  const seen = await ledger.detections(frames);
  const shows = (frame: StagedFrame, labels: readonly string[]) => seen.get(frame.frameId)?.detections.some(({ label }) => labels.includes(label)) ?? false;
  return {
    boundFor: Object.fromEntries(choosy.map(({ name, onlyWith }) => [name, frames.filter((frame) => shows(frame, onlyWith)).map(({ position }) => position)])),
  };
}
