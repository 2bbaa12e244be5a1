/** Where the running API of a home answers: a file with one line, there from readiness to the orderly stop. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const addressPath = (home: string): string => join(home, 'address');

/** Undefined when there is no file; what it names may be gone all the same, after a kill or a power cut. */
export const readAddress = (home: string): Promise<string | undefined> => readLine(addressPath(home));

/** Renamed into place, so that nobody reads half an address. */
export async function writeAddress(home: string, url: string): Promise<void> {
  const path = addressPath(home);
  await writeFile(`${path}.new`, `${url}\n`);
  await rename(`${path}.new`, path);
}

export const removeAddress = (home: string): Promise<void> => rm(addressPath(home), { force: true });

/** The first line of a small file; undefined when there is none. */
export async function readLine(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).split('\n')[0]?.trim() || undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
