/**
 * How much the pictures take and how much the disk has left.
 *
 * The use is measured by a look at the start and by counting our own writes after that. What other processes write or remove shows at the
 * next look, so the budget can be overshot by what they write in between; the free space is the file system's own word and holds for all.
 */
import { statfs } from 'node:fs/promises';
import { Failure } from '../../contracts/failures.ts';
import { measurePictures } from './measure.ts';

/** Retention in another process may have made room, and camera services that were turned away wait for that. */
const LOOK_EVERY_MS = 30_000;
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
  usedBytes(): Promise<number>;
  freeBytes(): Promise<number>;
}

export async function openSpace(root: string, limits: SpaceLimits | undefined): Promise<Space> {
  let used = await measurePictures(root);
  let lookedAtMs = Date.now();
  let looking: Promise<void> | undefined;
  let writtenDuringLook = 0;
  let free = { bytes: await freeOf(root), atMs: Date.now() };

  const isStale = (): boolean => Date.now() - lookedAtMs > LOOK_EVERY_MS;

  function lookAgain(): Promise<void> {
    looking ??= (async () => {
      writtenDuringLook = 0;
      // What is written meanwhile may be seen by the look or not: rather too much than too little.
      used = (await measurePictures(root)) + writtenDuringLook;
    })().finally(() => { looking = undefined; lookedAtMs = Date.now(); });
    return looking;
  }

  async function freeBytes(): Promise<number> {
    if (Date.now() - free.atMs > FREE_FRESH_MS) free = { bytes: await freeOf(root), atMs: Date.now() };
    return free.bytes;
  }

  return {
    async refuseWithout(bytes) {
      if (limits === undefined) return;
      // In the background: a put must not wait for a look. One that fails is no news, the put meets the same disk and says so.
      if (isStale()) void lookAgain().catch(() => {});
      if (used + bytes > limits.maxBytes) throw new Failure('collector_full', 'the frame store has reached its budget of bytes');
      if ((await freeBytes()) - bytes < limits.minFreeBytes) throw new Failure('collector_full', 'the disk of the frame store is nearly full');
    },
    count(bytes) {
      used += bytes;
      writtenDuringLook += Math.max(0, bytes);
      free = { ...free, bytes: free.bytes - bytes };
    },
    async usedBytes() {
      if (isStale()) await lookAgain();
      return used;
    },
    freeBytes,
  };
}

async function freeOf(root: string): Promise<number> {
  const { bavail, bsize } = await statfs(root);
  return bavail * bsize;
}
