/** A device's frames in the order in which they are judged: cursor, verdicts and what the rules remember, moved together. Pure. */
import type { Detection } from '../contracts/detection.ts';
import type { RuleSet } from '../contracts/rule.ts';
import type { Verdict } from '../contracts/verdict.ts';
import { evaluate } from './evaluate.ts';
import { EMPTY_MEMORY, advance } from './memory/device-memory.ts';
import type { DeviceMemory, FrameTimes } from './memory/device-memory.ts';

export interface SeenFrame extends FrameTimes {
  readonly detections: readonly Detection[];
  /** Pixels that the boxes refer to. */
  readonly width: number;
  readonly height: number;
}

export interface Judged {
  /** Of the rules that the frame touched. */
  readonly verdicts: readonly Verdict[];
  /** After the frame; the same object as before it when nothing moved. */
  readonly memory: DeviceMemory;
  /** Captured before a frame that was judged already. */
  readonly late: boolean;
  readonly clockJumpedBack: boolean;
}

/**
 * Only the frame at the cursor moves what the rules remember. That leaves out late ones, and those of a clock so far ahead that the cursor
 * does not follow it: remembered, they would make every honest frame after them one from the past.
 */
export function judgeInOrder(ruleSet: RuleSet, { detections, width, height, capturedAt, acceptedAt }: SeenFrame, before: DeviceMemory): Judged {
  const { memory: moved, late, clockJumpedBack } = advance(before, { capturedAt, acceptedAt });
  const aside = moved.cursor !== capturedAt;
  const { verdicts, memory } = evaluate(ruleSet, { detections, width, height, capturedAt, late: aside }, moved);
  return { verdicts, memory: aside ? moved : memory, late, clockJumpedBack };
}

/** What a device would remember had these been its first frames; they come in capture order. */
export function rememberPast(ruleSet: RuleSet, past: readonly SeenFrame[]): DeviceMemory {
  return past.reduce((memory, frame) => judgeInOrder(ruleSet, frame, memory).memory, EMPTY_MEMORY);
}

/**
 * Whether a rule follows what stands in view and had nothing yet to begin with: it is new on the device, and without a past everything in view
 * would have been there for ever. A clock that was put back begins anew on purpose.
 */
export const beganToFollow = (before: DeviceMemory, { memory, clockJumpedBack }: Judged): boolean =>
  before.scene === null && memory.scene !== null && !clockJumpedBack;

/** The cursor stays where it is; what the rules remember comes of the past. */
export const withPast = (memory: DeviceMemory, { scene, hits, frames }: DeviceMemory): DeviceMemory => ({ ...memory, scene, hits, frames });
