/** `watchpost replay`: settled frames run again, telling nobody. */
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { TERMINAL_STATES } from '../../contracts/terminal-states.ts';
import type { TerminalState } from '../../contracts/terminal-states.ts';
import { withApiOptions, withClient } from '../api-access.ts';
import type { ApiOptions } from '../api-access.ts';
import { usageError } from '../command-error.ts';
import { answer } from '../context.ts';
import type { Context } from '../context.ts';

/** What the API takes with one call, so that a careless replay comes in portions. */
const MAX_FRAMES = 1_000;

interface ReplayOptions extends ApiOptions {
  readonly frame?: string[];
  readonly state?: TerminalState;
  readonly limit?: number;
}

export function addReplay(program: Command, context: Context): void {
  withApiOptions(program.command('replay'))
    .description('run settled frames again under the rules of today, telling nobody')
    .option('--frame <id...>', 'these frames')
    .addOption(new Option('--state <state>', 'all frames in this state, oldest first').choices(TERMINAL_STATES))
    .option('--limit <n>', `with --state: at most so many, up to ${MAX_FRAMES}`, readLimit)
    .action((options: ReplayOptions) => withClient(options, context, async (client) => {
      const { frame, state, limit } = options;
      if ((frame === undefined) === (state === undefined)) throw usageError('give either --frame or --state', 'For example: watchpost replay --state failed --limit 100');
      if (limit !== undefined && state === undefined) throw usageError('--limit goes with --state', 'Name as many frames with --frame as shall run.');
      const replayed = await client.replay(state === undefined ? { frameIds: frame ?? [] } : { state, limit: limit ?? MAX_FRAMES });
      answer(context, replayed, () => [
        `${replayed.replayed} ${replayed.replayed === 1 ? 'frame runs' : 'frames run'} again.`,
        ...replayed.frameIds.map((frameId) => `  ${frameId}`),
        ...(replayed.refused.length > 0 ? [`${replayed.refused.length} cannot: the bytes as received are no longer kept (image_gone).`] : []),
        ...replayed.refused.map(({ frameId }) => `  ${frameId}`),
        ...(frame !== undefined && replayed.replayed + replayed.refused.length < frame.length ? ['Those on their way, and those that are not known, were left alone.'] : []),
      ]);
    }));
}

function readLimit(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_FRAMES) return limit;
  throw new InvalidArgumentError(`must be a whole number from 1 to ${MAX_FRAMES}`);
}
