#!/usr/bin/env node
/**
 * `npm run setup:tfjs-node`: makes @tensorflow/tfjs-node, which npm installs without its native part, ready to run coco-ssd: fetches the TensorFlow library,
 * compiles the binding, proves that it computes. Optional. Safe to run at any time and by several at once; when all is in the cache it takes seconds.
 * Ends with 0, with 3 where this machine lacks what it takes, with 1 when something that should have worked failed.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './provision/lock.mjs';
import { cacheDir } from './provision/places.mjs';
import { builtPlace, findTfjsNode, linkBinding } from './provision/tfjs-node/binding.mjs';
import { buildBinding } from './provision/tfjs-node/build.mjs';
import { MachineLacks, requirePlatform, requireTools } from './provision/tfjs-node/machine.mjs';
import { prove } from './provision/tfjs-node/prove.mjs';
import { ensureTensorflow } from './provision/tfjs-node/tensorflow-library.mjs';
import { setUp } from './setup.mjs';

/** @param {string} line */
const say = (line) => console.error(`set-up: ${line}`);

/** @param {string} packageDir @returns {Promise<string | undefined>} the version of its TensorFlow; undefined when it does not compute, whatever the cause: then it is built */
const proven = (packageDir) => prove(packageDir).catch(() => undefined);

/** @param {string} version of the package @param {string} packageDir @returns {Promise<string>} where the package with its binding lies in the cache */
async function ensureBuilt(version, packageDir) {
  const place = builtPlace(version);
  if (existsSync(place) && await proven(place)) return place;
  requirePlatform();
  await requireTools();
  const library = await ensureTensorflow(say);
  // It may have been the library alone that was missing.
  if (!existsSync(place) || !await proven(place)) await buildBinding({ packageDir, library, place, say });
  return place;
}

async function main() {
  await setUp({ required: [], say });
  const found = findTfjsNode();
  if (!found) throw new MachineLacks('npm left out @tensorflow/tfjs-node, which is an optional dependency', 'run `npm ci --include=optional`');
  const { packageDir, version } = found;
  // One at a time for all checkouts of this cache, which share what is built.
  const onWait = (/** @type {{ pid: number }} */ { pid }) => say(`tfjs-node: process ${pid} is building it already, waiting for that`);
  const tensorflow = await withLock(join(cacheDir(), 'locks', 'tfjs-node'), async () => {
    // Also what the package's own installation built, where it can.
    const early = found.built ? await proven(packageDir) : undefined;
    if (early) return early;
    linkBinding(packageDir, await ensureBuilt(version, packageDir));
    return prove(packageDir);
  }, { onWait });
  say(`ready; @tensorflow/tfjs-node ${version} computes on TensorFlow ${tensorflow}, coco-ssd uses it unless WATCHPOST_TFJS_BACKEND says otherwise`);
}

main().catch((error) => {
  console.error(`set-up of tfjs-node failed: ${error instanceof Error ? error.message : error}`);
  process.exitCode = error instanceof MachineLacks ? 3 : 1;
});
