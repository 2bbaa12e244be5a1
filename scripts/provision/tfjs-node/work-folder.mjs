/** Folders of the cache in which something is made before it is moved into place. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from '../places.mjs';

/**
 * Runs the work with a folder that only this process has: what a killed run had started, such as a compiler, may still write into the folder of that run.
 * To be called under a lock, since it removes what such runs left.
 * @template T
 * @param {string} name @param {(dir: string) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function inWorkFolder(name, work) {
  const incoming = join(cacheDir(), 'incoming');
  mkdirSync(incoming, { recursive: true });
  const remove = (/** @type {string} */ dir) => rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  for (const left of readdirSync(incoming)) if (left.startsWith(`${name}.`)) remove(join(incoming, left));
  const dir = join(incoming, `${name}.${process.pid}`);
  mkdirSync(dir);
  try {
    return await work(dir);
  } finally {
    remove(dir);
  }
}
