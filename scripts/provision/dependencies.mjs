/** Tells whether node_modules holds what package-lock.json says, and installs it. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm } from './npm.mjs';
import { checkoutDir } from './places.mjs';

const stampPath = join(checkoutDir, 'node_modules', '.watchpost-setup');

/** Native packages differ by platform, and what npm picks may differ by Node version. */
const currentStamp = () =>
  createHash('sha256').update(readFileSync(join(checkoutDir, 'package-lock.json'))).update(`${process.version} ${process.platform}-${process.arch}`).digest('hex');

export const dependenciesAreStamped = () => existsSync(stampPath) && readFileSync(stampPath, 'utf8') === currentStamp();

/** The stamp only saves time: in a checkout that belongs to somebody else there is none, and each run compares the tree. */
export function stampDependencies() {
  try {
    writeFileSync(stampPath, currentStamp());
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(String(/** @type {NodeJS.ErrnoException} */ (error).code))) throw error;
  }
}

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, link?: boolean, os?: string[], cpu?: string[], libc?: string[] }} LockedPackage */

/** Whether npm leaves the package out here by right. Only npm knows the rest of its reasons, so optional packages without a platform are not asked for. @param {LockedPackage} locked */
const mayBeMissing = ({ optional, os, cpu, libc }) =>
  optional === true && !(os?.includes(process.platform) && cpu?.includes(process.arch) && libc === undefined);

/**
 * Whether the installed tree, by npm's own record of it, is that of the lock file: then a `npm ci` would only take time. npm writes the record last,
 * so an install that was killed has none.
 */
export function installedTreeMatchesLock() {
  try {
    const locked = /** @type {Record<string, LockedPackage>} */ (JSON.parse(readFileSync(join(checkoutDir, 'package-lock.json'), 'utf8')).packages);
    const installed = /** @type {Record<string, LockedPackage>} */ (JSON.parse(readFileSync(join(checkoutDir, 'node_modules', '.package-lock.json'), 'utf8')).packages);
    const strangers = Object.keys(installed).some((path) => !(path in locked));
    return !strangers && Object.entries(locked).every(([path, wanted]) => {
      if (path === '') return true;
      const found = installed[path];
      return found ? found.version === wanted.version && found.integrity === wanted.integrity : mayBeMissing(wanted);
    });
  } catch {
    return false;
  }
}

/** Replaces node_modules. Development packages too, whatever NODE_ENV says: the tests and the TypeScript runner are part of a checkout. */
export async function installDependencies() {
  try {
    await npm(['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund'], { cwd: checkoutDir });
  } catch (error) {
    const help = 'What helps: check that the npm registry can be reached (npm ping) and that there is space on the disk, then run the command again.';
    throw new Error(`npm ci failed in ${checkoutDir}: ${error instanceof Error ? error.message : error}\n${help}`);
  }
}
