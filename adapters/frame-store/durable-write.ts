/** Files that are there whole or not at all, and where that is asked for still there after a power cut. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure, failureIn } from '../../contracts/failures.ts';

/** Below each root; on the same file system, because a rename cannot cross one. No picture and no result can have this name. */
export const TEMPORARY = '.tmp';
/** A write takes seconds. What is older was left by a process that died. */
const LEFTOVER_MS = 10 * 60_000;
/** Pictures of people: for our own account only. All processes of an installation run under one. */
export const FILE_MODE = 0o600;
export const FOLDER_MODE = 0o700;

/**
 * Write, fdatasync, rename, fsync of the folder. Without the first sync a power cut can leave a file of zeros under the
 * final name, without the second it can take the name away.
 */
export async function writeDurably(root: string, path: string, bytes: Uint8Array): Promise<void> {
  await writeWhole(root, path, bytes, (file) => file.datasync());
  await syncFolder(dirname(path));
}

/** There whole or not at all for whoever reads it, and for good once the system gets round to it: a power cut takes the last seconds. */
export async function writeWhole(root: string, path: string, bytes: Uint8Array, beforeItIsNamed: (file: FileHandle) => Promise<void> = async () => {}): Promise<void> {
  const temporary = join(root, TEMPORARY, `${process.pid}-${randomBytes(8).toString('hex')}`);
  try {
    const file = await open(temporary, 'wx', FILE_MODE);
    try {
      await file.writeFile(bytes);
      await beforeItIsNamed(file);
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}

/** On Linux a rename is durable only after an fsync of the folder that holds the name (fsync(2), notes). */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a folder and the missing ones above it, each synced into its parent. */
export async function makeFolder(folder: string): Promise<void> {
  const topmost = await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  if (topmost === undefined) return syncFolder(dirname(folder));
  for (let made = folder; ; made = dirname(made)) {
    await syncFolder(dirname(made));
    if (made === topmost) return;
  }
}

/** Removes what crashed writes left behind; those under way, here or in another process, stay. */
export async function sweepTemporary(root: string): Promise<void> {
  const folder = join(root, TEMPORARY);
  const oldestMs = Date.now() - LEFTOVER_MS;
  for (const name of await readdir(folder)) {
    const left = await stat(join(folder, name)).catch(() => undefined);
    if (left !== undefined && left.mtimeMs < oldestMs) await rm(join(folder, name), { force: true });
  }
}

/** A disk that is full, read-only, gone or not ours is an outage, whatever its errno says. */
export async function orUnavailable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (failureIn(error)) throw error;
    const { code = 'unknown error', syscall = 'access' } = error as NodeJS.ErrnoException;
    throw new Failure('frame_store_unavailable', `${code} on ${syscall}`, { cause: error });
  }
}

/** For `catch`: undefined for a file that is not there; any other error goes on. */
export function absent(error: unknown): undefined {
  if (!['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  return undefined;
}
