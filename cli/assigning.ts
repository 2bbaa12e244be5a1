/** `assign` and `unassign`, of rules and of policies alike: what to which users and groups, in one call. */
import { Option } from 'commander';
import type { Command } from 'commander';
import type { ManyAssigned, ManyBody } from '../api/shapes/policies.ts';
import type { Client } from '../client/client.ts';
import type { RuleProblem } from '../contracts/rule.ts';
import { SEVERITIES } from '../contracts/severity.ts';
import type { Severity } from '../contracts/severity.ts';
import { withApiOptions, withClient } from './api-access.ts';
import type { ApiOptions } from './api-access.ts';
import { usageError } from './command-error.ts';
import { answer } from './context.ts';
import type { Context } from './context.ts';
import { given } from './given.ts';
import { idList } from './id-list.ts';
import { problemLine } from './wording.ts';

interface AssigneeOptions extends ApiOptions {
  readonly user?: string[];
  readonly group?: string[];
}

interface AssignOptions extends AssigneeOptions {
  readonly device?: string[];
  readonly zone?: string[];
  readonly severity?: Severity;
}

export function addAssigning(parent: Command, context: Context, what: 'rule' | 'policy'): void {
  const change = ({ user, group }: AssigneeOptions, client: Client, lists: Omit<ManyBody, 'userIds' | 'groupIds'>): Promise<ManyAssigned> => {
    if (user === undefined && group === undefined) throw usageError('nobody is named', 'Add --user or --group.');
    return client.assignToMany({ ...given({ userIds: user, groupIds: group }), ...lists });
  };

  toAssignees(withApiOptions(parent.command('assign').argument(`<${what}Id>`, `the ${what}`)))
    .description(`give a ${what} to users and groups; what they have beside it stays`)
    .option('--device <ids>', 'only on these devices of the users; left out: all of them, also future ones', idList)
    .option('--zone <names>', 'only in these zones, where the rule names none', idList)
    .addOption(new Option('--severity <severity>', 'how bad a match is for them').choices(SEVERITIES))
    .action((id: string, options: AssignOptions) => withClient(options, context, async (client) => {
      const limits = given({ devices: options.device, zones: options.zone, severity: options.severity });
      const lists = what === 'rule' ? { rules: [{ ruleId: id, ...limits }] } : { policies: [{ policyId: id, ...limits }] };
      const counts = await change(options, client, lists);
      // Only now is it known which devices the rules judge, and what these lack.
      const warnings = await warningsOf(what === 'rule' ? [id] : (await client.policy(id)).rules.map(({ ruleId }) => ruleId), client);
      answer(context, { ...counts, warnings }, () => [
        `Assigned: ${counts.added} new, ${counts.changed} changed, ${counts.left} as they were.`, ...warnings.map((warning) => problemLine(warning, `rule ${warning.ruleId}`)),
      ]);
    }));

  toAssignees(withApiOptions(parent.command('unassign').argument(`<${what}Id>`, `the ${what}`)))
    .description(`take a ${what} away from users and groups`)
    .action((id: string, options: AssigneeOptions) => withClient(options, context, async (client) => {
      const counts = await change(options, client, { remove: what === 'rule' ? { rules: [id] } : { policies: [id] } });
      answer(context, counts, () => [`Taken away from ${counts.removed}.`]);
    }));
}

async function warningsOf(ruleIds: readonly string[], client: Client): Promise<(RuleProblem & { readonly ruleId: string })[]> {
  const found: (RuleProblem & { readonly ruleId: string })[] = [];
  for (const ruleId of ruleIds) found.push(...(await client.rule(ruleId)).warnings.map((warning) => ({ ...warning, ruleId })));
  return found;
}

const toAssignees = (command: Command): Command => command
  .option('--user <ids>', 'user ids with commas between, or @file with one on a line', idList)
  .option('--group <ids>', 'group ids with commas between', idList);
