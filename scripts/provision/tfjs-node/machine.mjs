/** What this machine must have before @tensorflow/tfjs-node can be built on it, and where it has the headers of Node. */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runCommand } from '../command.mjs';
import { npm } from '../npm.mjs';

/** The build is impossible here, as opposed to: it was tried and failed. `npm run setup:tfjs-node` ends with 3 for it, so that CI can tell the two apart. */
export class MachineLacks extends Error {
  /** @param {string} what @param {string} help */
  constructor(what, help) {
    super(`${what}. What helps: ${help}`);
    this.name = 'MachineLacks';
  }
}

/** What node-gyp runs, and the Debian package of each. */
const TOOLS = /** @type {const} */ ([['g++', 'g++'], ['make', 'make'], ['python3', 'python3-pip']]);

/** TensorFlow's wheel is built for one kind of system; elsewhere only the package's own download has a library. */
export function requirePlatform() {
  const header = /** @type {{ glibcVersionRuntime?: string }} */ (/** @type {any} */ (process.report.getReport()).header);
  const here = `${process.platform}-${process.arch}${process.platform === 'linux' && !header.glibcVersionRuntime ? ' without glibc' : ''}`;
  if (here === 'linux-x64') return;
  throw new MachineLacks(
    `TensorFlow is taken from its wheel for linux-x64 with glibc, and this is ${here}`,
    'where the package has a library of its own, `npm rebuild @tensorflow/tfjs-node --ignore-scripts=false` downloads it (TFJS_NODE_BASE_URI names another place); then run this again',
  );
}

export async function requireTools() {
  /** @type {{ tool: string, debianPackage: string }[]} */
  const missing = [];
  for (const [tool, debianPackage] of TOOLS) {
    // A person named another compiler, which make will use.
    if (tool === 'g++' && process.env.CXX) continue;
    await runCommand(tool, ['--version']).catch(() => missing.push({ tool, debianPackage }));
  }
  if (missing.length === 0) return;
  throw new MachineLacks(
    `not installed here, and needed to compile: ${missing.map(({ tool }) => tool).join(', ')}`,
    `on Debian: apt-get install ${missing.map(({ debianPackage }) => debianPackage).join(' ')}`,
  );
}

/**
 * The folder above `include/node`: the one that npm was told of, else the one beside the running Node. The binding uses Node-API alone, so headers of another
 * version of Node do as well.
 * @returns {Promise<string | undefined>} undefined: node-gyp has to download them
 */
export async function findNodeHeaders() {
  const named = process.env.npm_config_nodedir ?? (await npm(['config', 'get', 'nodedir'], { cwd: '/' }).catch(() => '')).trim();
  const beside = dirname(dirname(realpathSync(process.execPath)));
  return [named, beside].find((dir) => dir && existsSync(join(dir, 'include', 'node', 'node_api.h')));
}
