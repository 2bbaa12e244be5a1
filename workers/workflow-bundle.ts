/** The bundle that workflow workers run, and the only file that knows where workflows are. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CACHE = join(ROOT, 'node_modules', '.cache', 'watchpost');

export interface BundlePlaces {
  /** Holds workflows/ and contracts/. */
  readonly sources: string;
  readonly cache: string;
}

let bundle: Promise<{ codePath: string }> | undefined;

/** Bundling takes 1 to 2 s of a core, so it is done once per state of the sources and shared by all worker processes. */
export const workflowBundle = (): Promise<{ codePath: string }> => (bundle ??= bundleOnDisk({ sources: ROOT, cache: CACHE }));

/** The bundle of these sources as a file, made if it is not there yet. Several processes may ask at once. */
export async function bundleOnDisk({ sources, cache }: BundlePlaces): Promise<{ codePath: string }> {
  const codePath = join(cache, `workflows-${await fingerprint(sources)}.js`);
  if (!existsSync(codePath)) {
    const { code } = await buildWorkflowBundle(sources);
    await mkdir(cache, { recursive: true });
    // Renamed into place: a second process must never read half a bundle.
    const draft = `${codePath}.${process.pid}`;
    await writeFile(draft, code);
    await rename(draft, codePath);
  }
  return { codePath };
}

export function buildWorkflowBundle(sources = ROOT): Promise<{ code: string }> {
  return bundleWorkflowCode({
    workflowsPath: join(sources, 'workflows', 'index.ts'),
    logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} },
  });
}

/** Everything that decides what the bundle holds: our sources in the sandbox and the exact SDK. */
async function fingerprint(sources: string): Promise<string> {
  const hash = createHash('sha256');
  hash.update(createRequire(import.meta.url)('@temporalio/workflow/package.json').version);
  for (const room of ['workflows', 'contracts']) {
    for (const name of (await readdir(join(sources, room))).sort()) {
      if (name.endsWith('.ts')) hash.update(name).update(await readFile(join(sources, room, name)));
    }
  }
  return hash.digest('hex').slice(0, 20);
}
