/**
 * Vitest reporter that keeps what `npm test` says at its end: counts, and which tests were skipped and why. The built-in JSON reporter
 * knows neither the reasons nor errors outside of tests.
 */
import { writeFileSync } from 'node:fs';

/** @typedef {import('vitest/node').TestModule} TestModule */
/** @typedef {import('vitest/node').SerializedError} SerializedError */
/**
 * @typedef {object} TestOutcome
 * @property {number} passed
 * @property {string[]} failed titles; a file that could not be loaded counts as one
 * @property {{ file: string, title: string, reason: string }[]} skipped
 */

/** Where to write; read by this reporter alone, which runs inside Vitest and gets no arguments. */
export const OUTCOME_PATH_VARIABLE = 'WATCHPOST_TEST_OUTCOME_PATH';

export default class TestOutcomeReporter {
  /** @param {readonly TestModule[]} modules @param {readonly SerializedError[]} unhandled */
  onTestRunEnd(modules, unhandled) {
    /** @type {TestOutcome} */
    const outcome = { passed: 0, failed: [], skipped: [] };
    for (const module of modules) {
      const failedBefore = outcome.failed.length;
      for (const test of module.children.allTests()) note(test, outcome);
      // A file that does not load, or a hook around all tests that fails, has no failed test to show for it.
      if (module.state() === 'failed' && outcome.failed.length === failedBefore) outcome.failed.push(module.relativeModuleId);
    }
    for (const error of unhandled) outcome.failed.push(`error outside of tests: ${error.message}`);
    writeFileSync(String(process.env[OUTCOME_PATH_VARIABLE]), JSON.stringify(outcome));
  }
}

/** @param {import('vitest/node').TestCase} test @param {TestOutcome} outcome */
function note(test, outcome) {
  const result = test.result();
  if (result.state === 'passed') outcome.passed += 1;
  else if (result.state === 'failed') outcome.failed.push(`${test.module.relativeModuleId}: ${test.fullName}`);
  else outcome.skipped.push({ file: test.module.relativeModuleId, title: test.fullName, reason: (result.state === 'skipped' && result.note) || '' });
}
