/** What all stages share: read the frames under the fence, do the work frame by frame, name what went another way, write it down. */
import { FAILURES, Failure, failureIn } from '../contracts/failures.ts';
import type { FrameException } from '../contracts/frame.ts';
import type { StageInput } from '../contracts/pipeline.ts';
import type { FrameStage } from '../contracts/stages.ts';
import { passesByItself, toApplicationFailure } from './failures.ts';
import type { StagedFrame, StageLedger, StageOutcome } from './ports/staged-frame.ts';

export interface StageRun<T> {
  readonly stage: FrameStage;
  readonly ledger: Pick<StageLedger, 'load'>;
  /** Frames worked on at once; decode of one then overlaps inference of another. */
  readonly concurrency: number;
  readonly log: StageLog;
  /** Reads what the work needs for all frames in one go; they are those without an outcome yet. */
  prepare?(frames: readonly StagedFrame[]): Promise<void>;
  /** Does the stage for one frame. A Failure that passes by itself ends the try; any other error is that frame's own. */
  work(frame: StagedFrame): Promise<T>;
  /** Looks at all outcomes of this try together, in order of position: for what no frame tells by itself. Its answer is what is written. */
  review?(outcomes: readonly Worked<T>[]): Worked<T>[];
  /** Writes all outcomes of this try in one transaction, under the fence. */
  save(outcomes: readonly Worked<T>[]): Promise<void>;
}

export interface StageLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** An outcome with what the work made; `made` is undefined unless the outcome is `done`. */
export interface Worked<T> extends StageOutcome {
  readonly made: T | undefined;
}

export interface StageSummary {
  readonly frames: readonly StagedFrame[];
  readonly exceptions: FrameException[];
}

/** Runs a stage for a batch. Repeating it is harmless: frames with a stored outcome are not worked on again. */
export async function runStage<T>(input: StageInput, run: StageRun<T>): Promise<StageSummary> {
  try {
    const frames = await run.ledger.load(input.batchId, input.positions, run.stage);
    const fresh = frames.filter(({ stored }) => stored === null);
    if (fresh.length > 0) await run.prepare?.(fresh);
    const ends = await inParallel(fresh, run.concurrency, (frame) => workOn(frame, run));
    const worked = run.review?.(ends) ?? ends;
    for (const [index, outcome] of worked.entries()) if (outcome !== ends[index]) logRefusal(outcome, run);
    if (worked.length > 0) await run.save(worked);
    return { frames, exceptions: [...frames.flatMap(storedException), ...worked.flatMap(exceptionOf)].sort((a, b) => a.position - b.position) };
  } catch (error) {
    run.log.error({ stage: run.stage, batchId: input.batchId, err: error }, 'stage try failed');
    throw toApplicationFailure(error);
  }
}

/** Positions of frames that the batch holds and that have no outcome of this stage yet. */
export async function unfinished({ batchId, positions }: StageInput, stage: FrameStage, ledger: Pick<StageLedger, 'load'>): Promise<number[]> {
  const frames = await ledger.load(batchId, positions, stage);
  return frames.filter(({ stored }) => stored === null).map(({ position }) => position);
}

async function workOn<T>(frame: StagedFrame, run: StageRun<T>): Promise<Worked<T>> {
  const startedAt = new Date();
  try {
    const made = await run.work(frame);
    run.log.debug({ stage: run.stage, frameId: frame.frameId, tag: frame.tag, ms: Date.now() - startedAt.getTime() }, 'stage done');
    return { frame, made, outcome: 'done', code: null, detail: null, startedAt, finishedAt: new Date() };
  } catch (error) {
    if (passesByItself(error)) throw error;
    const failure = failureIn(error) ?? new Failure('stage_defect', error instanceof Error ? error.message : String(error), { cause: error });
    const outcome = FAILURES[failure.code].kind === 'refused' ? 'refused' : 'failed';
    const ended = { frame, made: undefined, outcome, code: failure.code, detail: failure.detail, startedAt, finishedAt: new Date() } as const;
    logRefusal(ended, run, error);
    return ended;
  }
}

/** That a frame was refused, or that it failed and of what. */
function logRefusal({ frame, outcome, code, detail }: StageOutcome, { stage, log }: Pick<StageRun<unknown>, 'stage' | 'log'>, error?: unknown): void {
  const fields = { stage, frameId: frame.frameId, tag: frame.tag, code, detail, ...(outcome === 'failed' ? { err: error } : {}) };
  log[outcome === 'refused' ? 'warn' : 'error'](fields, `stage ${outcome}`);
}

const storedException = ({ position, stored }: StagedFrame): FrameException[] =>
  stored === null || stored.outcome === 'done' ? [] : [{ position, outcome: stored.outcome, code: stored.code ?? 'stage_defect' }];

const exceptionOf = ({ frame, outcome, code }: StageOutcome): FrameException[] =>
  outcome === 'done' ? [] : [{ position: frame.position, outcome, code: code ?? 'stage_defect' }];

/**
 * Ends when nothing is under way any more, also after an error, which then starts no further work: a try that leaves work
 * behind would meet it again in the next one, and a worker that dies of it would have the wrong frame blamed.
 */
async function inParallel<A, B>(items: readonly A[], limit: number, work: (item: A) => Promise<B>): Promise<B[]> {
  const results = new Array<B>(items.length);
  let next = 0;
  const ends = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, async () => {
    for (let i = next++; i < items.length; i = next++) {
      try {
        results[i] = await work(items[i] as A);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  }));
  const broken = ends.find((end) => end.status === 'rejected');
  if (broken) throw broken.reason;
  return results;
}
