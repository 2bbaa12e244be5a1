/** `watchpost keys create`: a key for a camera service, a customer, an operator. */
import { Option } from 'commander';
import type { Command } from 'commander';
import { KEY_ROLES } from '../../adapters/postgres/api-keys.ts';
import type { KeyRole } from '../../adapters/postgres/api-keys.ts';
import { withApiOptions, withClient } from '../api-access.ts';
import type { ApiOptions } from '../api-access.ts';
import { answer } from '../context.ts';
import type { Context } from '../context.ts';
import { facts } from '../table.ts';

interface CreateOptions extends ApiOptions {
  readonly role: KeyRole;
  readonly user?: string;
}

export function addKeys(program: Command, context: Context): void {
  const keys = program.command('keys').description('keys of the API');
  withApiOptions(keys.command('create'))
    .description('make a key; it is shown this once')
    .addOption(new Option('--role <role>', 'what it may do').choices(KEY_ROLES).makeOptionMandatory())
    .option('--user <id>', 'limit it to this user')
    .action((options: CreateOptions) => withClient(options, context, async (client) => {
      const key = await client.createKey({ role: options.role, ...(options.user === undefined ? {} : { userId: options.user }) });
      answer(context, key, () => facts([['key', key.key], ['role', key.role], ['user', key.userId ?? 'all'], ['id', key.keyId]]));
    }));
}
