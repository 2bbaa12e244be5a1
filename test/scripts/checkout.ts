/** A small checkout of its own, with our scripts and a manifest of its own, alone in a temporary folder. */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { outputOf, startScript } from './processes.ts';

const projectDir = fileURLToPath(new URL('../..', import.meta.url));

export interface Checkout {
  /** Holds the checkout, what lies beside it and its cache. */
  readonly site: string;
  readonly dir: string;
  readonly env: NodeJS.ProcessEnv;
  put(path: string, content: string): string;
  /** Runs JavaScript that may import `assets` and `pull`; what it assigns to `answer` comes back. */
  ask<T>(script: string, env?: NodeJS.ProcessEnv): Promise<T>;
  remove(): void;
}

export const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex');

export function makeCheckout(manifest: object): Checkout {
  const site = mkdtempSync(join(realpathSync(tmpdir()), 'watchpost-site-'));
  const dir = join(site, 'project');
  for (const part of ['scripts', 'bin', 'tsconfig.json', 'package.json', 'package-lock.json']) cpSync(join(projectDir, part), join(dir, part), { recursive: true });
  const { WATCHPOST_ASSETS_DIR: _unset, ...inherited } = process.env;
  const checkout: Checkout = {
    site,
    dir,
    env: { ...inherited, WATCHPOST_CACHE_DIR: join(site, 'cache') },
    put(path, content) {
      const target = join(site, path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, content);
      return target;
    },
    async ask(script, env = {}) {
      const provision = (file: string) => JSON.stringify(pathToFileURL(join(dir, 'scripts', 'provision', file)).href);
      const source = `
        import * as assets from ${provision('assets.mjs')};
        import * as pull from ${provision('pull.mjs')};
        let answer;
        ${script}
        console.log(JSON.stringify(answer ?? null));`;
      return JSON.parse(await outputOf(startScript(source, { env: { ...checkout.env, ...env } })));
    },
    remove: () => rmSync(site, { recursive: true, force: true }),
  };
  checkout.put('project/assets/manifest.json', JSON.stringify(manifest));
  return checkout;
}
