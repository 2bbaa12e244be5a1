/** How many bytes the pictures take, found out by looking. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { absent } from './durable-write.ts';
import { PICTURE_FOLDERS } from './paths.ts';

/**
 * Pictures that are looked at one by one. Names are hashes, so every folder is a fair sample of the whole: in a larger store some folders
 * stand for all, one or two per cent off, and a look costs the same however large the store is. A smaller one is measured exactly.
 */
const ENOUGH_PICTURES = 20_000;

export async function measurePictures(root: string, enough = ENOUGH_PICTURES): Promise<number> {
  // Anywhere, so that the error is another one at each look.
  const start = Math.floor(Math.random() * PICTURE_FOLDERS.length);
  let [bytes, pictures, folders] = [0, 0, 0];
  while (folders < PICTURE_FOLDERS.length && pictures < enough) {
    const folder = join(root, PICTURE_FOLDERS[(start + folders) % PICTURE_FOLDERS.length]!);
    const names = await readdir(folder);
    const sizes = await Promise.all(names.map((name) => sizeOf(join(folder, name))));
    bytes += sizes.reduce((sum, size) => sum + size, 0);
    pictures += names.length;
    folders += 1;
  }
  return Math.round(bytes / folders * PICTURE_FOLDERS.length);
}

/** A picture that is removed during the look counts nothing. */
async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(absent))?.size ?? 0;
}
