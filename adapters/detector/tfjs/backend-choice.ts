/** What TensorFlow.js shall compute on. Apart from starting it, which is done in the inference thread: the main thread has no use for the library. */
import { findTfjsNode } from '../../../scripts/provision/tfjs-node/binding.mjs';

/** Native TensorFlow of @tensorflow/tfjs-node, or WebAssembly. */
export type TfjsBackend = 'node' | 'wasm';

/** `auto`: native where it has been built. */
export type TfjsBackendChoice = TfjsBackend | 'auto';

/** One that is built and does not load fails later, with the reason: to take the other one then would hide that something is broken. */
export function chooseBackend(wanted: TfjsBackendChoice): TfjsBackend {
  if (wanted !== 'auto') return wanted;
  return findTfjsNode()?.built ? 'node' : 'wasm';
}
