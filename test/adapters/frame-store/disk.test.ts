import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, readdir, rename, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openDiskFrameStore } from '../../../adapters/frame-store/disk.ts';

let home: string;
beforeEach(async () => { home = await mkdtemp(join(tmpdir(), 'frame-store-')); });
afterEach(async () => { await rm(home, { recursive: true, force: true }); });

const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const fileOf = (sha256: string) => join(home, 'frames', sha256.slice(0, 2), sha256);
const failure = (code: string) => expect.objectContaining({ name: 'Failure', code });
const age = (path: string, seconds: number) => utimes(path, Date.now() / 1000 - seconds, Date.now() / 1000 - seconds);

describe('pictures', () => {
  it('come back byte for byte under their sha256, also from a store that is opened later', async () => {
    const bytes = randomBytes(50_000);
    const { sha256 } = await (await openDiskFrameStore({ home })).put(bytes);
    expect(sha256).toBe(sha256Of(bytes));
    const later = await openDiskFrameStore({ home });
    expect((await later.get(sha256)).equals(bytes)).toBe(true);
    expect(await later.has(sha256)).toBe(true);
    expect(await later.usedBytes()).toBe(50_000);
  });

  it('are written once, however often and at once they are put', async () => {
    const store = await openDiskFrameStore({ home });
    const bytes = randomBytes(1_000);
    const puts = await Promise.all(Array.from({ length: 20 }, () => store.put(bytes)));
    const { ino } = await stat(fileOf(puts[0]!.sha256));
    await store.put(bytes);
    expect((await stat(fileOf(puts[0]!.sha256))).ino).toBe(ino);
    expect(await store.usedBytes()).toBe(1_000);
    expect(await readdir(join(home, 'frames', '.tmp'))).toEqual([]);
  });

  it('that were cut short on disk are mended by the next put of the same bytes', async () => {
    const store = await openDiskFrameStore({ home });
    const bytes = randomBytes(1_000);
    const { sha256 } = await store.put(bytes);
    await truncate(fileOf(sha256), 10);
    await store.put(bytes);
    expect((await store.get(sha256)).equals(bytes)).toBe(true);
  });

  it('that changed on disk are not handed out', async () => {
    const store = await openDiskFrameStore({ home });
    const { sha256 } = await store.put(Buffer.from('what was sent'));
    await writeFile(fileOf(sha256), 'what was sunk');
    await expect(store.get(sha256)).rejects.toEqual(failure('checksum_mismatch'));
  });

  it('that are not there are missing, and so is everything that is no sha256', async () => {
    const store = await openDiskFrameStore({ home });
    await writeFile(join(home, 'secret'), 'x');
    for (const name of ['0'.repeat(64), '', '../secret', '../../secret', 'A'.repeat(64), `${'0'.repeat(63)}/`, '%2e%2e']) {
      await expect(store.get(name), name).rejects.toEqual(failure('bytes_missing'));
    }
  });

  it('leave nothing readable for other accounts of the machine', async () => {
    const { sha256 } = await (await openDiskFrameStore({ home })).put(Buffer.from('face'));
    expect((await stat(fileOf(sha256))).mode & 0o077).toBe(0);
    expect((await stat(join(home, 'frames'))).mode & 0o077).toBe(0);
  });
});

describe('limits', () => {
  it('refuse a picture beyond the budget and take it once there is room', async () => {
    const store = await openDiskFrameStore({ home, limits: { maxBytes: 1_500, minFreeBytes: 0 } });
    const { sha256 } = await store.put(randomBytes(1_000));
    await expect(store.put(randomBytes(1_000))).rejects.toEqual(failure('collector_full'));
    await age(fileOf(sha256), 3_600);
    await store.remove([sha256], async () => new Set());
    await store.put(randomBytes(1_000));
  });

  it('take a picture again half a minute after another process made room', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const store = await openDiskFrameStore({ home, limits: { maxBytes: 1_500, minFreeBytes: 0 } });
      const { sha256 } = await store.put(randomBytes(1_000));
      await age(fileOf(sha256), 3_600);
      await (await openDiskFrameStore({ home })).remove([sha256], async () => new Set());
      await expect(store.put(randomBytes(1_000))).rejects.toEqual(failure('collector_full'));
      vi.setSystemTime(Date.now() + 31_000);
      await vi.waitFor(() => store.put(randomBytes(1_000)), { timeout: 10_000, interval: 10 });
    } finally {
      vi.useRealTimers();
    }
  });

  it('are told of half a minute later, whoever wrote', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const store = await openDiskFrameStore({ home });
      await (await openDiskFrameStore({ home })).put(randomBytes(1_000));
      expect(await store.usedBytes()).toBe(0);
      vi.setSystemTime(Date.now() + 31_000);
      expect(await store.usedBytes()).toBe(1_000);
    } finally {
      vi.useRealTimers();
    }
  });

  it('count what was there before the store was opened', async () => {
    await (await openDiskFrameStore({ home })).put(randomBytes(1_000));
    const limited = await openDiskFrameStore({ home, limits: { maxBytes: 1_500, minFreeBytes: 0 } });
    await expect(limited.put(randomBytes(1_000))).rejects.toEqual(failure('collector_full'));
  });

  it('still take a picture that is there already: sending it again costs nothing', async () => {
    const bytes = randomBytes(1_000);
    const store = await openDiskFrameStore({ home, limits: { maxBytes: 1_000, minFreeBytes: 0 } });
    await store.put(bytes);
    await store.put(bytes);
  });

  it('refuse when the disk has too little left', async () => {
    const store = await openDiskFrameStore({ home, limits: { maxBytes: 1e15, minFreeBytes: 1e15 } });
    await expect(store.put(randomBytes(10))).rejects.toEqual(failure('collector_full'));
  });

  it('bind only who accepts frames: a worker of the same store still writes', async () => {
    const accepting = await openDiskFrameStore({ home, limits: { maxBytes: 10, minFreeBytes: 0 } });
    await expect(accepting.put(randomBytes(100))).rejects.toEqual(failure('collector_full'));
    await (await openDiskFrameStore({ home })).put(randomBytes(100));
  });
});

describe('results', () => {
  it('stand under their path, whole, and are replaced in one step', async () => {
    const store = await openDiskFrameStore({ home });
    const path = '/anna-door/20261121T021400.123456Z.json';
    await store.putResult(path, Buffer.from('{"run":1}'));
    await store.putResult(path, Buffer.from('{"run":2}'));
    expect(String(await store.getResult(path))).toBe('{"run":2}');
    expect(String(await readFile(join(home, 'results', path)))).toBe('{"run":2}');
  });

  it('are whole for whoever reads them while they are replaced', async () => {
    const store = await openDiskFrameStore({ home });
    const path = '/anna-door/20261121T021400.123456Z.json';
    const versions = [10, 1_000_000].map((length) => JSON.stringify({ padding: 'x'.repeat(length) }));
    await store.putResult(path, Buffer.from(versions[0]!));
    let replaced = false;
    const writing = (async () => {
      for (let n = 0; n < 100; n += 1) await store.putResult(path, Buffer.from(versions[n % 2]!));
      replaced = true;
    })();
    const seen = new Set<boolean>();
    while (!replaced) seen.add(versions.includes(String(await readFile(join(home, 'results', path)))));
    await writing;
    expect([...seen]).toEqual([true]);
  });

  it('that were never written are missing', async () => {
    const store = await openDiskFrameStore({ home });
    await expect(store.getResult('/anna-door/1.json')).rejects.toEqual(failure('bytes_missing'));
  });

  it('never leave their folder, whatever the path says', async () => {
    const store = await openDiskFrameStore({ home });
    const hostile = [
      '', '/', 'a/b.json', '/../x', '/a/../../x', '/a/./b', '//x', '/a//b', '/.tmp/x', '/a/.hidden', '/a\\..\\b', '/a/b\0.json',
      '/a/b\n.json', `/${'x'.repeat(300)}`, '/a/b/c/d/e', '/a/%2e%2e/b', '/é/x',
    ];
    for (const path of hostile) {
      await expect(store.putResult(path, Buffer.from('x')), path).rejects.toEqual(failure('stage_defect'));
      await expect(store.getResult(path), path).rejects.toEqual(failure('stage_defect'));
    }
    expect((await readdir(home)).sort()).toEqual(['frames', 'results']);
  });
});

describe('outages', () => {
  it('a store whose disk is gone is away; its pictures are not called missing', async () => {
    const store = await openDiskFrameStore({ home });
    const { sha256 } = await store.put(randomBytes(100));
    await rename(join(home, 'frames'), join(home, 'unmounted'));
    await expect(store.get(sha256)).rejects.toEqual(failure('frame_store_unavailable'));
    await expect(store.put(randomBytes(100))).rejects.toEqual(failure('frame_store_unavailable'));
    await expect(store.probe()).rejects.toEqual(failure('frame_store_unavailable'));
    await rename(join(home, 'unmounted'), join(home, 'frames'));
    await store.get(sha256);
    await store.probe();
  });

  it.skipIf(process.getuid?.() === 0)('a folder without the right to write is an outage (skipped for root, who may always write)', async () => {
    const store = await openDiskFrameStore({ home });
    await chmod(join(home, 'frames', '.tmp'), 0o500);
    await expect(store.put(randomBytes(100))).rejects.toEqual(failure('frame_store_unavailable'));
    await chmod(join(home, 'frames', '.tmp'), 0o700);
  });

  it('a full disk is an outage and leaves no half picture (skipped where no small disk can be mounted)', async ({ skip }) => {
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', home]).status === 0;
    skip(!mounted, 'needs the right to mount a small disk');
    try {
      const store = await openDiskFrameStore({ home });
      await expect(store.put(randomBytes(3_000_000))).rejects.toEqual(failure('frame_store_unavailable'));
      expect(await readdir(join(home, 'frames', '.tmp'))).toEqual([]);
      await store.put(randomBytes(10_000));
      expect(await store.usedBytes()).toBe(10_000);
    } finally {
      spawnSync('umount', [home]);
    }
  });

  it('a home that cannot be made is said so', async () => {
    await writeFile(join(home, 'file'), '');
    await expect(openDiskFrameStore({ home: join(home, 'file', 'below') })).rejects.toEqual(failure('frame_store_unavailable'));
  });

  it('leftovers of a crashed write go at the next start, a write under way stays', async () => {
    await openDiskFrameStore({ home });
    const temporary = join(home, 'frames', '.tmp');
    await writeFile(join(temporary, 'crashed'), 'half');
    await age(join(temporary, 'crashed'), 3_600);
    await writeFile(join(temporary, 'under-way'), 'half');
    await openDiskFrameStore({ home });
    expect(await readdir(temporary)).toEqual(['under-way']);
  });
});
