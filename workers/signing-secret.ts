/** What links and webhooks are signed with: the setting, or a secret of the home. */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { ensureKeptSecret } from './kept-secret.ts';
import type { Log } from './log.ts';

/** As strong as the hash that signs with it. */
const SECRET_BYTES = 32;

/** The same in every process of a home. Removing the file ends all links that are out. */
export async function ensureSigningSecret({ signingSecret, home }: Pick<Settings, 'signingSecret' | 'home'>, log: Log): Promise<string> {
  if (signingSecret !== undefined) return signingSecret.reveal();
  // A process that is started alone may be the first in its home.
  await mkdir(home, { recursive: true });
  return ensureKeptSecret({ path: signingSecretPath(home), name: 'signing secret', mint: () => randomBytes(SECRET_BYTES).toString('base64url') }, log);
}

export const signingSecretPath = (home: string): string => join(home, 'signing.key');
