/** What `npm test` says at its end, from real runs of Vitest on small test files. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkoutDir } from '../../scripts/provision/places.mjs';
import { OUTCOME_PATH_VARIABLE } from '../../scripts/test-outcome-reporter.mjs';
import type { TestOutcome } from '../../scripts/test-outcome-reporter.mjs';

let dir: string;
beforeEach(() => {
  // Inside the checkout, so that the small files find Vitest; in a folder that git ignores.
  mkdirSync(join(checkoutDir, '.watchpost'), { recursive: true });
  dir = mkdtempSync(join(checkoutDir, '.watchpost', 'outcome-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function outcomeOf(files: Readonly<Record<string, string>>): TestOutcome {
  for (const [name, source] of Object.entries(files)) writeFileSync(join(dir, name), `import { describe, expect, it } from 'vitest';\n${source}`);
  writeFileSync(join(dir, 'vitest.config.mjs'), 'export default {};');
  const reporter = join(checkoutDir, 'scripts', 'test-outcome-reporter.mjs');
  spawnSync(process.execPath, [join(checkoutDir, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--root', dir, `--reporter=${reporter}`], {
    encoding: 'utf8', env: { ...process.env, [OUTCOME_PATH_VARIABLE]: join(dir, 'outcome.json') },
  });
  return JSON.parse(readFileSync(join(dir, 'outcome.json'), 'utf8'));
}

it('counts what passed and what failed, and keeps why tests were skipped', () => {
  expect(outcomeOf({
    'a.test.mjs': `
      describe('a', () => { it('passes', () => {}); it('fails', () => expect(1).toBe(2)); });
      it('is skipped with a reason', ({ skip }) => skip('no such thing here'));
      it.skip('is skipped', () => {});`,
  })).toEqual({
    passed: 1, failed: ['a.test.mjs: a > fails'],
    skipped: [{ file: 'a.test.mjs', title: 'is skipped with a reason', reason: 'no such thing here' }, { file: 'a.test.mjs', title: 'is skipped', reason: '' }],
  });
});

it('counts a file that does not load, and an error outside of tests, as failed', () => {
  const { passed, failed } = outcomeOf({
    'broken.test.mjs': `import './no-such-file.mjs';`,
    'late.test.mjs': `it('passes too early', () => { setTimeout(() => { throw new Error('late'); }, 1); return new Promise((done) => setTimeout(done, 50)); });`,
  });
  expect([passed, failed.sort()]).toEqual([1, ['broken.test.mjs', 'error outside of tests: late']]);
});
