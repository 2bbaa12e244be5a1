/** Result files that are of age. Nothing in the pipeline reads them, and what they say stands in the ledger too, so their age is all that counts. */
import { randomBytes } from 'node:crypto';
import { opendir, rename, stat, unlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Removal } from '../../activities/ports/frame-store.ts';
import { TEMPORARY, absent } from './durable-write.ts';

/** Walks through all results, some files with each call, and begins again after the last. */
export function createResultExpiry(results: string): (before: Date, most: number) => Promise<Removal> {
  let walk: AsyncGenerator<string> | undefined;
  return async (before, most) => {
    walk ??= filesBelow(results);
    let removal = { files: 0, bytes: 0 };
    for (let looked = 0; looked < most; looked += 1) {
      const next = await walk.next().catch((error: unknown) => { walk = undefined; throw error; });
      if (next.done) { walk = undefined; break; }
      const bytes = await removeOld(results, next.value, before);
      if (bytes !== undefined) removal = { files: removal.files + 1, bytes: removal.bytes + bytes };
    }
    return removal;
  };
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  for await (const entry of await opendir(folder)) {
    if (entry.name === TEMPORARY) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

/** Its size, or undefined when it stays. */
async function removeOld(results: string, path: string, before: Date): Promise<number | undefined> {
  // The name is the capture time, and nothing is written before it was captured: most files need no look at all.
  if (basename(path) > before.toISOString().replace(/[-:]/g, '')) return undefined;
  try {
    if ((await stat(path)).mtime >= before) return undefined;
    // Aside first: a replay may write the file anew between the look and the removal.
    const aside = join(results, TEMPORARY, `old-${randomBytes(8).toString('hex')}`);
    await rename(path, aside);
    const found = await stat(aside);
    await (found.mtime < before ? unlink(aside) : rename(aside, path));
    return found.mtime < before ? found.size : undefined;
  } catch (error) {
    return absent(error);
  }
}
