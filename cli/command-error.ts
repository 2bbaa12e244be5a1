/** Why a command could not be done, when no failure of contracts/failures.ts says it: the caller's typing, or a server that is not there. */
import { failureIn } from '../contracts/failures.ts';

export type CommandErrorCode = 'usage' | 'not_running' | 'unreachable' | 'start_failed' | 'demo_failed';

export class CommandError extends Error {
  readonly code: CommandErrorCode;
  /** What helps, one sentence. */
  readonly help: string;

  constructor(code: CommandErrorCode, detail: string, help: string, options?: { cause?: unknown }) {
    super(detail, options);
    this.name = 'CommandError';
    this.code = code;
    this.help = help;
  }

  get exitCode(): number {
    return this.code === 'usage' ? 2 : 1;
  }
}

export const usageError = (detail: string, help: string): CommandError => new CommandError('usage', detail, help);

/** What the start of a plant broke with: a failure says enough by itself, anything else needs the log of the process that did not come up. */
export function startError(error: unknown): unknown {
  if (failureIn(error)) return error;
  return new CommandError('start_failed', error instanceof Error ? error.message : String(error), 'The log lines above say why.', { cause: error });
}
