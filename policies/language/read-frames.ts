/** On how many frames: `3 of 5 frames`, `3 of 5 frames within 10 s`. */
import { MAX_FRAMES } from '../model.ts';
import type { Frames } from '../model.ts';
import { quoted } from './problems.ts';
import type { ProblemList } from './problems.ts';
import { durationText, readDuration } from './read-duration.ts';
import { startOf } from './span.ts';
import type { Span } from './span.ts';

export type FrameCounts = Pick<Frames, 'atLeast' | 'of' | 'withinMs'>;

const COUNTS = /^\s*(\d{1,9})\s+of\s+(?:the\s+last\s+)?(\d{1,9})(?:\s+frames?)?(?:\s+within\s+|\s*$)/i;

/** Undefined when something is wrong, which then stands in `problems`. */
export function readFrames(part: Span, problems: ProblemList): FrameCounts | undefined {
  const refuse = (message: string): undefined => problems.add('frames_malformed', startOf(part), message) as undefined;
  const [head, k, n] = COUNTS.exec(part.text) ?? [];
  if (head === undefined) return refuse(`${quoted(part.text)} does not say on how many frames; write 3 of 5 frames, or 3 of 5 frames within 10 s.`);
  const [atLeast, of] = [Number(k), Number(n)];
  if (of < 2 || of > MAX_FRAMES) return refuse(`A device remembers 2 to ${MAX_FRAMES} frames, not ${of}; write such as 3 of 5 frames.`);
  if (atLeast < 1 || atLeast > of) return refuse(atLeast < 1 ? 'At least 1 frame counts; write such as 3 of 5 frames.' : `${atLeast} of ${of} frames can never be; did you mean ${of} of ${atLeast} frames?`);
  if (!/within\s+$/i.test(head)) return { atLeast, of, withinMs: null };
  const within: Span = { text: part.text.slice(head.length), offset: part.offset + head.length };
  const withinMs = readDuration(within, problems);
  if (withinMs === undefined) return undefined;
  if (withinMs > 0) return { atLeast, of, withinMs };
  problems.add('duration_malformed', startOf(within), 'No two frames lie within no time; write such as within 10 s.');
  return undefined;
}

export const framesText = ({ atLeast, of, withinMs }: FrameCounts): string => `${atLeast} of ${of} frames${withinMs === null ? '' : ` within ${durationText(withinMs)}`}`;
