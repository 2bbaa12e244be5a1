import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDiskFrameStore } from '../../../adapters/frame-store/disk.ts';
import type { DiskFrameStore } from '../../../adapters/frame-store/disk.ts';
import { measurePictures } from '../../../adapters/frame-store/measure.ts';

let home: string;
let store: DiskFrameStore;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'frame-store-'));
  store = await openDiskFrameStore({ home });
});
afterEach(async () => { await rm(home, { recursive: true, force: true }); });

const HOUR_MS = 3_600_000;
const ago = (ms: number) => new Date(Date.now() - ms);

describe('a look into a folder of pictures', () => {
  it('tells what is there and when it was last put', async () => {
    const { sha256 } = await store.put(randomBytes(10));
    const put = ago(5 * HOUR_MS);
    await utimes(join(home, 'frames', sha256.slice(0, 2), sha256), put, put);
    expect(await store.picturesIn(sha256.slice(0, 2))).toEqual([{ sha256, putAt: put }]);
  });
});

describe('the size of the store', () => {
  it('is exact while it is small', async () => {
    for (let n = 0; n < 20; n += 1) await store.put(randomBytes(100 + n));
    expect(await measurePictures(join(home, 'frames'))).toBe(20 * 100 + 190);
  });

  it('is told from a part of a large one, a little off', async () => {
    await Promise.all(Array.from({ length: 2_000 }, () => store.put(randomBytes(100))));
    for (let looks = 0; looks < 5; looks += 1) {
      const told = await measurePictures(join(home, 'frames'), 1_000);
      expect(told).toBeGreaterThan(150_000);
      expect(told).toBeLessThan(250_000);
    }
  });
});

describe('result files', () => {
  /** Named after `captured`, written at `written`. */
  async function result(device: string, captured: Date, written: Date): Promise<string> {
    const path = `/${device}/${captured.toISOString().replace(/[-:]/g, '').replace('Z', '000Z')}.json`;
    await store.putResult(path, Buffer.from('{}'));
    await utimes(join(home, 'results', path), written, written);
    return path;
  }
  const left = async () => (await readdir(join(home, 'results'), { recursive: true })).filter((name) => name.endsWith('.json')).map((name) => `/${name}`).sort();

  it('go once they were written before the given moment, and no other', async () => {
    const old = await result('anna-door', ago(50 * HOUR_MS), ago(49 * HOUR_MS));
    const young = await result('anna-door', ago(2 * HOUR_MS), ago(HOUR_MS));
    const late = await result('bert-gate', ago(60 * HOUR_MS), ago(HOUR_MS));
    const { size } = await stat(join(home, 'results', old));
    expect(await store.removeResults(ago(24 * HOUR_MS), 100)).toEqual({ files: 1, bytes: size });
    expect(await left()).toEqual([young, late].sort());
    expect(await readdir(join(home, 'results', '.tmp'))).toEqual([]);
  });

  it('are looked at some at a time, each in its turn, over and over', async () => {
    for (let n = 0; n < 7; n += 1) await result(`anna-door${n % 3}`, ago((50 + n) * HOUR_MS), ago(49 * HOUR_MS));
    const removed = [];
    for (let calls = 0; calls < 4; calls += 1) removed.push((await store.removeResults(ago(24 * HOUR_MS), 2)).files);
    expect(removed).toEqual([2, 2, 2, 1]);
    await result('anna-door', ago(50 * HOUR_MS), ago(49 * HOUR_MS));
    expect((await store.removeResults(ago(24 * HOUR_MS), 100)).files).toBe(1);
  });
});

describe('the mark of the store', () => {
  it('is of the first ledger that adopts it, and stays so', async () => {
    expect(await store.isOf('one')).toBe(false);
    expect(await store.adopt('one')).toBe(true);
    expect(await store.adopt('one')).toBe(true);
    expect(await store.adopt('other')).toBe(false);
    const later = await openDiskFrameStore({ home });
    expect([await later.isOf('one'), await later.isOf('other')]).toEqual([true, false]);
    expect(await readFile(join(home, 'frames', '.ledger'), 'utf8')).toBe('one\n');
  });
});
