/** Looks at this machine and says what Watchpost has here, what is missing and how to get it. Changes nothing and fetches nothing. */
import { execFileSync } from 'node:child_process';
import { existsSync, statfsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { searchAsset } from './assets.mjs';
import { dependenciesAreStamped, installedTreeMatchesLock } from './dependencies.mjs';
import { manifest } from './manifest.mjs';
import { nodeIsRecent, oldestNode } from './node-version.mjs';
import { cacheDir, checkoutDir } from './places.mjs';
import { findPostgresBinaries } from './postgres-binaries.mjs';
import { findTfjsNode } from './tfjs-node/binding.mjs';

/** @typedef {import('./places.mjs').Environment} Environment */
/** @typedef {import('./manifest.mjs').Need} Need */
/**
 * @typedef {object} Check
 * @property {string} name
 * @property {boolean} ok
 * @property {boolean} required false when Watchpost runs without it
 * @property {string} found what is there, in words
 * @property {string} how how to get it; empty when it is there
 */

// Dependencies and assets take 1.5 GB together; below this a day of frames and a database would fill the disk.
const WANTED_FREE_BYTES = 3e9;

/** @param {string} name @param {boolean} ok @param {string} found @param {string} how @param {boolean} [required] @returns {Check} */
const check = (name, ok, found, how, required = true) => ({ name, ok, required, found, how: ok ? '' : how });

/** @param {string} path @param {string[]} args */
function firstLineOf(path, args) {
  try {
    return String(execFileSync(path, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')[0]);
  } catch (error) {
    return `it does not run: ${error instanceof Error ? error.message.split('\n')[0] : error}`;
  }
}

/** @param {Need} need @param {Environment} env @param {string[]} [versionArguments] @param {boolean} [required] @returns {Check} */
function checkNeed(need, env, versionArguments, required = true) {
  const { anyOf } = manifest().needs[need];
  const searches = anyOf.map((name) => searchAsset(name, env));
  const found = searches.find((search) => search.found)?.found;
  const refused = searches.flatMap((search) => search.refused).map(({ path, reason }) => `; refused ${path}: ${reason}`).join('');
  const version = found && versionArguments ? `, ${firstLineOf(found.path, versionArguments)}` : '';
  const words = found ? `${found.name} from ${found.source} (${found.path})${version}` : `none of ${anyOf.join(', ')}`;
  return check(need, found !== undefined, words + refused, `run \`npm run setup\`; it is for ${manifest().needs[need].for}`, required);
}

/** @param {Environment} env @returns {Check} */
function checkTemporal(env) {
  return env.TEMPORAL_ADDRESS
    ? check('temporal', true, `the server at ${env.TEMPORAL_ADDRESS} (TEMPORAL_ADDRESS); no executable is needed`, '')
    : checkNeed('temporal', env, ['--version']);
}

/** @param {Environment} env @returns {Check} */
function checkPostgres(env) {
  if (env.DATABASE_URL) return check('postgres', true, 'the server that DATABASE_URL names; no binaries are needed', '');
  const binaries = findPostgresBinaries();
  const found = binaries ? `PostgreSQL package ${binaries.version}${binaries.complete ? '' : ', its library links are missing'}` : `none for ${process.platform}-${process.arch}`;
  return check('postgres', binaries?.complete === true, found, 'run `npm run setup`, or name a server in DATABASE_URL');
}

/** @returns {Check} */
function checkTfjsNode() {
  const tfjsNode = findTfjsNode();
  const missing = tfjsNode ? `@tensorflow/tfjs-node ${tfjsNode.version}, its binding is not built` : 'npm left out the optional package @tensorflow/tfjs-node';
  const found = tfjsNode?.built ? `@tensorflow/tfjs-node ${tfjsNode.version} with its binding` : missing;
  return check('tfjs-node', tfjsNode?.built === true, found, 'run `npm run setup:tfjs-node`; it is for coco-ssd on native TensorFlow, which runs on WebAssembly without it', false);
}

/** @param {string} name @param {string} path @returns {Check} */
function checkDisk(name, path) {
  let existing = path;
  while (!existsSync(existing)) existing = dirname(existing);
  const { bavail, bsize } = statfsSync(existing);
  return check(name, bavail * bsize >= WANTED_FREE_BYTES, `${(bavail * bsize / 1e9).toFixed(1)} GB free at ${existing}`, `free some space: ${WANTED_FREE_BYTES / 1e9} GB are wanted`);
}

/** Programs that only tests use, as real peers. @param {string} name @param {string[]} programs @param {string} purpose @param {Environment} env @returns {Check} */
function checkPeer(name, programs, purpose, env) {
  // System daemons lie where an ordinary user's PATH does not look.
  const dirs = [...(env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'].filter(Boolean);
  const path = dirs.flatMap((dir) => programs.map((program) => join(dir, program))).find((candidate) => existsSync(candidate));
  return check(name, path !== undefined, path ?? 'not installed', `run \`npm run setup:peers\` as root; it is for ${purpose}`, false);
}

/** All checks, required ones first. @param {Environment} [env] @returns {Check[]} */
export function diagnose(env = process.env) {
  const installed = dependenciesAreStamped() || installedTreeMatchesLock();
  return [
    check('node', nodeIsRecent(), process.versions.node, `install Node ${oldestNode} or newer`),
    check('dependencies', installed, installed ? 'as package-lock.json says' : 'missing or other than package-lock.json says', 'run `npm run setup`'),
    checkPostgres(env),
    checkTemporal(env),
    checkNeed('detector', env),
    checkDisk('disk space of the checkout', checkoutDir),
    checkDisk('disk space of the cache', cacheDir(env)),
    checkNeed('ffmpeg', env, ['-version'], false),
    checkNeed('footage', env, undefined, false),
    checkTfjsNode(),
    checkPeer('exim', ['exim4', 'exim'], 'tests of the mail channel against a real mail server', env),
    checkPeer('chromium', ['chromium', 'chromium-browser', 'google-chrome'], 'tests and pictures of the web pages', env),
    checkPeer('nagios', ['nagios4'], 'tests of the Nagios channel against a real Nagios', env),
    checkPeer('nsca', ['nsca'], 'tests of the Nagios channel against the daemon of a Nagios on another machine', env),
    checkPeer('send_nsca', ['send_nsca'], 'tests that hold our packets against those of the reference client', env),
  ];
}
