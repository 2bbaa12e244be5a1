/** Brings assets onto this machine: tries their sources in order, checks what they give, keeps it in the cache. */
import { chmodSync, cpSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cachePath, resolveAsset, resolveNeed, searchAsset } from './assets.mjs';
import { mismatch } from './checksum.mjs';
import { withLock } from './lock.mjs';
import { assetNamed, manifest, platform } from './manifest.mjs';
import { assetFolders, cacheDir } from './places.mjs';
import { step } from './progress.mjs';
import { fetchFromDebian } from './sources/debian-package.mjs';
import { fetchFromNpm } from './sources/npm-package.mjs';
import { deriveDynamicInput } from './sources/onnx-dynamic-input.mjs';
import { fetchFromUrl } from './sources/url.mjs';
import { fetchFromWheel } from './sources/wheel.mjs';

/** @typedef {import('./assets.mjs').FoundAsset} FoundAsset */
/** @typedef {import('./manifest.mjs').Asset} Asset */
/** @typedef {import('./manifest.mjs').Need} Need */
/** @typedef {import('./manifest.mjs').Source} Source */
/** @typedef {{ env?: import('./places.mjs').Environment, say?: import('./progress.mjs').Say }} PullOptions */

/** An asset that cannot be had; the message names every place and source that was tried, and what helps. */
export class AssetUnavailable extends Error {
  /** @param {string} name @param {string[]} tried @param {string} help */
  constructor(name, tried, help) {
    super(`${name} could not be had. Tried:\n${tried.map((line) => `  - ${line}`).join('\n')}\n${help}`);
    this.name = 'AssetUnavailable';
    this.tried = tried;
    this.help = help;
  }
}

/** @param {Source} source */
function describe(source) {
  switch (source.kind) {
    case 'url': return `from ${source.url}`;
    case 'npm': return `from the npm package ${source.package}`;
    case 'debian': return `from the Debian package ${source.package}`;
    case 'wheel': return `from the Python wheel ${source.package}`;
    case 'derived': return `made from ${source.from}`;
  }
}

/** @param {Source} source */
function expectation({ downloadBytes }) {
  return downloadBytes ? ` (${Math.round(downloadBytes / 1e6)} MB, seconds on a fast line, minutes on a slow one)` : '';
}

/**
 * @param {Source} source @param {string} dir @param {Asset} asset @param {Required<PullOptions>} options
 * @returns {Promise<string>} path of what the source gave
 */
async function fetchFrom(source, dir, asset, options) {
  switch (source.kind) {
    case 'url': return fetchFromUrl(source, dir, asset);
    case 'npm': return fetchFromNpm(source, dir);
    case 'debian': return fetchFromDebian(source, dir);
    case 'wheel': return fetchFromWheel(source, dir);
    case 'derived': return deriveDynamicInput((await pullAsset(source.from, options)).path, dir);
  }
}

/**
 * Checks a file or folder and moves it into the cache in one step, so that nobody ever sees half of it.
 * @param {string} path @param {Asset} asset @param {import('./places.mjs').Environment} env
 */
function admit(path, asset, env) {
  const reason = mismatch(path, asset);
  if (reason !== undefined) throw new Error(`refused: ${reason}`);
  if (asset.kind === 'tool') chmodSync(path, 0o755);
  const place = cachePath(asset, env);
  rmSync(place, { recursive: true, force: true });
  mkdirSync(dirname(place), { recursive: true });
  renameSync(path, place);
}

/** @param {Asset} asset @param {import('./places.mjs').Environment} env */
function placesLookedAt(asset, env) {
  if (asset.kind === 'tool') return [`${asset.variable}: not set`, `PATH: no ${asset.name}`];
  const folders = assetFolders(env).map(({ dir, source }) => `${source} (${dir}): no ${asset.path}`);
  return env.WATCHPOST_ASSETS_DIR ? folders : ['WATCHPOST_ASSETS_DIR: not set', ...folders];
}

/** @param {Asset} asset */
function whatHelps(asset) {
  if (asset.kind === 'tool') return `What helps: install ${asset.name} and name it in ${asset.variable}, or put it on PATH.`;
  return `What helps: put it as ${asset.path} into a folder and name that folder in WATCHPOST_ASSETS_DIR.`;
}

/**
 * The asset, fetched if it is not on this machine yet. Several processes may call this at once: one fetches, the others wait and use it.
 * @param {string} name @param {PullOptions} [options] @returns {Promise<FoundAsset>}
 */
export async function pullAsset(name, { env = process.env, say = () => {} } = {}) {
  const asset = assetNamed(name);
  const early = searchAsset(name, env);
  if (early.found) return early.found;
  // A tool that a person named and that is not there: fetching another would hide his mistake.
  if (asset.variable && env[asset.variable]) throw new AssetUnavailable(name, early.refused.map(({ path, reason }) => `${path}: ${reason}`), whatHelps(asset));

  return withLock(join(cacheDir(env), 'locks', name), async () => {
    const { found, refused } = searchAsset(name, env);
    if (found) return found;
    const tried = refused.length ? refused.map(({ path, reason }) => `${path}: refused, ${reason}`) : placesLookedAt(asset, env);
    if (!asset.sources.length) tried.push(asset.kind === 'tool' ? `no build for ${platform} is listed in the manifest` : 'the manifest lists no other source');
    for (const source of asset.sources) {
      // One folder per asset and under its lock, so what a killed run left behind is cleared by the next.
      const dir = join(cacheDir(env), 'incoming', name);
      rmSync(dir, { recursive: true, force: true });
      mkdirSync(dir, { recursive: true });
      try {
        await step(say, name, `${describe(source)}${expectation(source)}`, async () => admit(await fetchFrom(source, dir, asset, { env, say }), asset, env));
        return /** @type {FoundAsset} */ (resolveAsset(name, env));
      } catch (error) {
        const reason = error instanceof AssetUnavailable ? `that could not be had either (${error.tried.at(-1)})` : error instanceof Error ? error.message : String(error);
        tried.push(`${describe(source)}: ${reason}`);
        say(`${name}: cannot be had that way here, going on`);
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    }
    throw new AssetUnavailable(name, tried, whatHelps(asset));
  }, { onWait: ({ pid }) => say(`${name}: process ${pid} is fetching it already, waiting for that`) });
}

/**
 * The best candidate for a need that is on this machine, else the first that can be fetched.
 * @param {Need} need @param {PullOptions} [options] @returns {Promise<FoundAsset>}
 */
export async function pullNeed(need, options = {}) {
  const found = resolveNeed(need, options.env);
  if (found) return found;
  const { anyOf } = manifest().needs[need];
  const tried = [];
  for (const name of anyOf) {
    try {
      return await pullAsset(name, options);
    } catch (error) {
      if (!(error instanceof AssetUnavailable)) throw error;
      if (anyOf.length === 1) throw error;
      tried.push(...error.tried.map((line) => `${name}: ${line}`));
    }
  }
  throw new AssetUnavailable(`${need} (${anyOf.join(' or ')})`, tried, whatHelps(assetNamed(String(anyOf[0]))));
}

/**
 * What `watchpost assets pull` does: every need, or with `all` every asset, is checked byte by byte and kept in the cache, so that it is there
 * when the folders are gone. An asset that cannot be had is reported, and does not stop the others.
 * @param {PullOptions & { all?: boolean }} [options]
 * @returns {Promise<{ name: string, optional: boolean, found?: FoundAsset, error?: string }[]>}
 */
export async function pullAssets({ all = false, env = process.env, say = () => {} } = {}) {
  const needs = /** @type {Need[]} */ (Object.keys(manifest().needs));
  const wanted = all
    ? manifest().assets.map(({ name, optional }) => ({ name, optional, pull: () => pullAsset(name, { env, say }) }))
    : needs.map((need) => ({ name: need, optional: false, pull: () => pullNeed(need, { env, say }) }));
  const results = [];
  for (const { name, optional, pull } of wanted) {
    try {
      results.push({ name, optional, found: await kept(await pull(), { env, say }) });
    } catch (error) {
      results.push({ name, optional, error: error instanceof Error ? error.message : String(error) });
    }
  }
  return results;
}

/**
 * @param {FoundAsset} found @param {Required<PullOptions>} options
 * @returns {Promise<FoundAsset>} the same asset, proven, in the cache unless it is a person's own tool or committed
 */
async function kept(found, options) {
  const asset = assetNamed(found.name);
  const place = cachePath(asset, options.env);
  if (found.path === place) {
    if (mismatch(place, asset) === undefined) return found;
    rmSync(place, { recursive: true, force: true });
    return pullAsset(found.name, options);
  }
  if (asset.kind === 'tool' || asset.checkout || mismatchOrMissing(place, asset) === undefined) return found;
  await withLock(join(cacheDir(options.env), 'locks', asset.name), () => {
    const incoming = join(cacheDir(options.env), 'incoming', asset.name);
    rmSync(incoming, { recursive: true, force: true });
    cpSync(found.path, incoming, { recursive: true });
    admit(incoming, asset, options.env);
  });
  return { name: found.name, path: place, source: 'the cache' };
}

/** @param {string} path @param {Asset} asset */
function mismatchOrMissing(path, asset) {
  try {
    return mismatch(path, asset);
  } catch {
    return 'it is missing';
  }
}
