#!/usr/bin/env node
/**
 * Makes a fresh clone ready to run: dependencies, PostgreSQL's links, the Temporal server, detector weights, footage, ffmpeg. Plain Node without dependencies,
 * because it runs before there are any. Safe to run at any time, by several processes and clones at once; when all is there it takes a moment.
 */
import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { resolveNeed } from './provision/assets.mjs';
import { dependenciesAreStamped, installDependencies, installedTreeMatchesLock, stampDependencies } from './provision/dependencies.mjs';
import { withLock } from './provision/lock.mjs';
import { requireNode } from './provision/node-version.mjs';
import { cacheDir, checkoutDir } from './provision/places.mjs';
import { completePostgresBinaries, findPostgresBinaries } from './provision/postgres-binaries.mjs';
import { step } from './provision/progress.mjs';
import { AssetUnavailable, pullAssets, pullNeed } from './provision/pull.mjs';

/** @typedef {import('./provision/manifest.mjs').Need} Need */
/** @typedef {import('./provision/progress.mjs').Say} Say */

/** @type {Need[]} */
export const ALL_NEEDS = ['temporal', 'detector', 'footage', 'ffmpeg'];

/** @param {Say} say */
async function ensureDependencies(say) {
  if (dependenciesAreStamped()) return;
  // Two runs in one clone must not replace node_modules under each other. The lock lies in the cache, because npm empties node_modules.
  const lock = join(cacheDir(), 'locks', `checkout-${createHash('sha256').update(realpathSync(checkoutDir)).digest('hex').slice(0, 12)}`);
  const onWait = (/** @type {{ pid: number }} */ { pid }) => say(`dependencies: process ${pid} is installing them already, waiting for that`);
  await withLock(lock, async () => {
    if (dependenciesAreStamped()) return;
    if (!installedTreeMatchesLock()) {
      await step(say, 'dependencies', 'npm ci (about half a minute on a fast line, some minutes on a slow one)', installDependencies);
    }
    const postgres = findPostgresBinaries();
    if (postgres && !postgres.complete) await completePostgresBinaries(postgres);
    stampDependencies();
  }, { onWait });
}

/**
 * @param {Need} need @param {boolean} required @param {Say} say @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string | undefined>} what is missing, when it may be
 */
async function ensureNeed(need, required, say, env) {
  // A Temporal server that somebody else runs needs no executable here.
  if (need === 'temporal' && env.TEMPORAL_ADDRESS) return undefined;
  try {
    await pullNeed(need, { env, say });
    return undefined;
  } catch (error) {
    if (required || !(error instanceof AssetUnavailable)) throw error;
    say(`${error.message}\nGoing on without: ${need} is only asked for by the demo, the tests and video input.`);
    return need;
  }
}

/**
 * Brings the checkout to where the command can run. Throws when something required cannot be had; the message says what was tried and what helps.
 * @param {{ required?: readonly Need[], wished?: readonly Need[], say?: Say, env?: NodeJS.ProcessEnv }} [options] `wished` is fetched too, but its absence is only said
 */
export async function setUp({ required = ALL_NEEDS, wished = [], say = (line) => console.error(`set-up: ${line}`), env = process.env } = {}) {
  requireNode();
  await ensureDependencies(say);
  for (const need of required) await ensureNeed(need, true, say, env);
  for (const need of wished) await ensureNeed(need, false, say, env);
}

/** @param {string[]} flags */
async function main(flags) {
  const unknown = flags.find((flag) => flag !== '--all');
  if (unknown) throw new Error(`unknown argument ${unknown}; the only one is --all, which fetches also what is only an alternative here`);
  await setUp();
  if (flags.includes('--all')) {
    const missing = (await pullAssets({ all: true, say: (line) => console.error(`set-up: ${line}`) })).filter(({ error, optional }) => error && !optional);
    if (missing.length) throw new Error(missing.map(({ error }) => error).join('\n'));
  }
  const detector = resolveNeed('detector');
  console.error(`set-up: ready; the detector is ${detector?.name}, from ${detector?.source}`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  main(process.argv.slice(2)).catch((error) => {
    console.error(`set-up failed: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  });
}
