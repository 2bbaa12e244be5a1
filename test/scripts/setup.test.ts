import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeCheckout } from './checkout.ts';
import type { Checkout } from './checkout.ts';

/** Stands in for npm: notes that it was called, and leaves the record that npm leaves at the end of an installation. */
const NPM = `
  const fs = require('node:fs');
  fs.appendFileSync(process.env.CALLS, process.argv.slice(2).join(' ') + '\\n');
  fs.mkdirSync('node_modules', { recursive: true });
  fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json');
`;

let checkout: Checkout;
let calls: string;

beforeEach(() => {
  checkout = makeCheckout({ needs: {}, assets: [] });
  calls = join(checkout.site, 'calls');
  checkout.put('npm/npm-cli.js', NPM);
  checkout.put('npm/package.json', '{}');
});
afterEach(() => checkout.remove());

const npmCalls = (): string[] => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []);

interface Run {
  pid: number | undefined;
  code: number | null;
  stdout: string;
  stderr: string;
}

async function node(args: string[], cwd = checkout.dir): Promise<Run> {
  const env = { ...checkout.env, CALLS: calls, npm_execpath: join(checkout.site, 'npm', 'npm-cli.js') };
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text) => (stdout += text));
  child.stderr.on('data', (text) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { pid: child.pid, code, stdout, stderr };
}

const setUp = () => node(['--input-type=module', '--eval', `import { setUp } from ${JSON.stringify(join(checkout.dir, 'scripts', 'setup.mjs'))}; await setUp({ required: [] });`]);

test('a fresh checkout is installed without running install scripts, saying so; a second run does nothing and says nothing', async () => {
  const first = await setUp();
  expect(first).toMatchObject({ code: 0, stderr: expect.stringContaining('dependencies: npm ci') });
  expect(npmCalls()).toEqual([expect.stringMatching(/^ci --ignore-scripts/)]);
  expect(await setUp()).toMatchObject({ code: 0, stdout: '', stderr: '' });
  expect(npmCalls()).toHaveLength(1);
});

test('two set-ups of one checkout at the same time install once', async () => {
  const runs = await Promise.all([setUp(), setUp()]);
  expect(runs.map(({ code }) => code)).toEqual([0, 0]);
  expect(npmCalls()).toHaveLength(1);
});

test('an installation that was cut short is done again', async () => {
  await setUp();
  rmSync(join(checkout.dir, 'node_modules'), { recursive: true });
  mkdirSync(join(checkout.dir, 'node_modules', 'half-a-package'), { recursive: true });
  await setUp();
  expect(npmCalls()).toHaveLength(2);
});

test('a changed lock file is installed', async () => {
  await setUp();
  const path = join(checkout.dir, 'package-lock.json');
  const lock = JSON.parse(readFileSync(path, 'utf8'));
  lock.packages['node_modules/tsx'].version = '0.0.1';
  checkout.put('project/package-lock.json', JSON.stringify(lock));
  await setUp();
  expect(npmCalls()).toHaveLength(2);
});

test('what somebody installed by hand from the same lock file is taken as it is', async () => {
  checkout.put('project/node_modules/.package-lock.json', readFileSync(join(checkout.dir, 'package-lock.json'), 'utf8'));
  expect(await setUp()).toMatchObject({ code: 0, stderr: '' });
  expect(npmCalls()).toEqual([]);
});

test('an npm that fails ends the set-up with what it said and what helps', async () => {
  appendFileSync(join(checkout.site, 'npm', 'npm-cli.js'), `console.error('npm error network is closed'); process.exit(7);`);
  const { code, stderr } = await setUp();
  expect(code).not.toBe(0);
  expect(stderr).toContain('network is closed');
  expect(stderr).toContain('What helps');
});

test('the command line without its dependencies says which command brings them, from any folder and through a link', async () => {
  const link = join(checkout.site, 'watchpost');
  symlinkSync(join(checkout.dir, 'bin', 'watchpost.mjs'), link);
  expect(await node([link, 'status'], checkout.site)).toMatchObject({ code: 1, stderr: expect.stringMatching(/tsx is not installed; run `npm run setup` in .*project/) });
});

test('set-up becomes the command: same process, same arguments, the exit code of the command', async () => {
  symlinkSync(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(checkout.dir, 'node_modules'));
  checkout.put('project/cli/main.ts', `export const main = async (argv: string[]): Promise<number> => { console.log(JSON.stringify({ argv, pid: process.pid })); return 3; };`);
  for (const script of ['scripts/run.mjs', 'bin/watchpost.mjs']) {
    const { code, pid, stdout } = await node([join(checkout.dir, script), 'frames', '--note', 'two words'], checkout.site);
    expect({ code, ...JSON.parse(stdout) }).toEqual({ code: 3, pid, argv: ['frames', '--note', 'two words'] });
  }
});
