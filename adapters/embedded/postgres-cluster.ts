/** Makes a home's database cluster, all or nothing, and keeps its password. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { giveTo } from './postgres-place.ts';
import type { PostgresPlace } from './postgres-place.ts';

export const DATABASE_USER = 'watchpost';
export const DATABASE_NAME = 'watchpost';

/** The whole environment of PostgreSQL's programs. */
export const POSTGRES_ENVIRONMENT = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/** Made first and kept, so that a cluster never exists whose password is lost. */
function passwordOf(dir: string): string {
  const path = join(dir, 'password');
  if (!existsSync(path)) {
    const password = randomBytes(24).toString('base64url');
    writeFileSync(`${path}.new`, password, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
  return readFileSync(path, 'utf8');
}

/** Returns the password of the cluster, which is made at the first call. */
export async function ensureCluster(place: PostgresPlace): Promise<string> {
  const password = passwordOf(place.dir);
  const versionFile = join(place.dataDir, 'PG_VERSION');
  if (existsSync(place.dataDir)) {
    await requireSameMajor(place, readFileSync(versionFile, 'utf8').trim());
    return password;
  }
  for (const name of readdirSync(place.dir)) {
    if (name.startsWith('making-')) rmSync(join(place.dir, name), { recursive: true, force: true });
  }
  // Its own name each time: an initdb that outlived its killed parent may still be writing into the last one.
  const making = join(place.dir, `making-${randomBytes(4).toString('hex')}`);
  const dataDir = join(making, 'data');
  const passwordFile = join(making, 'password');
  mkdirSync(making, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  giveTo(place.account, making);
  giveTo(place.account, passwordFile);

  // Text sorts by code point with the rules built into PostgreSQL: an index built today stays right when the machine's C library or ICU is updated.
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  const access = ['--auth=scram-sha-256', `--username=${DATABASE_USER}`, `--pwfile=${passwordFile}`];
  await runProgram(place, 'initdb', [`--pgdata=${dataDir}`, '--data-checksums', ...locale, ...access]);
  const said = await runProgram(place, 'postgres', ['--single', '-D', dataDir, 'postgres'], `CREATE DATABASE ${DATABASE_NAME};\n`);
  // Single-user mode ends with 0 whatever became of the statement.
  if (/\b(ERROR|FATAL|PANIC):/.test(said)) throw new Error(`cannot create the database: ${said}`);
  renameSync(dataDir, place.dataDir);
  rmSync(making, { recursive: true, force: true });
  return password;
}

async function requireSameMajor(place: PostgresPlace, clusterMajor: string): Promise<void> {
  const said = await runProgram(place, 'postgres', ['--version']);
  const major = /\(PostgreSQL\) (\d+)/.exec(said)?.[1];
  if (major !== clusterMajor) {
    throw new Error(`the database in ${place.dataDir} was made by PostgreSQL ${clusterMajor} and this is ${major}. What helps: dump it with the version that made it and load it into a new home`);
  }
}

/** Resolves with all that the program said. It runs as the account that owns the data. */
function runProgram(place: PostgresPlace, program: string, args: string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(place.binDir, program), args, {
      cwd: place.dir,
      env: POSTGRES_ENVIRONMENT,
      uid: place.account?.uid,
      gid: place.account?.gid,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.stdin.on('error', () => {}); // it ended without reading; 'close' tells
    child.stdin.end(input);
    child.on('error', (error) => reject(new Error(`cannot run ${program}: ${error.message}`, { cause: error })));
    child.on('close', (code, signal) => {
      if (code === 0) resolve(said);
      else reject(new Error(`${program} ended with ${signal ?? code}: ${said.trim().slice(-1000)}`));
    });
  });
}
