/** `watchpost chains`: who is told next while nobody answers. */
import type { Command } from 'commander';
import type { Chain, ChainBody } from '../../api/shapes/chains.ts';
import { CHANNELS } from '../../contracts/delivery.ts';
import { SEVERITIES } from '../../contracts/severity.ts';
import { withApiOptions, withClient } from '../api-access.ts';
import type { ApiOptions } from '../api-access.ts';
import { answer } from '../context.ts';
import type { Context } from '../context.ts';
import { everyPage } from '../every-page.ts';
import { readDocument } from '../read-document.ts';
import { printable, table } from '../table.ts';
import { duration } from '../wording.ts';

export function addChains(program: Command, context: Context): void {
  const chains = program.command('chains').description('escalation chains: who is told next while nobody answers');

  withApiOptions(chains.command('put').argument('<chainId>', 'chosen by you').argument('<file>', 'YAML or JSON with `name:` and `levels:`; - is standard input'))
    .description('save a chain; open incidents go by it from their next step on')
    .action((chainId: string, file: string, options: ApiOptions) => withClient(options, context, async (client) => {
      const saved = await client.putChain(chainId, await readDocument(file, context) as ChainBody);
      answer(context, saved, () => [`Chain ${chainId} is saved.`, ...warningLines(saved)]);
    }));

  withApiOptions(chains.command('show').argument('<chainId>', 'the chain; `default` is the one of users and policies that name none'))
    .description('the levels of a chain')
    .action((chainId: string, options: ApiOptions) => withClient(options, context, async (client) => {
      const chain = await client.chain(chainId);
      answer(context, chain, () => [printable(`${chainId}: ${chain.name}`), ...table(chain.levels.map(levelRow), ['level', 'channels', 'contacts', 'severities', 'then waits', 'repeats']), ...warningLines(chain)]);
    }));

  withApiOptions(chains.command('list'))
    .description('all chains but the built-in one')
    .action((options: ApiOptions) => withClient(options, context, async (client) => {
      const found = await everyPage((cursor) => client.chains(cursor), (page) => page.chains);
      answer(context, { chains: found }, () => (found.length === 0 ? ['No chains but the built-in one: watchpost chains show default'] : table(
        found.map(({ chainId, name, levels, warnings }) => [chainId, name, levels.length, warnings.length]), ['chain', 'name', 'levels', 'warnings'])));
    }));

  withApiOptions(chains.command('remove').argument('<chainId>', 'a chain that no user, policy or open incident names'))
    .description('remove a chain')
    .action((chainId: string, options: ApiOptions) => withClient(options, context, async (client) => {
      await client.deleteChain(chainId);
      answer(context, { chainId }, () => [`Chain ${chainId} is removed.`]);
    }));
}

const levelRow = ({ channels, contacts, severities, waitSeconds, repeats }: Chain['levels'][number], index: number) => [
  index, channels.length === CHANNELS.length ? 'any' : channels.join(', '), contacts === null ? 'of the user' : contacts.join(', '),
  severities.length === SEVERITIES.length ? 'all' : severities.join(', '), duration(waitSeconds * 1_000), repeats,
];

const warningLines = ({ warnings }: Chain): string[] =>
  warnings.map(({ level, code, message }) => `${level === null ? '' : `level ${level}: `}warning ${code}: ${printable(message)}`);
