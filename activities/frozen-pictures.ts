/**
 * Tells frozen pictures. What a device showed before decides, so frames are judged one after the other in capture order, when all of their batch have been
 * worked on side by side.
 */
import type { DeviceClass } from '../contracts/device.ts';
import { elapsedMs } from '../contracts/time.ts';
import { follow } from '../policies/picture-rhythm.ts';
import type { PictureRhythm } from '../policies/picture-rhythm.ts';
import type { PictureSignature } from '../policies/picture-signature.ts';
import type { Worked } from './stage-run.ts';

/** `before` null: the device had none. A move is refused unless `before` still is the one that is kept. */
export interface RhythmMove {
  readonly deviceId: string;
  readonly before: PictureRhythm | null;
  readonly after: PictureRhythm;
}

export interface RhythmJudgement<T> {
  readonly outcomes: Worked<T>[];
  /** At most one for each device. */
  readonly moves: readonly RhythmMove[];
}

/** By device id. */
export type Rhythms = ReadonlyMap<string, PictureRhythm>;
export type FrozenLimits = Readonly<Record<DeviceClass, { readonly frozenSeconds: number }>>;

/** `worked` in capture order; `signatures` by frame id, of those that went well. */
export function judgeRhythms<T>(
  worked: readonly Worked<T>[], signatures: ReadonlyMap<string, PictureSignature>, kept: Rhythms, limits: FrozenLimits,
): RhythmJudgement<T> {
  const moved = new Map<string, PictureRhythm>();
  const outcomes = worked.map((outcome): Worked<T> => {
    const { frame } = outcome;
    const signature = signatures.get(frame.frameId);
    // A replay is of another day, and was asked for: its moment has long passed through the rhythm.
    if (signature === undefined || frame.run > 1) return outcome;
    const before = moved.get(frame.deviceId) ?? kept.get(frame.deviceId) ?? null;
    const { rhythm, limitMs, frozen } = follow(before, { signature, capturedAt: frame.capturedAt }, limits[frame.deviceClass].frozenSeconds * 1000);
    if (rhythm !== before) moved.set(frame.deviceId, rhythm);
    if (!frozen) return outcome;
    const seconds = Math.round(elapsedMs(rhythm.since, frame.capturedAt) / 1000);
    const detail = `the same picture in ${rhythm.frames} frames since ${rhythm.since}, for ${seconds} s; the limit of the device is ${Math.round(limitMs / 1000)} s`;
    return { ...outcome, made: undefined, outcome: 'refused', code: 'image_frozen', detail };
  });
  return { outcomes, moves: [...moved].map(([deviceId, after]) => ({ deviceId, before: kept.get(deviceId) ?? null, after })) };
}
