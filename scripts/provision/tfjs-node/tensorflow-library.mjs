/**
 * Brings TensorFlow's C library and its headers into the cache. They come out of the Python wheel of TensorFlow: @tensorflow/tfjs-node carries no
 * library, and downloads an old one from a place that closed networks do not reach.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256OfFile } from '../checksum.mjs';
import { runCommand } from '../command.mjs';
import { cacheDir } from '../places.mjs';
import { step } from '../progress.mjs';
import { downloadWheel } from '../sources/wheel.mjs';
import { MachineLacks } from './machine.mjs';
import { inWorkFolder } from './work-folder.mjs';

export const TENSORFLOW = {
  version: '2.21.0',
  package: 'tensorflow-cpu==2.21.0',
  platform: 'manylinux_2_27_x86_64',
  sha256: 'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
};

/** They export all of the C API. */
const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
/** How the names begin of what is taken out of the wheel: the libraries and the headers of their C API. The rest, another gigabyte, is left. */
const TAKEN = [
  ...LIBRARIES,
  ...['include/tensorflow/c/', 'include/tensorflow/core/platform/ctstring', 'include/tsl/platform/ctstring', 'include/xla/tsl/c/'],
].map((name) => `tensorflow/${name}`);

// `python3 -m zipfile` can only unpack all of a zip file.
const UNPACK = `
import sys, zipfile
wheel, folder, *wanted = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    archive.extractall(folder, [name for name in archive.namelist() if name.startswith(tuple(wanted))])
`;

/**
 * The folder with the libraries and `include`, fetched if it is not in the cache yet. To be called under a lock.
 * @param {import('../progress.mjs').Say} say
 */
export async function ensureTensorflow(say) {
  const place = join(cacheDir(), 'tensorflow', `${TENSORFLOW.version}-${TENSORFLOW.sha256.slice(0, 12)}`);
  if (LIBRARIES.every((name) => existsSync(join(place, name)))) return place;
  return inWorkFolder('tensorflow', async (dir) => {
    await step(say, 'tensorflow', `fetching ${TENSORFLOW.package} (274 MB, seconds on a fast line, minutes on a slow one)`, () => fetchInto(dir));
    mkdirSync(dirname(place), { recursive: true });
    // In one step, so that nobody ever sees half of it. Not stripped of symbols: they cost disk alone, and a stack that names functions is worth it when a library crashes.
    rmSync(place, { recursive: true, force: true });
    renameSync(join(dir, 'tensorflow'), place);
    return place;
  });
}

/** @param {string} dir */
async function fetchInto(dir) {
  const wheel = await downloadWheel(TENSORFLOW, dir).catch((error) => {
    throw new MachineLacks(
      `${TENSORFLOW.package} could not be downloaded: ${error.message}`,
      'see that `python3 -m pip download` reaches a package index (PIP_INDEX_URL names another one)',
    );
  });
  const sha256 = sha256OfFile(wheel);
  if (sha256 !== TENSORFLOW.sha256) throw new Error(`${TENSORFLOW.package} was refused: its sha256 is ${sha256.slice(0, 16)}... instead of ${TENSORFLOW.sha256.slice(0, 16)}...`);
  await runCommand('python3', ['-c', UNPACK, wheel, dir, ...TAKEN]);
}
