/**
 * Takes one file out of a Debian package, as any user: the package is downloaded and opened, never installed. First with the
 * package lists that the machine has, then with lists of our own, since an ordinary user cannot refresh the machine's.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CommandMissing, runCommand } from '../command.mjs';

/**
 * @param {import('../manifest.mjs').DebianSource} source
 * @param {string} dir an empty folder to work in
 * @returns {Promise<string>} path of the file
 */
export async function fetchFromDebian(source, dir) {
  const lists = join(dir, 'lists');
  const cache = join(dir, 'cache');
  mkdirSync(join(lists, 'partial'), { recursive: true });
  mkdirSync(join(cache, 'archives', 'partial'), { recursive: true });
  // The sandbox user of apt cannot enter a folder below a private home.
  const rights = ['-o', `Dir::Cache=${cache}`, '-o', 'Debug::NoLocking=1', '-o', 'APT::Sandbox::User='];
  const ownLists = [...rights, '-o', `Dir::State::Lists=${lists}`];
  try {
    await runCommand('apt-get', [...rights, 'download', source.package], { cwd: dir });
  } catch (error) {
    if (error instanceof CommandMissing) throw new Error('apt-get is not installed: this is no Debian');
    // An update that fails in one repository, or in a clean-up hook that needs root, may still have brought what we need: the download decides.
    const update = await runCommand('apt-get', [...ownLists, 'update'], { cwd: dir }).then(() => undefined, (failure) => failure);
    await runCommand('apt-get', [...ownLists, 'download', source.package], { cwd: dir }).catch((failure) => {
      throw update ?? failure;
    });
  }
  const archive = readdirSync(dir).find((name) => name.endsWith('.deb'));
  if (!archive) throw new Error(`apt-get brought no package ${source.package}`);
  await extract(join(dir, archive), source.within, dir);
  return join(dir, source.within);
}

/**
 * `dpkg-deb --fsys-tarfile | tar`, because `dpkg-deb -x` would unpack hundreds of MB for one file.
 * @param {string} archive @param {string} within @param {string} dir @returns {Promise<void>}
 */
function extract(archive, within, dir) {
  return new Promise((resolve, reject) => {
    const unpacker = spawn('dpkg-deb', ['--fsys-tarfile', archive], { stdio: ['ignore', 'pipe', 'ignore'] });
    const tar = spawn('tar', ['-xf', '-', '-C', dir, `./${within}`], { stdio: [unpacker.stdout, 'ignore', 'ignore'] });
    // Our copy of the pipe, which would otherwise keep tar waiting for its end.
    unpacker.stdout.destroy();
    unpacker.on('error', reject);
    tar.on('error', reject);
    tar.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${within} is not in the package`))));
  });
}
