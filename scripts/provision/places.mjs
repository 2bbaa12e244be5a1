/**
 * Where this checkout is and where files that outlive it are kept. The only code that knows the cache folder and the folder beside the checkout.
 */
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {Readonly<Record<string, string | undefined>>} Environment */

export const checkoutDir = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/+$/, '');

/**
 * The cache that all checkouts of one user share.
 * @param {Environment} env
 */
export function cacheDir(env = process.env) {
  if (env.WATCHPOST_CACHE_DIR) return env.WATCHPOST_CACHE_DIR;
  return join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'watchpost');
}

/**
 * Folders that may hold assets laid out as in the manifest, with the words by which people know them.
 * @param {Environment} env
 * @returns {{ dir: string, source: string }[]}
 */
export function assetFolders(env = process.env) {
  const folders = [{ dir: join(dirname(checkoutDir), 'shared'), source: 'the folder shared/ beside the checkout' }];
  if (env.WATCHPOST_ASSETS_DIR) folders.unshift({ dir: env.WATCHPOST_ASSETS_DIR, source: 'WATCHPOST_ASSETS_DIR' });
  return folders;
}
