/** `watchpost snoozes`: silence for a time, and what it would silence. */
import { Option } from 'commander';
import type { Command } from 'commander';
import type { Snooze, SnoozeBody, SnoozePreview } from '../../api/shapes/snoozes.ts';
import type { Instant } from '../../contracts/time.ts';
import { withApiOptions, withClient } from '../api-access.ts';
import type { ApiOptions } from '../api-access.ts';
import { usageError } from '../command-error.ts';
import { answer } from '../context.ts';
import type { Context } from '../context.ts';
import { everyPage } from '../every-page.ts';
import { given } from '../given.ts';
import { readInstant } from '../read-instant.ts';
import { printable, table } from '../table.ts';
import { moment } from '../wording.ts';

interface ReachOptions extends ApiOptions {
  readonly user?: string;
  readonly rule?: string;
  readonly device?: string;
  readonly everything?: true;
  readonly hours?: string;
  readonly until?: Instant;
}

export function addSnoozes(program: Command, context: Context): void {
  const snoozes = program.command('snoozes').description('snoozes: matches that tell nobody for a time');

  withReach(snoozes.command('add'))
    .description('silence a rule, a device or both; what it holds back is told in a digest afterwards')
    .action((options: ReachOptions) => withClient(options, context, async (client) => {
      const snooze = await client.snooze(bodyOf(options));
      answer(context, snooze, () => [printable(`${reachText(snooze)} is silent until ${moment(snooze.until)} UTC. End it with: watchpost snoozes end ${snooze.snoozeId}`)]);
    }));

  withReach(snoozes.command('preview'))
    .description('what a snooze would silence, and would have silenced lately; makes none')
    .action((options: ReachOptions) => withClient(options, context, async (client) => {
      const preview = await client.previewSnooze(bodyOf(options));
      answer(context, preview, () => previewLines(preview));
    }));

  withApiOptions(snoozes.command('list'))
    .description('snoozes that hold, with what people said they know')
    .option('--user <id>', 'only of this user')
    .addOption(new Option('--state <state>', 'those that hold, or those that are over').choices(['active', 'ended']))
    .action(({ user, state, ...options }: ApiOptions & { user?: string; state?: 'active' | 'ended' }) => withClient(options, context, async (client) => {
      const found = await everyPage((cursor) => client.snoozes({ ...given({ userId: user, state }), ...cursor }), (page) => page.snoozes);
      answer(context, { snoozes: found }, () => (found.length === 0 ? ['No snoozes.'] : table(
        found.map((snooze) => [snooze.snoozeId, snooze.userId, reachText(snooze), snooze.cause, moment(snooze.endedAt ?? snooze.until), snooze.createdBy]),
        ['snooze', 'user', 'silences', 'cause', 'until (UTC)', 'by'])));
    }));

  withApiOptions(snoozes.command('end').argument('<snoozeId>', 'the snooze'))
    .description('end a snooze before its time')
    .action((snoozeId: string, options: ApiOptions) => withClient(options, context, async (client) => {
      await client.endSnooze(snoozeId);
      answer(context, { snoozeId }, () => [`${snoozeId} is ended.`]);
    }));
}

const withReach = (command: Command): Command => withApiOptions(command)
  .option('--user <id>', 'whose matches; a key of one user implies it')
  .option('--rule <id>', 'only of this rule')
  .option('--device <id>', 'only on this device')
  .option('--everything', 'all rules on all devices')
  .option('--hours <number>', 'for how long')
  .addOption(new Option('--until <moment>', 'until when, in place of --hours: RFC 3339, such as 2026-11-21T06:00:00Z').argParser(readInstant));

function bodyOf({ user, rule, device, everything, hours, until }: ReachOptions): SnoozeBody {
  if (hours !== undefined && !(Number(hours) > 0)) throw usageError(`--hours ${hours} is no time`, 'Give a number of hours, such as 2 or 0.5.');
  return given({ userId: user, ruleId: rule, deviceId: device, everything, forHours: hours === undefined ? undefined : Number(hours), until });
}

const reachText = ({ ruleId, deviceId, labels }: Pick<Snooze, 'ruleId' | 'deviceId' | 'labels'>): string =>
  `${ruleId === null ? 'every rule' : `rule ${ruleId}`} on ${deviceId === null ? 'every device' : deviceId}${labels === null ? '' : `, only ${labels.join(', ')}`}`;

const previewLines = ({ covers, left, warnings, past, until }: SnoozePreview): string[] => [
  `Until ${moment(until)} UTC it would silence:`,
  ...table(covers.map(({ deviceName, ruleId, ruleName, severity }) => [`  ${deviceName}`, ruleName ?? `rule ${ruleId}`, severity])),
  ...(left === 0 ? [] : [`  and ${left} more`]),
  `In the last ${past.days} days it would have held back ${past.incidents} incidents with ${past.matches} matches, of which ${past.messages} messages told.`,
  ...table(past.latest.map(({ openedAt, deviceId, ruleId, severity, matches, messages }) => [`  ${moment(openedAt)}`, deviceId, `rule ${ruleId}`, severity, `${matches} matches`, `${messages} messages`])),
  ...warnings.map(({ code, message }) => `warning ${code}: ${printable(message)}`),
];
