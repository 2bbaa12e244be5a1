/** `watchpost groups`: users that get rules together. */
import type { Command } from 'commander';
import { withApiOptions, withClient } from '../api-access.ts';
import type { ApiOptions } from '../api-access.ts';
import { answer } from '../context.ts';
import type { Context } from '../context.ts';
import { everyPage } from '../every-page.ts';
import { idList } from '../id-list.ts';
import { table } from '../table.ts';

export function addGroups(program: Command, context: Context): void {
  const groups = program.command('groups').description('groups of users that get rules together');

  withApiOptions(groups.command('put').argument('<groupId>', 'chosen by you'))
    .description('create or rename a group')
    .requiredOption('--name <text>', 'as people write it')
    .action((groupId: string, { name, ...options }: ApiOptions & { name: string }) => withClient(options, context, async (client) => {
      const group = await client.putGroup(groupId, { name });
      answer(context, group, () => [`Group ${groupId} is saved.`]);
    }));

  withApiOptions(groups.command('members').argument('<groupId>', 'the group'))
    .description('who is in a group; with --users, who shall be')
    .option('--users <ids>', 'replace the members: user ids with commas between, or @file with one on a line', idList)
    .action((groupId: string, { users, ...options }: ApiOptions & { users?: readonly string[] }) => withClient(options, context, async (client) => {
      if (users !== undefined) await client.putMembers(groupId, users);
      const userIds = await everyPage((cursor) => client.members(groupId, cursor), ({ userIds: page }) => page);
      answer(context, { groupId, userIds }, () => [userIds.length === 0 ? `Group ${groupId} has no members.` : `Group ${groupId}: ${userIds.join(', ')}`]);
    }));

  withApiOptions(groups.command('list'))
    .description('all groups')
    .action((options: ApiOptions) => withClient(options, context, async (client) => {
      const found = await everyPage((cursor) => client.groups(cursor), (page) => page.groups);
      answer(context, { groups: found }, () => (found.length === 0 ? ['No groups.'] : table(found.map(({ groupId, name, members }) => [groupId, name, members]), ['group', 'name', 'users'])));
    }));

  withApiOptions(groups.command('remove').argument('<groupId>', 'a group without rules and policies'))
    .description('remove a group; its users stay')
    .action((groupId: string, options: ApiOptions) => withClient(options, context, async (client) => {
      await client.deleteGroup(groupId);
      answer(context, { groupId }, () => [`Group ${groupId} is removed.`]);
    }));
}
