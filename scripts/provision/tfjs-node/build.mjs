/** Compiles the binding of @tensorflow/tfjs-node against the TensorFlow library of the cache, aside, and puts it into place when it has computed. */
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import { npm } from '../npm.mjs';
import { checkoutDir } from '../places.mjs';
import { step } from '../progress.mjs';
import { MachineLacks, findNodeHeaders } from './machine.mjs';
import { prove } from './prove.mjs';
import { inWorkFolder } from './work-folder.mjs';

/** Parts of the package in node_modules that belong to a build. */
const BUILT = ['lib', 'deps', 'build', 'build-tmp-napi-v8'];

/**
 * The names by which the package's build and the binding ask for the libraries. With `libtensorflow.so.2.9.1` missing the package would download that version.
 * @type {Record<string, string>}
 */
const LINKS = {
  'libtensorflow.so': 'libtensorflow_cc.so.2',
  'libtensorflow.so.2.9.1': 'libtensorflow_cc.so.2',
  'libtensorflow_cc.so.2': 'libtensorflow_cc.so.2',
  'libtensorflow_framework.so': 'libtensorflow_framework.so.2',
  'libtensorflow_framework.so.2': 'libtensorflow_framework.so.2',
};

/**
 * @param {{ packageDir: string, library: string, place: string, say: import('../progress.mjs').Say }} what
 * `library`: the folder that has the TensorFlow library; `place`: where the package with its binding shall lie. Both in the cache.
 */
export async function buildBinding({ packageDir, library, place, say }) {
  // The folder is as deep in the cache as the place is, so that the links to the library, which are relative so that a cache can be moved, hold in both.
  await inWorkFolder('tfjs-node', async (work) => {
    cpSync(packageDir, work, { recursive: true, filter: (path) => !BUILT.includes(relative(packageDir, path)) });
    linkLibrary(library, work);
    await compile(work, say);
    await prove(work);
    for (const left of ['build', 'build-tmp-napi-v8', 'deps/include']) rmSync(join(work, left), { recursive: true, force: true });
    rmSync(place, { recursive: true, force: true });
    mkdirSync(dirname(place), { recursive: true });
    renameSync(work, place);
  });
}

/** @param {string} library @param {string} work */
function linkLibrary(library, work) {
  const lib = join(work, 'deps', 'lib');
  mkdirSync(lib, { recursive: true });
  symlinkSync(join(library, 'include'), join(work, 'deps', 'include'));
  for (const [name, target] of Object.entries(LINKS)) symlinkSync(relative(lib, join(library, target)), join(lib, name));
}

/**
 * By the package's own script, which builds and downloads nothing; `npm rebuild` would try a binding that somebody else built first.
 * @param {string} work @param {import('../progress.mjs').Say} say
 */
async function compile(work, say) {
  const headers = await findNodeHeaders();
  if (!headers) say('tfjs-node: no headers of Node here (include/node/node_api.h); node-gyp tries to download them');
  const env = {
    ...process.env,
    PATH: [join(checkoutDir, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
    ...(headers ? { npm_config_nodedir: headers } : {}),
  };
  await step(say, 'tfjs-node', 'compiling its binding (a quarter to half a minute)', () => npm(['run', 'build-addon-from-source'], { cwd: work, env })).catch((error) => {
    throw headers ? error : new MachineLacks(
      `the binding was not compiled, and the headers of Node are not here: ${error.message}`,
      'install Node with its headers (archives of nodejs.org have them), or name the folder above their include/node in npm_config_nodedir',
    );
  });
  if (!existsSync(join(work, 'lib'))) throw new Error('the build of @tensorflow/tfjs-node ended without a binding');
}
