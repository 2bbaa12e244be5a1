/**
 * Where the embedded PostgreSQL of a home lies and which account runs it. An ordinary user runs it himself, below the home. PostgreSQL refuses to run as root, so root
 * lends it an unprivileged account, which can reach neither a checkout below root's private folders nor node_modules in it: binaries and data then lie in /var/lib/watchpost.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../../scripts/provision/lock.mjs';
import { completePostgresBinaries, findPostgresBinaries } from '../../scripts/provision/postgres-binaries.mjs';
import type { PostgresBinaries } from '../../scripts/provision/postgres-binaries.mjs';
import type { Log } from './kept-process.ts';

const SYSTEM_DIR = '/var/lib/watchpost';

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

export interface PostgresPlace {
  /** Holds everything of this home's database: data folder, password, log, notes on what runs. */
  readonly dir: string;
  readonly dataDir: string;
  readonly binDir: string;
  /** Who runs the server, when it is not the user of this process. */
  readonly account: Account | undefined;
}

const isRoot = (): boolean => process.getuid?.() === 0;

/** The folder of a home's database; the home must exist. */
export function databaseDirOf(home: string): string {
  if (!isRoot()) return join(realpathSync(home), 'postgres');
  return join(SYSTEM_DIR, createHash('sha256').update(realpathSync(home)).digest('hex').slice(0, 16));
}

/** Prepares folders, account and binaries. Throws when the home's database is known to be elsewhere. */
export async function preparePlace(home: string, log: Log): Promise<PostgresPlace> {
  mkdirSync(home, { recursive: true });
  const dir = databaseDirOf(home);
  refuseStrangeHome(home, dir);
  const binaries = findPostgresBinaries();
  if (!binaries) throw new Error(`no PostgreSQL for ${process.platform}-${process.arch} is installed; run \`npm run setup\`, or name a server in DATABASE_URL`);
  if (!binaries.complete) await completePostgresBinaries(binaries);
  const dataDir = join(dir, 'data');
  if (!isRoot()) {
    mkdirSync(dir, { recursive: true });
    return { dir, dataDir, binDir: join(binaries.nativeDir, 'bin'), account: undefined };
  }
  // A cluster stays with the account that made it, whatever accounts the system has been given since.
  const account: Account = statSync(dataDir, { throwIfNoEntry: false }) ?? unprivilegedAccount(log);
  makePassable(SYSTEM_DIR);
  makePassable(dir);
  writeFileSync(join(home, OUTSIDE_NOTE), `${dir}\n`);
  // The other way round, for an administrator who wonders what this folder is.
  writeFileSync(join(dir, 'home'), `${realpathSync(home)}\n`);
  return { dir, dataDir, binDir: await publicBinaries(binaries), account };
}

/** In a home, names the folder outside it that holds its database. */
export const OUTSIDE_NOTE = 'postgres-dir';

/** A home that changed hands, or one of root's that was moved or copied, would otherwise silently start with an empty database. */
function refuseStrangeHome(home: string, dir: string): void {
  const note = join(home, OUTSIDE_NOTE);
  const outside = existsSync(note) ? readFileSync(note, 'utf8').trim() : undefined;
  if (!isRoot()) {
    if (outside) throw new Error(`the database of ${home} was made by root and lies in ${outside}. What helps: run as root, or use a home of your own`);
    return;
  }
  if (existsSync(join(home, 'postgres', 'data'))) {
    throw new Error(`the database in ${join(home, 'postgres')} was made by an ordinary user. What helps: run as that user, or use another home`);
  }
  if (outside === undefined || outside === dir) return;
  throw new Error(
    existsSync(outside)
      ? `the database of ${home} lies in ${outside}, made before this home was moved or copied. What helps: if it was moved, run \`mv ${outside} ${dir} && rm ${note}\`; if it is a copy, remove ${note} to begin with an empty database`
      : `the database of ${home} was in ${outside}, which is gone. What helps: bring it back, or remove ${note} to begin with an empty database`,
  );
}

/** The server's account must pass through, whatever the umask says; what is private in there is private by itself. */
function makePassable(dir: string): void {
  mkdirSync(dir, { recursive: true });
  chmodSync(dir, 0o755);
}

/** A copy of the binaries that every account can read, made once per version and shared by all homes of the machine. */
async function publicBinaries({ nativeDir, version }: PostgresBinaries): Promise<string> {
  const copy = join(SYSTEM_DIR, `postgres-${version}`);
  if (!existsSync(copy)) {
    await withLock(join(SYSTEM_DIR, '.copying'), () => {
      if (existsSync(copy)) return;
      const unfinished = `${copy}.unfinished`;
      rmSync(unfinished, { recursive: true, force: true });
      cpSync(nativeDir, unfinished, { recursive: true, verbatimSymlinks: true });
      makeReadable(unfinished);
      renameSync(unfinished, copy);
    });
  }
  return join(copy, 'bin');
}

function makeReadable(dir: string): void {
  chmodSync(dir, 0o755);
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) makeReadable(path);
    else if (entry.isFile()) chmodSync(path, statSync(path).mode & 0o100 ? 0o755 : 0o644);
  }
}

/** `postgres` where it exists, else a system account of our own, else `nobody`. */
function unprivilegedAccount(log: Log): Account {
  const existing = accountNamed('postgres') ?? accountNamed('watchpost') ?? makeAccount(log);
  if (existing) return existing;
  log.warn({}, 'cannot make a system account for PostgreSQL, which refuses to run as root; using nobody');
  const nobody = accountNamed('nobody');
  if (!nobody) throw new Error('PostgreSQL refuses to run as root and there is no account to lend it. What helps: create one named watchpost, run as an ordinary user, or name a server in DATABASE_URL');
  return nobody;
}

function makeAccount(log: Log): Account | undefined {
  try {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', '--home-dir', SYSTEM_DIR, '--shell', '/usr/sbin/nologin', 'watchpost'], { stdio: 'pipe' });
    log.info({ account: 'watchpost' }, 'made a system account to run PostgreSQL, which refuses to run as root');
  } catch {
    // Another process may have been faster; else there is no useradd, or no right to use it.
  }
  return accountNamed('watchpost');
}

function accountNamed(name: string): Account | undefined {
  try {
    const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}

/** Gives a path to the account that runs the server. */
export function giveTo(account: Account | undefined, path: string): void {
  if (account) chownSync(path, account.uid, account.gid);
}
