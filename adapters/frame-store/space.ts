/**
 * How much the pictures take and how much the disk has left.
 *
 * The use is measured by a full look at the start and by counting our own writes after that. What other processes write
 * or remove shows at the next look, so the budget can be overshot by what they write in between; the free space is the
 * file system's own word and holds for all.
 */
import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../contracts/failures.ts';
import { isMissing } from './durable-write.ts';
import { PICTURE_FOLDERS } from './paths.ts';

/** A look at 400 000 pictures takes some seconds of disk: not more often than this. */
const LOOK_EVERY_MS = 10 * 60_000;
/** When full, sooner: retention in another process may have made room. */
const LOOK_EVERY_WHEN_FULL_MS = 30_000;
/** A disk with half a gigabyte left does not fill within a second, and one call in a hundred is enough. */
const FREE_FRESH_MS = 1_000;

export interface SpaceLimits {
  /** Bytes of pictures. */
  readonly maxBytes: number;
  /** Bytes that must stay free on the disk. */
  readonly minFreeBytes: number;
}

export interface Space {
  /** Throws `collector_full` when `bytes` more would break a limit. */
  refuseWithout(bytes: number): Promise<void>;
  /** Written (positive) or removed (negative) by this process. */
  count(bytes: number): void;
  usedBytes(): number;
  freeBytes(): Promise<number>;
}

export async function openSpace(root: string, limits: SpaceLimits | undefined): Promise<Space> {
  let used = await measure(root);
  let lookedAtMs = Date.now();
  let looking = false;
  let free = { bytes: await freeOf(root), atMs: Date.now() };

  /** In the background: a put must not wait for a look at the whole store. */
  function lookAgain(): void {
    if (looking) return;
    looking = true;
    measure(root)
      .then((bytes) => { used = bytes; }, () => {}) // the next put meets the same disk and says so
      .finally(() => { looking = false; lookedAtMs = Date.now(); });
  }

  async function freeBytes(): Promise<number> {
    if (Date.now() - free.atMs > FREE_FRESH_MS) free = { bytes: await freeOf(root), atMs: Date.now() };
    return free.bytes;
  }

  return {
    async refuseWithout(bytes) {
      if (limits === undefined) return;
      const overBudget = used + bytes > limits.maxBytes;
      if (Date.now() - lookedAtMs > (overBudget ? LOOK_EVERY_WHEN_FULL_MS : LOOK_EVERY_MS)) lookAgain();
      if (overBudget) throw new Failure('collector_full', 'the frame store has reached its budget of bytes');
      if ((await freeBytes()) - bytes < limits.minFreeBytes) throw new Failure('collector_full', 'the disk of the frame store is nearly full');
    },
    count(bytes) {
      used += bytes;
      free = { ...free, bytes: free.bytes - bytes };
    },
    usedBytes: () => used,
    freeBytes,
  };
}

async function measure(root: string): Promise<number> {
  let bytes = 0;
  for (const folder of PICTURE_FOLDERS) {
    const names = await readdir(join(root, folder));
    const sizes = await Promise.all(names.map((name) => sizeOf(join(root, folder, name))));
    bytes += sizes.reduce((sum, size) => sum + size, 0);
  }
  return bytes;
}

/** A picture that is removed during the look counts nothing. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
}

async function freeOf(root: string): Promise<number> {
  const { bavail, bsize } = await statfs(root);
  return bavail * bsize;
}
