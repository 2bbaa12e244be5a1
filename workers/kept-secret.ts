/** Secrets of a home: made when they are first needed, kept in files that only their owner can read. */
import { randomBytes } from 'node:crypto';
import { link, readFile, unlink, writeFile } from 'node:fs/promises';
import { Failure } from '../contracts/failures.ts';
import type { Log } from './log.ts';

export interface KeptSecret {
  readonly path: string;
  /** As log lines and failures call it: `admin key`. */
  readonly name: string;
  /** One line. Called only while there is no file. */
  mint(): string;
}

export async function ensureKeptSecret({ path, name, mint }: KeptSecret, log: Log): Promise<string> {
  const kept = await readSecret(path, name);
  if (kept !== undefined) return kept;
  await keep(path, mint());
  log.info({ path }, `${name} kept`);
  return (await readSecret(path, name))!;
}

async function readSecret(path: string, name: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text?.trim() === '') throw new Failure('setting_invalid', `${path} is empty; remove it to have a new ${name} made`);
  return text?.trim();
}

/** On disk before it has its name, so that a power cut leaves no empty file; linked into place, so that of two first starts at once one secret wins and both use it. */
async function keep(path: string, secret: string): Promise<void> {
  const draft = `${path}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, `${secret}\n`, { mode: 0o600, flag: 'wx', flush: true });
  await link(draft, path)
    .catch((error: NodeJS.ErrnoException) => { if (error.code !== 'EEXIST') throw error; })
    .finally(() => unlink(draft));
}
