/** Turns whatever ended a command into one line, what to do about it, and an exit code. A stack only for those who asked for it. */
import { CommanderError } from 'commander';
import { Refused, Unreachable } from '../client/errors.ts';
import { loadSettings } from '../config/load.ts';
import { FAILURES, failureIn } from '../contracts/failures.ts';
import type { RuleProblem } from '../contracts/rule.ts';
import { CommandError } from './command-error.ts';
import type { Context } from './context.ts';
import { printable } from './table.ts';
import { problemLine } from './wording.ts';

interface Explained {
  readonly code: string;
  readonly detail: string;
  readonly help: string;
  readonly exitCode: number;
  /** Of a rule that was refused. */
  readonly problems?: readonly RuleProblem[];
}

/** Returns the exit code. */
export function reportError(error: unknown, context: Context): number {
  const { exitCode, ...told } = explain(error);
  context.stderr.write(`watchpost: ${told.code}: ${printable(told.detail)}\n  ${printable(told.help)}\n`);
  for (const problem of told.problems ?? []) context.stderr.write(`  ${problemLine(problem, 'rule')}\n`);
  if (context.json()) context.stdout.write(`${JSON.stringify({ error: told }, null, 2)}\n`);
  if (wantsStacks(context.env) && error instanceof Error) context.stderr.write(`${stackOf(error)}\n`);
  return exitCode;
}

function explain(error: unknown): Explained {
  if (error instanceof CommandError) return { code: error.code, detail: error.message, help: error.help, exitCode: error.exitCode };
  if (error instanceof CommanderError) {
    const detail = error.message.replace(/^error: /, '').trim().replace(/\s*\n\s*/g, ' ');
    return { code: 'usage', detail, help: '`watchpost --help` lists the commands, `watchpost <command> --help` what one takes.', exitCode: 2 };
  }
  if (error instanceof Refused) return explainRefusal(error);
  if (error instanceof Unreachable) return { code: 'unreachable', detail: error.message, help: 'Check the address and whether the API runs.', exitCode: 1 };
  const failure = failureIn(error);
  if (failure) return { code: failure.code, detail: failure.detail, help: FAILURES[failure.code].operator, exitCode: 1 };
  return {
    code: 'internal', detail: error instanceof Error ? error.message : String(error),
    help: 'WATCHPOST_LOG_LEVEL=debug shows where it came from.', exitCode: 1,
  };
}

function explainRefusal({ code, message, detail, requestId, problems }: Refused): Explained {
  const help = code === undefined ? 'The answer is not one of Watchpost: check the address.' : FAILURES[code].operator;
  const trace = code === 'internal' && requestId !== undefined ? ` (request ${requestId})` : '';
  return { code: code ?? 'unreachable', detail: `${detail ?? message}${trace}`, help, exitCode: 1, ...(problems.length === 0 ? {} : { problems }) };
}

/** The settings themselves may be what is wrong; then there is no level to go by. */
function wantsStacks(env: NodeJS.ProcessEnv): boolean {
  try {
    return ['debug', 'trace'].includes(loadSettings(env).logLevel);
  } catch {
    return false;
  }
}

/** With its causes; ten links bound a chain that may be a circle. */
function stackOf(error: Error): string {
  const stacks: string[] = [];
  for (let link: unknown = error; link instanceof Error && stacks.length < 10; link = link.cause) stacks.push(link.stack ?? link.message);
  return stacks.join('\ncaused by: ');
}
