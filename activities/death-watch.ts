/**
 * Tells the death of a worker from every other reason to try again.
 *
 * Each try leaves a mark in the heartbeat details, which Temporal hands to the next try: `open` while it runs, closed by an
 * error that it ends with. The SDK holds beats back, but not this last one: it travels inside the report of the failure
 * (`last_heartbeat_details`), so whoever hears of the failure has the mark. A try that left an open mark died; one that
 * left none may have died before its first beat went out.
 */
import { Context } from '@temporalio/activity';
import type { FrameException } from '../contracts/frame.ts';
import type { StageInput, StageResult } from '../contracts/pipeline.ts';

/** One death may be a redeploy or a full machine; a frame that was there both times is taken for the cause. */
const DEATHS_THAT_CONDEMN = 2;

interface TryMark {
  /** Which try left it; Temporal counts them from 1. */
  readonly attempt: number;
  readonly open: boolean;
  /** Deaths before this try. */
  readonly deaths: number;
}

/**
 * Runs `stage` with heartbeats. After a death, frames that shared the batch go back to run alone, without blame; a frame
 * that was alone in two deaths is failed with its bytes kept. Frames whose outcome an earlier try wrote down are past the
 * danger and keep it: a worker that only could not be heard has done its work. `unfinished` tells the others.
 */
export async function watchingDeaths<R extends StageResult>(
  input: StageInput, heartbeatMs: number, nothing: R, unfinished: (input: StageInput) => Promise<readonly number[]>, stage: (input: StageInput) => Promise<R>,
): Promise<R> {
  const context = Context.current();
  const { attempt } = context.info;
  const deaths = deathsBefore(attempt, context.info.heartbeatDetails as TryMark | undefined);
  const shared = input.positions.length > 1;
  if (deaths >= DEATHS_THAT_CONDEMN || (deaths >= 1 && shared)) {
    const blamed = await unfinished(input);
    const finished = input.positions.filter((position) => !blamed.includes(position));
    const result = finished.length > 0 ? await stage({ ...input, positions: finished }) : nothing;
    return { ...result, exceptions: [...result.exceptions, ...blamed.map(shared ? retryAlone : condemn)] };
  }

  const mark = (open: boolean): void => context.heartbeat({ attempt, open, deaths } satisfies TryMark);
  mark(true);
  // Three beats per timeout: one lost on a busy core must not look like a death.
  const timer = setInterval(() => mark(true), heartbeatMs / 3);
  try {
    return await stage(input);
  } catch (error) {
    mark(false);
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/** A task that was handed to a worker just going down leaves no mark either, so a try without one weighs half. */
const WEIGHT_WITHOUT_MARK = 0.5;

function deathsBefore(attempt: number, last: TryMark | undefined): number {
  const { attempt: marked, open, deaths } = last ?? { attempt: 0, open: false, deaths: 0 };
  // An operator may have set the count of tries back to 1 and kept the details.
  const withoutMark = Math.max(0, attempt - 1 - marked);
  return deaths + (open ? 1 : 0) + withoutMark * WEIGHT_WITHOUT_MARK;
}

const retryAlone = (position: number): FrameException => ({ position, outcome: 'retry', code: 'worker_died' });
const condemn = (position: number): FrameException => ({ position, outcome: 'failed', code: 'worker_died' });
