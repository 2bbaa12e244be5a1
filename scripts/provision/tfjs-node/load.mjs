/** Loads @tensorflow/tfjs-node, with what it needs done before. For the inference thread and for the proof after a build. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';

/**
 * Tells TensorFlow how many threads it may compute with, and to keep quiet. To be called in the main thread before the library is loaded: it reads the environment of the
 * process, which a worker thread only has a copy of.
 * @param {{ threads: number }} limit
 */
export function limitTensorflow({ threads }) {
  // Without these it takes every core for itself, beside whatever else infers here.
  process.env.TF_NUM_INTRAOP_THREADS = String(threads);
  // Operations run one after another in the thread that asks for them, so a pool that runs them side by side would only be created.
  process.env.TF_NUM_INTEROP_THREADS = '1';
  // Each process would write to standard error what the processor can do; warnings and errors are still written.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '1';
  // Would say so in two lines that no log level keeps back, and rounds otherwise than WebAssembly does. It saves nothing here: 85 ms of CPU time a frame with it, 84 without.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '0';
}

/**
 * @param {string} packageDir
 * @returns the package, after which TensorFlow.js has the backend `tensorflow`
 */
export function loadTfjsNode(packageDir) {
  provideTypeChecks();
  return createRequire(join(packageDir, 'package.json'))(packageDir);
}

/**
 * tfjs-node 4.22.0, the last release, calls two functions of `util` in its operations that Node 22 warns of and Node 23 has no more (mended upstream in
 * tensorflow/tfjs#8425, never released). The same in all versions, so that the oldest Node tests what the newest runs.
 */
function provideTypeChecks() {
  Object.assign(util, { isArray: Array.isArray, isNullOrUndefined: (/** @type {unknown} */ value) => value === null || value === undefined });
}
