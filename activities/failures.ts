/** Domain failures on their way into Temporal, in one place. The code alone decides whether Temporal tries again. */
import { ApplicationFailure } from '@temporalio/activity';
import { FAILURES, failureIn } from '../contracts/failures.ts';
import type { FailureCode } from '../contracts/failures.ts';

/** Whether trying again can help. Such a failure says nothing about the frame it was met at: a dependency is away, or a commit's fate is open. */
export const passesByItself = (error: unknown): boolean => {
  const failure = failureIn(error);
  return failure !== undefined && FAILURES[failure.code].retryable;
};

/**
 * What a whole try of an activity ends with. A dependency that is away is retried without limit (the retry policies have
 * none), and so is anything unforeseen in our own code: a defect must stop at the batch deadline, not lose a frame.
 */
export function toApplicationFailure(error: unknown): ApplicationFailure {
  const failure = failureIn(error);
  const code: FailureCode = failure?.code ?? 'stage_defect';
  // A commit of unknown fate is safe to repeat: stage writes are fenced and the first one wins.
  const retryable = FAILURES[code].retryable || code === 'stage_defect';
  return ApplicationFailure.create({
    type: code, message: failure?.detail ?? (error instanceof Error ? error.message : String(error)), nonRetryable: !retryable,
    ...(error instanceof Error ? { cause: error } : {}),
  });
}
