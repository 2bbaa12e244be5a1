/**
 * Where the native binding of @tensorflow/tfjs-node lies. npm brings the package without it; what is built is kept in the cache, because `npm ci` empties
 * node_modules, and the package in node_modules has a link to it.
 */
import { existsSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir, checkoutDir } from '../places.mjs';
import { TENSORFLOW } from './tensorflow-library.mjs';

/**
 * @typedef {object} TfjsNodePackage
 * @property {string} packageDir
 * @property {string} version
 * @property {boolean} built whether the binding is there; that it also loads is what `npm run setup:tfjs-node` proves
 */

/** The package's `binary.module_path`, for the newest of its Node-API versions, which every Node that we support has. */
const ADDON = join('lib', 'napi-v8', 'tfjs_binding.node');

/** @param {string} [root] the checkout @returns {TfjsNodePackage | undefined} undefined when npm left the optional package out */
export function findTfjsNode(root = checkoutDir) {
  const packageDir = join(root, 'node_modules', '@tensorflow', 'tfjs-node');
  if (!existsSync(join(packageDir, 'package.json'))) return undefined;
  const { version } = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8'));
  return { packageDir, version, built: existsSync(join(packageDir, ADDON)) };
}

/**
 * Where the cache keeps the package with its binding. One serves every Node, since Node-API is the same in all; another version of the package or of the
 * library gets a place of its own.
 * @param {string} version of the package @param {import('../places.mjs').Environment} [env]
 */
export const builtPlace = (version, env = process.env) =>
  join(cacheDir(env), 'tfjs-node', `${version}-tensorflow-${TENSORFLOW.version}-${process.platform}-${process.arch}`);

/**
 * Gives the package in node_modules the binding of the cache; to be called under a lock. The system resolves the link before it looks for libraries beside the binding, so these are found in the cache.
 * @param {string} packageDir @param {string} place
 */
export function linkBinding(packageDir, place) {
  const link = join(packageDir, 'lib');
  const aside = join(packageDir, 'lib.new');
  rmSync(aside, { force: true });
  symlinkSync(join(place, 'lib'), aside);
  // What is there is a link of ours, or what an earlier attempt of the package's own installation left.
  rmSync(link, { recursive: true, force: true });
  renameSync(aside, link);
}
