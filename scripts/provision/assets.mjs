/**
 * Finds assets on this machine; never fetches. The only code that knows where an asset may lie, in which order, and that nothing is used
 * whose checksum is not the manifest's.
 */
import { accessSync, constants, statSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { mismatch } from './checksum.mjs';
import { assetNamed, manifest } from './manifest.mjs';
import { assetFolders, cacheDir, checkoutDir } from './places.mjs';

/** @typedef {import('./places.mjs').Environment} Environment */
/** @typedef {import('./manifest.mjs').Asset} Asset */
/** @typedef {import('./manifest.mjs').Need} Need */
/**
 * @typedef {{ name: string, path: string, source: string }} FoundAsset absolute path of the file or folder, and in words where it was found
 * @typedef {{ path: string, reason: string }} RefusedAsset a place that was looked at and not used
 * @typedef {{ found: FoundAsset | undefined, refused: RefusedAsset[] }} Search
 */

/**
 * Where the cache keeps the asset. By content, so a new version in the manifest never meets the old one.
 * @param {Asset} asset @param {Environment} env
 */
export const cachePath = (asset, env) => join(cacheDir(env), 'assets', asset.sha256.slice(0, 12), asset.name);

/** @param {string} path */
function isExecutableFile(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** @param {string} path */
function exists(path) {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/**
 * Executables are checked when they enter the cache; hashing 170 MB at every start would cost a second, so here the size has to do.
 * @param {Asset} asset @param {Environment} env @returns {Search}
 */
function searchTool(asset, env) {
  const named = asset.variable ? env[asset.variable] : undefined;
  if (named) {
    // A person named this one: falling back to another would hide his mistake.
    if (isExecutableFile(named)) return { found: { name: asset.name, path: named, source: String(asset.variable) }, refused: [] };
    return { found: undefined, refused: [{ path: named, reason: `${asset.variable} names no executable file` }] };
  }
  for (const dir of (env.PATH ?? '').split(delimiter)) {
    const path = join(dir, asset.name);
    if (dir && isExecutableFile(path)) return { found: { name: asset.name, path, source: 'PATH' }, refused: [] };
  }
  const path = cachePath(asset, env);
  if (!isExecutableFile(path)) return { found: undefined, refused: [] };
  const { size } = statSync(path);
  if (size !== asset.bytes) return { found: undefined, refused: [{ path, reason: `it has ${size} bytes instead of ${asset.bytes}` }] };
  return { found: { name: asset.name, path, source: 'the cache' }, refused: [] };
}

/**
 * Looks in all places for an asset, and says of those that hold something unusable why it was refused.
 * @param {string} name @param {Environment} [env] @returns {Search}
 */
export function searchAsset(name, env = process.env) {
  const asset = assetNamed(name);
  if (asset.kind === 'tool') return searchTool(asset, env);
  const path = String(asset.path);
  const places = [
    ...(asset.checkout ? [{ path: join(checkoutDir, asset.checkout), source: 'the checkout' }] : []),
    ...assetFolders(env).flatMap(({ dir, source }) => [
      { path: join(dir, path), source },
      { path: join(dir, basename(path)), source },
    ]),
    { path: cachePath(asset, env), source: 'the cache' },
  ];
  /** @type {RefusedAsset[]} */
  const refused = [];
  for (const place of places) {
    if (!exists(place.path)) continue;
    const reason = mismatch(place.path, asset);
    if (reason === undefined) return { found: { name, ...place }, refused };
    refused.push({ path: place.path, reason });
  }
  return { found: undefined, refused };
}

/**
 * The asset, if it lies on this machine and is the one that the manifest describes.
 * @param {string} name @param {Environment} [env] @returns {FoundAsset | undefined}
 */
export const resolveAsset = (name, env = process.env) => searchAsset(name, env).found;

/**
 * The first candidate for a need that lies on this machine, in the manifest's order of preference.
 * @param {Need} need @param {Environment} [env] @returns {FoundAsset | undefined}
 */
export function resolveNeed(need, env = process.env) {
  for (const name of manifest().needs[need].anyOf) {
    const found = resolveAsset(name, env);
    if (found) return found;
  }
  return undefined;
}
