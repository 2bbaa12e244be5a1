/** The native binding of @tensorflow/tfjs-node for tests: it takes a compiler and a large download, so it is never built just for a test. */
import { findTfjsNode } from '../../scripts/provision/tfjs-node/binding.mjs';

/** Set by CI where the binding must be there: then its absence fails the tests that need it. */
const REQUIRED = process.env['WATCHPOST_TEST_TFJS_NODE'] === 'required';

/** Whether it is built; false after a line on the terminal that tells which tests miss it and why. */
export function tfjsNodeForTest(): boolean {
  if (findTfjsNode()?.built) return true;
  const missing = 'the binding of @tensorflow/tfjs-node is not built here; `npm run setup:tfjs-node` builds it';
  if (REQUIRED) throw new Error(`WATCHPOST_TEST_TFJS_NODE says that it is required, and ${missing}`);
  process.stderr.write(`SKIPPED: tests that need native TensorFlow, because ${missing}\n`);
  return false;
}
