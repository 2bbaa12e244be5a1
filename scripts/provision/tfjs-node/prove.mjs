/** Proves that a tfjs-node works, in a process of its own: a binding that does not fit can end the process that loads it. */
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runCommand } from '../command.mjs';
import { checkoutDir } from '../places.mjs';
import { limitTensorflow, loadTfjsNode } from './load.mjs';

/**
 * @param {string} packageDir
 * @returns {Promise<string>} the version of the TensorFlow that computed; rejects with what went wrong
 */
export async function prove(packageDir) {
  // A package in the cache finds its dependencies in the checkout.
  const env = { ...process.env, NODE_PATH: join(checkoutDir, 'node_modules') };
  return (await runCommand(process.execPath, [fileURLToPath(import.meta.url), packageDir], { env })).trim();
}

/** @param {string} packageDir */
function multiply(packageDir) {
  limitTensorflow({ threads: 1 });
  const tf = loadTfjsNode(packageDir);
  if (tf.getBackend() !== 'tensorflow') throw new Error(`the backend is ${tf.getBackend()}`);
  const product = [...tf.matMul(tf.tensor2d([[1, 2], [3, 4]]), tf.tensor2d([[5, 6], [7, 8]])).dataSync()];
  if (product.join() !== '19,22,43,50') throw new Error(`a matrix product came out as ${product.join()}`);
  process.stdout.write(tf.backend().binding.TF_Version);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) multiply(String(process.argv[2]));
