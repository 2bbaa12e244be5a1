/** `watchpost policies`: sets of rules under one name. */
import type { Command } from 'commander';
import type { PolicyBody } from '../../api/shapes/policies.ts';
import { withApiOptions, withClient } from '../api-access.ts';
import type { ApiOptions } from '../api-access.ts';
import { addAssigning } from '../assigning.ts';
import { answer } from '../context.ts';
import type { Context } from '../context.ts';
import { everyPage } from '../every-page.ts';
import { quietText } from '../quiet-hours.ts';
import { readDocument } from '../read-document.ts';
import { facts, table } from '../table.ts';
import { assigneeRows, moment } from '../wording.ts';

export function addPolicies(program: Command, context: Context): void {
  const policies = program.command('policies').description('policies: sets of rules that users get in one go');

  withApiOptions(policies.command('put').argument('<policyId>', 'chosen by you').argument('<file>', 'YAML or JSON with `name:` and `rules:`; - is standard input'))
    .description('save a policy; changed contents make a new version')
    .action((policyId: string, file: string, options: ApiOptions) => withClient(options, context, async (client) => {
      const saved = await client.putPolicy(policyId, await readDocument(file, context) as PolicyBody);
      answer(context, saved, () => [`Policy ${policyId} is saved, version ${saved.version}.`]);
    }));

  withApiOptions(policies.command('show').argument('<policyId>', 'the policy'))
    .description('a policy as it is in force')
    .action((policyId: string, options: ApiOptions) => withClient(options, context, async (client) => {
      const policy = await client.policy(policyId);
      answer(context, policy, () => [
        ...facts([
          ['policy', policy.policyId], ['name', policy.name], ['version', policy.version], ['since (UTC)', moment(policy.updatedAt)],
          ['severity', policy.defaults.severity], ['zones', policy.defaults.zones?.join(', ')],
          ['chain', policy.defaults.chain], ['quiet hours', policy.defaults.quietHours && quietText(policy.defaults.quietHours)], ...assigneeRows(policy),
        ]),
        ...table(policy.rules.map(({ ruleId, severity, zones }) => [ruleId, severity, zones?.join(', ')]), ['rule', 'severity', 'zones']),
      ]);
    }));

  withApiOptions(policies.command('list'))
    .description('all policies')
    .action((options: ApiOptions) => withClient(options, context, async (client) => {
      const found = await everyPage((cursor) => client.policies(cursor), (page) => page.policies);
      answer(context, { policies: found }, () => (found.length === 0 ? ['No policies.'] : table(
        found.map(({ policyId, version, name, rules }) => [policyId, version, name, rules.map(({ ruleId }) => ruleId).join(', ')]), ['policy', 'version', 'name', 'rules'])));
    }));

  withApiOptions(policies.command('remove').argument('<policyId>', 'a policy that nobody has'))
    .description('remove a policy; its rules stay')
    .action((policyId: string, options: ApiOptions) => withClient(options, context, async (client) => {
      await client.deletePolicy(policyId);
      answer(context, { policyId }, () => [`Policy ${policyId} is removed.`]);
    }));

  addAssigning(policies, context, 'policy');
}
