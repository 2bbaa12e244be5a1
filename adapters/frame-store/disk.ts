/**
 * The frame store on a local disk, shared by all processes of an installation:
 * `<home>/frames/<aa>/<sha256>` for pictures, `<home>/results/<user>-<device>/<time>.json` for what was seen in them.
 */
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FrameStore, FrameStoreUpkeep } from '../../activities/ports/frame-store.ts';
import { Failure } from '../../contracts/failures.ts';
import { FOLDER_MODE, TEMPORARY, absent, makeFolder, orUnavailable, sweepTemporary, syncFolder, writeDurably, writeWhole } from './durable-write.ts';
import { LEAVING, placeAside } from './leaving.ts';
import { PICTURE_FOLDERS, picturePath, resultPath } from './paths.ts';
import { openSpace } from './space.ts';
import type { Space, SpaceLimits } from './space.ts';
import { createUpkeep } from './upkeep.ts';

/** A picture that is put back from aside between two looks is found by the next; more often than twice nobody moves one. */
const LOOKS_FOR_PICTURE = 3;

export interface DiskFrameStoreOptions {
  readonly home: string;
  /**
   * For the process that accepts frames. Workers go without: a frame that was accepted must be finished even when the
   * store is full, or it would stay full.
   */
  readonly limits?: SpaceLimits;
}

export type DiskFrameStore = FrameStore & FrameStoreUpkeep;

/** Makes the folders, sweeps what crashed writes left, and looks how much is there. Throws `frame_store_unavailable`. */
export async function openDiskFrameStore({ home, limits }: DiskFrameStoreOptions): Promise<DiskFrameStore> {
  const frames = join(home, 'frames');
  const results = join(home, 'results');
  return orUnavailable(async () => {
    for (const root of [frames, results]) {
      await makeFolder(join(root, TEMPORARY));
      await sweepTemporary(root);
    }
    await makePictureFolders(frames);
    const space = await openSpace(frames, limits);
    return { ...createStore(frames, results, space), ...createUpkeep(frames, results, space) };
  });
}

/** All at once and synced once: a folder made with its first picture would cost that picture one more sync. */
async function makePictureFolders(frames: string): Promise<void> {
  await Promise.all([LEAVING, ...PICTURE_FOLDERS].map((folder) => mkdir(join(frames, folder), { recursive: true, mode: FOLDER_MODE })));
  await syncFolder(frames);
}

function createStore(frames: string, results: string, space: Space): FrameStore {
  /** Two puts of the same bytes at once share one write. */
  const writing = new Map<string, Promise<void>>();
  const resultFolders = new Set<string>();

  async function putPicture(sha256: string, bytes: Uint8Array): Promise<void> {
    const path = picturePath(frames, sha256);
    if (await isThere(path, bytes.length)) {
      // The process that wrote it may not have synced the name yet, and our caller is about to promise that it will last.
      return syncFolder(dirname(path));
    }
    await space.refuseWithout(bytes.length);
    await writeDurably(frames, path, bytes);
    space.count(bytes.length);
  }

  return {
    async put(bytes) {
      const sha256 = sha256Of(bytes);
      const underWay = writing.get(sha256) ?? orUnavailable(() => putPicture(sha256, bytes)).finally(() => writing.delete(sha256));
      writing.set(sha256, underWay);
      await underWay;
      return { sha256 };
    },

    async get(sha256) {
      const bytes = await orUnavailable(() => readPicture(frames, sha256));
      if (sha256Of(bytes) !== sha256) throw new Failure('checksum_mismatch', `picture ${sha256} has other bytes than its name says`);
      return bytes;
    },

    has: (sha256) => orUnavailable(async () => {
      // Opened, not only looked at: on a shared disk a look may be answered from what this machine remembers.
      const file = await open(picturePath(frames, sha256)).catch(absent);
      await file?.close();
      return file !== undefined;
    }),

    putResult: (path, bytes) => orUnavailable(async () => {
      const full = resultPath(results, path);
      if (!resultFolders.has(dirname(full))) {
        await makeFolder(dirname(full));
        resultFolders.add(dirname(full));
      }
      // Not synced: the ledger keeps the same for good, and two syncs a frame cost more than all that detect writes into the ledger.
      await writeWhole(results, full, bytes);
    }),

    getResult: (path) => orUnavailable(async () => await readFile(resultPath(results, path)).catch(absent) ?? missing(results, `result ${path}`)),

    usedBytes: () => orUnavailable(() => space.usedBytes()),
    freeBytes: () => orUnavailable(() => space.freeBytes()),
    probe: () => orUnavailable(async () => {
      const path = join(frames, TEMPORARY, `probe-${process.pid}`);
      await writeDurably(frames, path, Buffer.of(1));
      await rm(path, { force: true });
    }),
  };
}

/** There and whole. The touch tells `remove` that the bytes were asked for again just now. */
async function isThere(path: string, sizeBytes: number): Promise<boolean> {
  if ((await sizeAt(path)) !== sizeBytes) return false;
  const now = new Date();
  return utimes(path, now, now).then(() => true, (error: unknown) => absent(error) ?? false);
}

async function sizeAt(path: string): Promise<number | undefined> {
  return (await stat(path).catch(absent))?.size;
}

/** From its proper place, or from aside while a removal asks whether it may go. */
async function readPicture(frames: string, sha256: string): Promise<Buffer> {
  for (let looks = 0; looks < LOOKS_FOR_PICTURE; looks += 1) {
    const bytes = await readFile(picturePath(frames, sha256)).catch(absent);
    if (bytes) return bytes;
    const place = await placeAside(frames, sha256);
    const aside = place === undefined ? undefined : await readFile(place).catch(absent);
    if (aside) return aside;
  }
  return missing(frames, `picture ${sha256}`);
}

async function missing(root: string, what: string): Promise<never> {
  // A disk that is not mounted lacks every file. That is an outage, and no frame may fail for it.
  await stat(join(root, TEMPORARY));
  throw new Failure('bytes_missing', `${what} is not in the frame store`);
}

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
