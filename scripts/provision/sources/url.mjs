/** Fetches an asset from a pinned address. Closed networks are normal, so it gives up early. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';

// An address that cannot be reached must not hold up a set-up that has other sources.
const ANSWER_LIMIT_MS = 5_000;
// 4 MB take this long at 40 kB/s; slower lines do better with a copy in WATCHPOST_ASSETS_DIR.
const TRANSFER_LIMIT_MS = 100_000;

/**
 * @param {import('../manifest.mjs').UrlSource} source
 * @param {string} dir an empty folder to work in
 * @param {{ bytes: number }} wanted
 * @returns {Promise<string>} path of the file
 */
export async function fetchFromUrl(source, dir, wanted) {
  const abort = new AbortController();
  const answerTimer = setTimeout(() => abort.abort(new Error(`no answer within ${ANSWER_LIMIT_MS / 1000} s`)), ANSWER_LIMIT_MS);
  const transferTimer = setTimeout(() => abort.abort(new Error(`not complete after ${TRANSFER_LIMIT_MS / 1000} s`)), TRANSFER_LIMIT_MS);
  try {
    const response = await fetch(source.url, { signal: abort.signal });
    clearTimeout(answerTimer);
    if (!response.ok || !response.body) throw new Error(`answered ${response.status}`);
    const path = join(dir, 'download');
    const file = await open(path, 'wx');
    try {
      let bytes = 0;
      for await (const piece of response.body) {
        bytes += piece.length;
        if (bytes > wanted.bytes) throw new Error(`more than the expected ${wanted.bytes} bytes`);
        await file.write(piece);
      }
    } finally {
      await file.close();
    }
    return path;
  } catch (error) {
    // fetch() says only 'fetch failed'; the cause says why.
    throw error instanceof TypeError && error.cause instanceof Error ? error.cause : error;
  } finally {
    clearTimeout(answerTimer);
    clearTimeout(transferTimer);
  }
}
