/** Every refusal and every defect as problem+json. The only place that turns an error into a status; nothing of ours leaks through it. */
import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyReply, FastifyRequest, FastifySchemaValidationError } from 'fastify';
import { FAILURES, Failure, failureIn } from '../contracts/failures.ts';
import type { FailureCode } from '../contracts/failures.ts';
import type { RuleProblem } from '../contracts/rule.ts';
import type { Problem } from './shapes/problem.ts';

export const PROBLEM_TYPE = 'application/problem+json';

/** A rule that was not saved, with all that is wrong in it. */
export class RuleRefused extends Failure {
  readonly problems: readonly RuleProblem[];

  constructor(problems: readonly RuleProblem[]) {
    const first = problems.find(({ severity }) => severity === 'error');
    super('rule_malformed', first ? `line ${first.line}, column ${first.column}: ${first.message}` : 'the rule does not parse');
    this.problems = problems;
  }
}

/** A refusal that knows when the next call may come. */
export class RetryLater extends Failure {
  readonly seconds: number;

  constructor(code: FailureCode, detail: string, seconds: number) {
    super(code, detail);
    this.seconds = seconds;
  }
}

/** Seconds. How long the cause usually lasts: sooner only adds load, much later makes frames late. */
const RETRY_AFTER_SECONDS: Partial<Record<FailureCode, number>> = {
  // A backlog of one user shrinks within seconds once it moves at all.
  quota_exceeded: 5,
  collector_full: 10,
  // Of ten minutes in which so many tests may go out; the answer itself knows better.
  contact_tested_often: 120,
  // Another connection or another process answers at once.
  outcome_unknown: 1,
  shutting_down: 1,
};
/** A restart of a database or a remount of a disk. */
const RETRY_AFTER_OUTAGE_SECONDS = 3;

export function failureOf(error: unknown): Failure {
  const failure = failureIn(error);
  if (failure) return failure;
  // Anything can be thrown, even nothing.
  const { code = '', statusCode = 500, message } = (error ?? {}) as FastifyError;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new Failure('body_too_large', 'the body is larger than this path takes', { cause: error });
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new Failure('media_type_unsupported', 'this path does not take a body of that content type', { cause: error });
  // Of Fastify itself or of the body parser: their messages speak of the request alone.
  if (statusCode >= 400 && statusCode < 500) return new Failure('request_malformed', message, { cause: error });
  // A value that passed our checks and that Postgres cannot keep, such as a lone NUL in a text.
  if (isDataException(error)) return new Failure('request_malformed', 'a value can be neither read nor kept as it is', { cause: error });
  return new Failure('internal', 'a defect of ours; give the request id to the operator', { cause: error });
}

const PLACES: Readonly<Record<string, string>> = { querystring: 'query', params: 'path', headers: 'header' };

/** What a schema found wrong, as `body.userId must be string`. */
export function malformed(errors: readonly FastifySchemaValidationError[], where: string): Failure {
  const place = PLACES[where] ?? where;
  const faults = errors
    // Says once more, without the name, what the fault of additionalProperties says with it.
    .filter(({ message }) => message !== 'schema is false')
    .map(({ instancePath, message = 'is wrong', params }) => {
      const names = params['additionalProperties'];
      return `${place}${instancePath.replaceAll('/', '.')} ${message}${Array.isArray(names) ? ` (${names.join(', ')})` : ''}`;
    });
  return new Failure('request_malformed', faults.join('; ').slice(0, 500));
}

export function problemOf(failure: Failure, requestId: string): Problem {
  const { kind, httpStatus, operator } = FAILURES[failure.code];
  // What a dependency said may name hosts and paths that are none of the caller's business; the log has it.
  const detail = kind === 'request' || kind === 'refused' ? failure.detail : undefined;
  return {
    type: `urn:watchpost:problem:${failure.code}`,
    title: STATUS_CODES[httpStatus] ?? 'Error',
    status: httpStatus,
    code: failure.code,
    ...(detail === undefined ? {} : { detail }),
    operator,
    requestId,
    ...(failure instanceof RuleRefused ? { problems: failure.problems } : {}),
  };
}

export function retryAfterSeconds(code: FailureCode): number | undefined {
  return RETRY_AFTER_SECONDS[code] ?? (FAILURES[code].retryable ? RETRY_AFTER_OUTAGE_SECONDS : undefined);
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function answerOf(failure: Failure, requestId: string): Answer {
  const problem = problemOf(failure, requestId);
  const retryAfter = failure instanceof RetryLater ? failure.seconds : retryAfterSeconds(failure.code);
  return {
    status: problem.status,
    headers: {
      'content-type': PROBLEM_TYPE,
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
      ...(failure.code === 'unauthenticated' ? { 'www-authenticate': 'Bearer' } : {}),
      ...(failure.code === 'shutting_down' ? { connection: 'close' } : {}),
    },
    body: JSON.stringify(problem),
  };
}

/** The error handler of the app. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const failure = failureOf(error);
  const { status, headers, body } = answerOf(failure, request.id);
  logFailure(failure, error, request);
  reply.code(status).headers(headers).send(body);
}

/** What the caller is not told. */
export function logFailure(failure: Failure, error: unknown, { log }: FastifyRequest): void {
  if (failure.code === 'internal') log.error({ err: error }, 'defect');
  else if (FAILURES[failure.code].httpStatus >= 500) log.warn({ code: failure.code, detail: failure.detail }, 'request could not be served');
}

/** SQLSTATE class 22 (PostgreSQL manual, appendix A). */
const isDataException = (error: unknown): boolean => /^22[0-9A-Z]{3}$/.test((error as { code?: string } | null)?.code ?? '');
