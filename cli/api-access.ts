/** How a command that talks to the API finds it: by --url and --key, else through the home of a running plant. */
import type { Command } from 'commander';
import { createClient } from '../client/client.ts';
import type { Client } from '../client/client.ts';
import { Unreachable } from '../client/errors.ts';
import { CommandError, usageError } from './command-error.ts';
import type { Context } from './context.ts';
import { addressPath, readAddress, readLine } from './home-address.ts';

export interface ApiOptions {
  readonly url?: string;
  readonly key?: string;
}

export const withApiOptions = (command: Command): Command => command
  .option('--url <url>', 'address of the API; left out: that of the plant of this home')
  .option('--key <key>', 'bearer key; left out: the admin key of this home');

/** Runs `work` with a client, and says what is the matter when nobody answers. */
export async function withClient<T>(options: ApiOptions, context: Context, work: (client: Client) => Promise<T>): Promise<T> {
  const { home } = context.settings();
  const noted = options.url === undefined ? await readAddress(home) : undefined;
  const baseUrl = options.url ?? noted;
  if (baseUrl === undefined) {
    throw new CommandError('not_running', `no Watchpost runs on the home ${home}: ${addressPath(home)} does not exist`, 'Start one with `watchpost start`, set WATCHPOST_HOME to its home, or give --url and --key.');
  }
  const client = open(baseUrl, options.key ?? await ownKey(home, baseUrl));
  try {
    return await work(client);
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    if (noted === undefined) throw new CommandError('unreachable', error.message, 'Check the address and whether the API runs.', { cause: error });
    throw new CommandError('not_running', `${error.message}; ${addressPath(home)} names it, so a plant ran there and was killed, or is just starting`, 'Start it again with `watchpost start`.', { cause: error });
  } finally {
    await client.close();
  }
}

function open(baseUrl: string, key: string): Client {
  try {
    return createClient({ baseUrl, key });
  } catch (error) {
    if (error instanceof TypeError) throw usageError(error.message, 'Give --url as http://host:port and --key as it was shown.');
    throw error;
  }
}

const OWN_HOSTS = ['127.0.0.1', 'localhost', '[::1]'];

/** The admin key goes to this machine only: a mistyped --url must not hand it to strangers. */
async function ownKey(home: string, baseUrl: string): Promise<string> {
  const path = `${home}/admin.key`;
  if (URL.canParse(baseUrl) && !OWN_HOSTS.includes(new URL(baseUrl).hostname)) {
    throw usageError(`--key is needed for ${baseUrl}`, 'The admin key of this home is only sent to this machine; make another one with `watchpost keys create`.');
  }
  const key = await readLine(path);
  if (key === undefined) throw usageError(`--key is needed: ${path} does not exist`, 'It is made by the first `watchpost start` of a home.');
  return key;
}
