/** How a call can end otherwise than well. */
import type { FailureCode } from '../contracts/failures.ts';
import type { RuleProblem } from '../contracts/rule.ts';

/** The API said no. Sending the same again would get the same answer. */
export class Refused extends Error {
  readonly status: number;
  /** Undefined when the answer did not come from Watchpost, such as a proxy's own page. */
  readonly code: FailureCode | undefined;
  readonly detail: string | undefined;
  /** Stands in the log of the API. */
  readonly requestId: string | undefined;
  /** For a rule: everything that is wrong with it. */
  readonly problems: readonly RuleProblem[];
  /** The header as it came: seconds or a date. */
  readonly retryAfter: string | undefined;

  constructor(
    status: number,
    problem: { code?: FailureCode; title?: string; detail?: string; requestId?: string; problems?: readonly RuleProblem[] },
    retryAfter?: string,
  ) {
    super([problem.code ?? `status ${status}`, problem.detail ?? problem.title].filter(Boolean).join(': '));
    this.name = 'Refused';
    this.status = status;
    this.code = problem.code;
    this.detail = problem.detail;
    this.requestId = problem.requestId;
    this.problems = problem.problems ?? [];
    this.retryAfter = retryAfter;
  }
}

/** Nobody answered, or not to the end. What the request asked for may have happened. */
export class Unreachable extends Error {
  constructor(baseUrl: string, cause: unknown) {
    const { code, message } = cause as NodeJS.ErrnoException;
    super(`no answer from ${baseUrl}: ${code ?? message}`, { cause });
    this.name = 'Unreachable';
  }
}
