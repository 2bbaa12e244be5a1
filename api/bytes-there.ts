/** A receipt is a promise about bytes as well as a row, so the bytes are looked at once more when the row is committed. */
import type { FrameStore } from '../activities/ports/frame-store.ts';
import { Failure } from '../contracts/failures.ts';
import type { NewFrame } from '../contracts/frame.ts';

/**
 * From the commit on no removal takes these bytes, and before it the store keeps for minutes what was put. Between the two lies only a process
 * that stood still for longer than that, as on a machine that was suspended: then nobody gets a receipt, and the sender brings the bytes again.
 */
export function withBytesThere<A>(accept: (frames: readonly NewFrame[]) => Promise<A>, store: Pick<FrameStore, 'has'>): (frames: readonly NewFrame[]) => Promise<A> {
  return async (frames) => {
    const answers = await accept(frames);
    const there = await Promise.all(frames.map(({ sha256 }) => store.has(sha256)));
    if (there.includes(false)) throw new Failure('outcome_unknown', 'the bytes of a frame went while it was accepted');
    return answers;
  };
}
