/** What becomes of coco-ssd in a checkout whose binding was never built, or is broken: in a copy of this one, because here it may be built. */
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkoutDir } from '../../../../scripts/provision/places.mjs';
import { findTfjsNode } from '../../../../scripts/provision/tfjs-node/binding.mjs';
import { makeCheckout } from '../../../scripts/checkout.ts';
import type { Checkout } from '../../../scripts/checkout.ts';
import { outputOf, startScript } from '../../../scripts/processes.ts';
import { assetForTest } from '../../../support/assets.ts';

const modelFolder = await assetForTest('coco-ssd');
const tfjsNode = findTfjsNode();
const BINDING = 'project/node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node';

let checkout: Checkout;
beforeAll(() => {
  checkout = makeCheckout({ needs: {}, assets: [] });
  for (const room of ['activities', 'adapters', 'contracts']) cpSync(join(checkoutDir, room), join(checkout.dir, room), { recursive: true });
  linkPackages(join(checkoutDir, 'node_modules'), join(checkout.dir, 'node_modules'));
});
afterAll(() => checkout.remove());

/** The packages as they are, but for the one that shall have no binding. */
function linkPackages(from: string, to: string): void {
  mkdirSync(to);
  for (const name of readdirSync(from)) {
    if (name === '@tensorflow') linkPackages(join(from, name), join(to, name));
    else if (join(from, name) !== tfjsNode?.packageDir) symlinkSync(join(from, name), join(to, name));
    else cpSync(join(from, name), join(to, name), { recursive: true, filter: (path) => dirname(path) !== tfjsNode.packageDir || !path.endsWith('lib') });
  }
}

/** The runtime that a detector of the checkout has with each choice, or why there is none. */
async function runtimesWith(...choices: readonly string[]): Promise<string[]> {
  const source = `
    import { openDetector } from ${JSON.stringify(join(checkout.dir, 'adapters', 'detector', 'registry.ts'))};
    const resolve = async (name) => (name === 'coco-ssd' ? ${JSON.stringify(modelFolder)} : undefined);
    const answers = [];
    for (const tfjsBackend of ${JSON.stringify(choices)}) {
      try {
        const { detector } = await openDetector({ preferred: 'coco-ssd', threads: 1, tfjsBackend, resolve });
        answers.push(detector.identity.runtime);
        await detector.close();
      } catch (error) {
        answers.push(error.code + ': ' + error.detail);
      }
    }
    console.log(JSON.stringify(answers));`;
  return JSON.parse(await outputOf(startScript(source, { cwd: checkout.dir, env: checkout.env, tsx: true }))) as string[];
}

describe.skipIf(!modelFolder)('coco-ssd where the native binding', () => {
  it('was never built runs on WebAssembly, unless native is asked for by name', async () => {
    const [auto, node] = await runtimesWith('auto', 'node');
    expect(auto).toBe('tfjs-wasm');
    expect(node).toMatch(/^detector_unavailable: coco-ssd: .*is not built; run `npm run setup:tfjs-node`, or set WATCHPOST_TFJS_BACKEND to wasm/);
  });

  it.skipIf(!tfjsNode)('is there and does not load is refused with the reason, and WebAssembly is taken only when it is asked for', async () => {
    checkout.put(BINDING, 'no library');
    const [auto, wasm] = await runtimesWith('auto', 'wasm');
    expect(auto).toMatch(/^detector_unavailable: coco-ssd: .*does not load: .*tfjs_binding\.node.*run `npm run setup:tfjs-node`/);
    expect(wasm).toBe('tfjs-wasm');
  });
});
