/** `assign` and `unassign`, of rules and of policies alike: what to which users and groups, in one call. */
import { Option } from 'commander';
import type { Command } from 'commander';
import type { ManyAssigned, ManyBody } from '../api/shapes/policies.ts';
import { SEVERITIES } from '../contracts/severity.ts';
import type { Severity } from '../contracts/severity.ts';
import { withApiOptions, withClient } from './api-access.ts';
import type { ApiOptions } from './api-access.ts';
import { usageError } from './command-error.ts';
import { answer } from './context.ts';
import type { Context } from './context.ts';
import { given } from './given.ts';
import { idList } from './id-list.ts';

interface HolderOptions extends ApiOptions {
  readonly user?: string[];
  readonly group?: string[];
}

interface AssignOptions extends HolderOptions {
  readonly device?: string[];
  readonly zone?: string[];
  readonly severity?: Severity;
}

export function addAssigning(parent: Command, context: Context, what: 'rule' | 'policy'): void {
  const change = (options: HolderOptions, lists: Omit<ManyBody, 'userIds' | 'groupIds'>, said: (counts: ManyAssigned) => string) =>
    withClient(options, context, async (client) => {
      const { user, group } = options;
      if (user === undefined && group === undefined) throw usageError('nobody is named', 'Add --user or --group.');
      const counts = await client.assignToMany({ ...given({ userIds: user, groupIds: group }), ...lists });
      answer(context, counts, () => [said(counts)]);
    });

  holders(withApiOptions(parent.command('assign').argument(`<${what}Id>`, `the ${what}`)))
    .description(`give a ${what} to users and groups; what they have beside it stays`)
    .option('--device <ids>', 'only on these devices of the users; left out: all of them, also future ones', idList)
    .option('--zone <names>', 'only in these zones, where the rule names none', idList)
    .addOption(new Option('--severity <severity>', 'how bad a match is for them').choices(SEVERITIES))
    .action((id: string, options: AssignOptions) => {
      const limits = given({ devices: options.device, zones: options.zone, severity: options.severity });
      const lists = what === 'rule' ? { rules: [{ ruleId: id, ...limits }] } : { policies: [{ policyId: id, ...limits }] };
      return change(options, lists, ({ added, changed, left }) => `Assigned: ${added} new, ${changed} changed, ${left} as they were.`);
    });

  holders(withApiOptions(parent.command('unassign').argument(`<${what}Id>`, `the ${what}`)))
    .description(`take a ${what} away from users and groups`)
    .action((id: string, options: HolderOptions) =>
      change(options, { remove: what === 'rule' ? { rules: [id] } : { policies: [id] } }, ({ removed }) => `Taken away from ${removed}.`));
}

const holders = (command: Command): Command => command
  .option('--user <ids>', 'user ids with commas between, or @file with one on a line', idList)
  .option('--group <ids>', 'group ids with commas between', idList);
