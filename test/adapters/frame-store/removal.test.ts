import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NeededOf } from '../../../activities/ports/frame-store.ts';
import { openDiskFrameStore } from '../../../adapters/frame-store/disk.ts';
import type { DiskFrameStore } from '../../../adapters/frame-store/disk.ts';

let home: string;
let store: DiskFrameStore;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'frame-store-'));
  store = await openDiskFrameStore({ home });
});
afterEach(async () => { await rm(home, { recursive: true, force: true }); });

const HOUR_S = 3_600;
const fileOf = (sha256: string) => join(home, 'frames', sha256.slice(0, 2), sha256);
const age = (path: string, seconds = HOUR_S) => utimes(path, Date.now() / 1000 - seconds, Date.now() / 1000 - seconds);
const failure = (code: string) => expect.objectContaining({ name: 'Failure', code });
const aside = () => readdir(join(home, 'frames', '.leaving'));
const none: NeededOf = async () => new Set();

/** Put an hour ago. */
async function oldPicture(bytes = randomBytes(500)): Promise<string> {
  const { sha256 } = await store.put(bytes);
  await age(fileOf(sha256));
  return sha256;
}

/** A removal that waits for its answer, as one whose process stands still. */
async function stalledRemoval(of: DiskFrameStore, sha256: string): Promise<{ goOn(needed: readonly string[]): Promise<{ files: number }> }> {
  let answer: (needed: ReadonlySet<string>) => void = () => {};
  let removal: Promise<{ files: number }> | undefined;
  await new Promise<void>((asked) => {
    removal = of.remove([sha256], () => new Promise((resolve) => { answer = resolve; asked(); }));
  });
  return { goOn: (needed) => { answer(new Set(needed)); return removal!; } };
}

describe('removal', () => {
  it('frees the bytes of a picture that nobody needs, and says how much that was', async () => {
    const sha256 = await oldPicture();
    expect(await store.remove([sha256], none)).toEqual({ files: 1, bytes: 500 });
    expect(await store.has(sha256)).toBe(false);
    await expect(store.get(sha256)).rejects.toEqual(failure('bytes_missing'));
    expect(await store.usedBytes()).toBe(0);
    expect(await store.remove([sha256], none)).toEqual({ files: 0, bytes: 0 });
    expect(await aside()).toEqual([]);
  });

  it('leaves a picture that is needed where it was, as it was', async () => {
    const [needed, unneeded] = [await oldPicture(), await oldPicture()];
    const { ino, mtime, mtimeMs } = await stat(fileOf(needed));
    const asked: unknown[] = [];
    const removal = await store.remove([needed, unneeded], async (pictures) => { asked.push(...pictures); return new Set([needed]); });
    expect(removal.files).toBe(1);
    expect(asked).toEqual(expect.arrayContaining([expect.objectContaining({ sha256: needed, putAt: mtime })]));
    expect(await stat(fileOf(needed))).toMatchObject({ ino, mtimeMs });
    expect(await store.has(unneeded)).toBe(false);
  });

  it('does not even ask for a picture that was put again just now, because its ledger row may not be written yet', async () => {
    const bytes = randomBytes(500);
    const sha256 = await oldPicture(bytes);
    await store.put(bytes);
    expect(await store.remove([sha256], async () => { throw new Error('was asked'); })).toEqual({ files: 0, bytes: 0 });
    expect(await store.has(sha256)).toBe(true);
  });

  it('takes no picture away from a reader while it asks, and says that it is not there to stay', async () => {
    const bytes = randomBytes(500);
    const sha256 = await oldPicture(bytes);
    await store.remove([sha256], async () => {
      expect((await store.get(sha256)).equals(bytes)).toBe(true);
      expect(await store.has(sha256)).toBe(false);
      return new Set([sha256]);
    });
    expect(await store.has(sha256)).toBe(true);
  });

  it('spares bytes that are put while it asks, whatever the answer', async () => {
    for (const needed of [true, false]) {
      const bytes = randomBytes(500);
      const sha256 = await oldPicture(bytes);
      await store.remove([sha256], async () => {
        await (await openDiskFrameStore({ home })).put(bytes);
        return new Set(needed ? [sha256] : []);
      });
      expect((await store.get(sha256)).equals(bytes)).toBe(true);
      expect(Date.now() - (await stat(fileOf(sha256))).mtimeMs).toBeLessThan(HOUR_S * 1000);
      expect(await aside()).toEqual([]);
    }
  });

  it('puts everything back when nobody can say what is needed', async () => {
    const pictures = [await oldPicture(), await oldPicture()];
    await expect(store.remove(pictures, async () => { throw new TypeError('no answer'); })).rejects.toThrow(new TypeError('no answer'));
    expect(await Promise.all(pictures.map((sha256) => store.has(sha256)))).toEqual([true, true]);
    expect(await aside()).toEqual([]);
  });

  it('of a store whose disk is gone is an outage', async () => {
    const sha256 = await oldPicture();
    await rename(join(home, 'frames'), join(home, 'unmounted'));
    await expect(store.remove([sha256], none)).rejects.toEqual(failure('frame_store_unavailable'));
  });
});

describe('a removal that died', () => {
  it('has its pictures still read, and put back by the next one', async () => {
    const bytes = randomBytes(500);
    const sha256 = await oldPicture(bytes);
    await stalledRemoval(store, sha256); // and never goes on
    const later = await openDiskFrameStore({ home });
    expect((await later.get(sha256)).equals(bytes)).toBe(true);
    await later.remove([], none);
    expect(await later.has(sha256)).toBe(true);
    expect(await aside()).toEqual([]);
  });

  it('and wakes again takes nothing that was put back meanwhile', async () => {
    const sha256 = await oldPicture();
    const stalled = await stalledRemoval(store, sha256);
    await (await openDiskFrameStore({ home })).remove([], none);
    expect(await stalled.goOn([])).toEqual({ files: 0, bytes: 0 });
    expect(await store.has(sha256)).toBe(true);
  });

  it('and wakes again takes nothing that a later removal put aside', async () => {
    const sha256 = await oldPicture();
    const [early, late] = [await stalledRemoval(store, sha256), await stalledRemoval(await openDiskFrameStore({ home }), sha256)];
    expect(await early.goOn([])).toMatchObject({ files: 0 });
    await late.goOn([sha256]);
    expect(await store.has(sha256)).toBe(true);
  });

  it('stops nobody who left a file of another name there', async () => {
    await writeFile(join(home, 'frames', '.leaving', 'notes.txt'), '');
    expect(await store.remove([await oldPicture()], none)).toMatchObject({ files: 1 });
  });
});

describe('removals among acceptances', () => {
  it('take nothing that a frame with a receipt refers to, though every frame is accepted as by a process that stood still after its put', async () => {
    const contents = Array.from({ length: 3 }, () => randomBytes(200));
    const referredTo = new Map<string, number>();
    const refer = (sha256: string, by: number) => referredTo.set(sha256, (referredTo.get(sha256) ?? 0) + by);
    const pause = async () => { for (let n = Math.random() * 4; n > 1; n -= 1) await setImmediate(); };
    const seen = { receipts: 0, turnedAway: 0, removed: 0 };
    let accepting = true;

    const acceptOne = async (bytes: Buffer): Promise<void> => {
      const { sha256 } = await store.put(bytes);
      // So long ago that the store keeps it no more on that account.
      await age(fileOf(sha256)).catch(() => {});
      await pause();
      refer(sha256, 1);
      if (await store.has(sha256)) {
        seen.receipts += 1;
        for (let reads = 0; reads < 3; reads += 1) {
          expect((await store.get(sha256)).equals(bytes)).toBe(true);
          await pause();
        }
      } else {
        seen.turnedAway += 1;
      }
      refer(sha256, -1);
    };
    const accept = async (): Promise<void> => {
      for (let n = 0; n < 300; n += 1) await acceptOne(contents[n % contents.length]!);
    };
    const sweep = async (): Promise<void> => {
      const sweeping = await openDiskFrameStore({ home });
      const all = contents.map((bytes) => createHash('sha256').update(bytes).digest('hex'));
      while (accepting) {
        const removal = await sweeping.remove(all, async (pictures) => {
          await pause();
          return new Set(pictures.map(({ sha256 }) => sha256).filter((sha256) => (referredTo.get(sha256) ?? 0) > 0));
        });
        seen.removed += removal.files;
      }
    };
    await Promise.all([Promise.all([accept(), accept()]).finally(() => { accepting = false; }), sweep(), sweep()]);
    // Otherwise nothing met anything.
    expect(seen.receipts).toBeGreaterThan(0);
    expect(seen.turnedAway).toBeGreaterThan(0);
    expect(seen.removed).toBeGreaterThan(0);
  });
});
