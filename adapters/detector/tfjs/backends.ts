/** Starts what TensorFlow.js computes on, in the thread that calls it. */
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { ready, setBackend } from '@tensorflow/tfjs-core';
import { Failure } from '../../../contracts/failures.ts';
import { findTfjsNode } from '../../../scripts/provision/tfjs-node/binding.mjs';
import { loadTfjsNode } from '../../../scripts/provision/tfjs-node/load.mjs';
import type { TfjsBackend } from './backend-choice.ts';

export async function startBackend(backend: TfjsBackend): Promise<void> {
  const name = backend === 'node' ? loadNative() : await loadWasm();
  if (!(await setBackend(name))) throw new Failure('detector_unavailable', `the backend ${name} of TensorFlow.js does not start`);
  await ready();
}

function loadNative(): string {
  const tfjsNode = findTfjsNode();
  if (!tfjsNode?.built) throw unavailable('the binding of @tensorflow/tfjs-node is not built');
  try {
    loadTfjsNode(tfjsNode.packageDir);
  } catch (error) {
    throw unavailable(`@tensorflow/tfjs-node does not load: ${String(error).slice(0, 300)}`);
  }
  return 'tensorflow';
}

const unavailable = (what: string): Failure =>
  new Failure('detector_unavailable', `${what}; run \`npm run setup:tfjs-node\`, or set WATCHPOST_TFJS_BACKEND to wasm`);

async function loadWasm(): Promise<string> {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  const manifest = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json');
  setWasmPaths(join(dirname(manifest), 'wasm-out') + sep);
  return 'wasm';
}
