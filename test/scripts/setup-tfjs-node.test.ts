/** How `npm run setup:tfjs-node` ends where the binding cannot be built. That it builds and computes is seen by CI, which runs it, and by the tests that need it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeCheckout } from './checkout.ts';
import type { Checkout } from './checkout.ts';

let checkout: Checkout;

beforeEach(() => {
  checkout = makeCheckout({ needs: {}, assets: [] });
  // As npm leaves a checkout, but for the packages.
  checkout.put('project/node_modules/.package-lock.json', readFileSync(join(checkout.dir, 'package-lock.json'), 'utf8'));
  tool('npm', 'exit 1');
});
afterEach(() => checkout.remove());

/** An executable on a PATH that has nothing else. */
function tool(name: string, script: string): void {
  chmodSync(checkout.put(`tools/${name}`, `#!/bin/sh\n${script}\n`), 0o755);
}
const havePackage = (): string => checkout.put('project/node_modules/@tensorflow/tfjs-node/package.json', JSON.stringify({ version: '4.22.0' }));
/** A python3 whose pip does this with the folder that it shall download into. */
const pip = (script: string): void => tool('python3', `while [ $# -gt 0 ]; do if [ "$1" = --dest ]; then dest=$2; fi; shift; done\n[ -z "$dest" ] || { ${script}; }`);
const compilers = (): void => ['g++', 'make'].forEach((name) => tool(name, 'exit 0'));

async function setUp(): Promise<{ code: number | null; said: string }> {
  const { npm_execpath: _npm, ...env } = checkout.env;
  const child = spawn(process.execPath, [join(checkout.dir, 'scripts', 'setup-tfjs-node.mjs')], { env: { ...env, PATH: join(checkout.site, 'tools') }, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said };
}

const cached = (folder: string): string[] => (existsSync(join(checkout.site, 'cache', folder)) ? readdirSync(join(checkout.site, 'cache', folder)) : []);

it('says when npm left the optional package out, and ends as on a machine that lacks something', async () => {
  expect(await setUp()).toEqual({ code: 3, said: expect.stringMatching(/npm left out @tensorflow\/tfjs-node.*npm ci --include=optional/) });
});

describe.skipIf(`${process.platform}-${process.arch}` !== 'linux-x64')('where the library has a build for this machine', () => {
  beforeEach(() => { havePackage(); });

  it('names every tool that is missing and how to get it, before anything is downloaded', async () => {
    tool('make', 'exit 0');
    expect(await setUp()).toEqual({ code: 3, said: expect.stringMatching(/needed to compile: g\+\+, python3\. What helps: on Debian: apt-get install g\+\+ python3-pip/) });
  });

  it('says what pip said when the library cannot be downloaded', async () => {
    compilers();
    pip('echo "ERROR: no route to the index" >&2; exit 1');
    expect(await setUp()).toEqual({ code: 3, said: expect.stringMatching(/tensorflow-cpu==\S+ could not be downloaded: .*no route to the index.* What helps: /) });
    expect(cached('tensorflow')).toEqual([]);
  });

  it('refuses a library that is not the one whose checksum is known, and keeps nothing of it', async () => {
    compilers();
    pip('echo forged > "$dest/tensorflow_cpu.whl"');
    expect(await setUp()).toEqual({ code: 1, said: expect.stringMatching(/tensorflow-cpu==\S+ was refused: its sha256 is [0-9a-f]{16}\.\.\. instead of/) });
    expect([...cached('tensorflow'), ...cached('incoming'), ...cached('tfjs-node')]).toEqual([]);
  });

  it('leaves the package without a binding when nothing could be built, so that coco-ssd stays on WebAssembly', async () => {
    const lib = join(havePackage(), '..', 'lib');
    symlinkSync(join(checkout.site, 'a-cache-that-is-gone'), lib);
    expect((await setUp()).code).toBe(3);
    const { built } = await checkout.ask<{ built: boolean }>(`
      const { findTfjsNode } = await import(${JSON.stringify(join(checkout.dir, 'scripts', 'provision', 'tfjs-node', 'binding.mjs'))});
      answer = findTfjsNode();`);
    expect(built).toBe(false);
  });
});
