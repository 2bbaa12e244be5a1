/** Assets for tests: found or fetched as the product does it. Where one cannot be had, the tests that need it are skipped and say so. */
import { resolveAsset } from '../../scripts/provision/assets.mjs';
import { pullAsset } from '../../scripts/provision/pull.mjs';

/** Path of the file or folder; undefined after a line on the terminal that tells which tests miss it and why. */
export async function assetForTest(name: string): Promise<string | undefined> {
  const found = resolveAsset(name);
  if (found) return found.path;
  try {
    return (await pullAsset(name)).path;
  } catch (error) {
    process.stderr.write(`SKIPPED: tests that need ${name}, because it cannot be had: ${error instanceof Error ? error.message : String(error)}\n`);
    return undefined;
  }
}
