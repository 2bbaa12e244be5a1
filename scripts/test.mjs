#!/usr/bin/env node
/**
 * `npm test`: set-up, types, tests, and a closing line `N passed, N failed` (with `, N skipped` when there are any) that is the last thing said. What was
 * skipped is said loudly, with the reason. Arguments go to Vitest: `npm test -- test/policies`.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkoutDir } from './provision/places.mjs';
import { ALL_NEEDS, setUp } from './setup.mjs';
import { OUTCOME_PATH_VARIABLE } from './test-outcome-reporter.mjs';

/** @typedef {import('./test-outcome-reporter.mjs').TestOutcome} TestOutcome */

/** How tests say that something they need cannot be had here (test/support/assets.ts). */
const SKIP_NOTICE = /SKIPPED: .*/g;

/** @param {string} line */
const say = (line) => console.error(`test: ${line}`);

/**
 * Runs a program of node_modules in this terminal.
 * @param {string} script @param {string[]} args @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<{ code: number, notices: string[] }>} with what was said about skipping
 */
function run(script, args, env = process.env) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(checkoutDir, 'node_modules', script), ...args], { cwd: checkoutDir, env, stdio: ['inherit', 'inherit', 'pipe'] });
    /** @type {Set<string>} */
    const notices = new Set();
    child.stderr.setEncoding('utf8').on('data', (text) => {
      process.stderr.write(text);
      for (const [notice] of text.matchAll(SKIP_NOTICE)) notices.add(notice);
    });
    child.on('error', (error) => {
      say(error.message);
      resolve({ code: 1, notices: [] });
    });
    child.on('close', (code, signal) => {
      if (signal) say(`${script} was ended by ${signal}`);
      resolve({ code: code ?? 1, notices: [...notices] });
    });
  });
}

/** @returns {Promise<string[]>} what failed: nothing, or the types as a whole */
async function checkTypes() {
  say('types (tsc --noEmit)');
  const { code } = await run('typescript/bin/tsc', ['--noEmit']);
  return code === 0 ? [] : ['types: tsc --noEmit'];
}

/** @param {string[]} args @returns {Promise<TestOutcome & { notices: string[] }>} */
async function runTests(args) {
  const dir = mkdtempSync(join(tmpdir(), 'watchpost-test-outcome-'));
  const path = join(dir, 'outcome.json');
  try {
    const reporters = ['--reporter=default', `--reporter=${join(checkoutDir, 'scripts', 'test-outcome-reporter.mjs')}`];
    const { code, notices } = await run('vitest/vitest.mjs', ['run', ...reporters, ...args], { ...process.env, [OUTCOME_PATH_VARIABLE]: path });
    const outcome = readOutcome(path);
    // Whatever else made Vitest fail must not end as a success.
    if (code !== 0 && outcome.failed.length === 0) outcome.failed.push(`vitest ended with ${code}`);
    if (code === 0 && outcome.passed + outcome.skipped.length === 0) outcome.failed.push('no test ran');
    return { ...outcome, notices };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** @param {string} path @returns {TestOutcome} */
function readOutcome(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { passed: 0, failed: [], skipped: [] };
  }
}

/** @param {TestOutcome & { notices: string[] }} outcome */
function tellSkipped({ skipped, notices }) {
  if (skipped.length === 0) return;
  say(`SKIPPED, NOT TESTED HERE: ${skipped.length}`);
  for (const { file, title, reason } of skipped) say(`  ${file}: ${title}${reason ? ` [${reason}]` : ''}`);
  for (const notice of notices) say(`  ${notice}`);
}

/** @param {string[]} args */
async function main(args) {
  // The tests without the thing that cannot be had are better than no tests; they say what they miss.
  await setUp({ required: [], wished: ALL_NEEDS });
  const typeFailures = await checkTypes();
  const outcome = await runTests(args);
  const failed = [...typeFailures, ...outcome.failed];
  tellSkipped(outcome);
  for (const title of failed) say(`FAILED  ${title}`);
  return { passed: outcome.passed, failed: failed.length, skipped: outcome.skipped.length };
}

const { passed, failed, skipped } = await main(process.argv.slice(2)).catch((error) => {
  say(`FAILED  set-up: ${error instanceof Error ? error.message : error}`);
  return { passed: 0, failed: 1, skipped: 0 };
});
process.exitCode = failed === 0 ? 0 : 1;
// Last, and whole: both streams may end in one file.
process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
