import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, it, vi } from 'vitest';
import { clipFrames } from '../../../adapters/ffmpeg/clip-frames.ts';
import { assetForTest } from '../../support/assets.ts';

const executable = await assetForTest('ffmpeg') ?? '';
const clip = await assetForTest('vtest.avi') ?? '';

async function all(frames: AsyncIterable<Buffer>): Promise<Buffer[]> {
  const found: Buffer[] = [];
  for await (const frame of frames) found.push(frame);
  return found;
}

describe.skipIf(!executable || !clip)('frames of a clip', () => {
  it('are whole JPEGs of the clip\'s size, as many a second as asked for', async () => {
    const frames = await all(clipFrames({ executable, clip, fps: 1 }));
    // 795 frames at 10 a second.
    expect(frames.length).toBeGreaterThanOrEqual(79);
    expect(frames.length).toBeLessThanOrEqual(80);
    const { width, height, format } = await sharp(frames[40]).metadata();
    expect([width, height, format]).toEqual([768, 576, 'jpeg']);
    await expect(sharp(frames[40], { failOn: 'warning' }).stats()).resolves.toBeDefined();
  });

  it('begin where asked and end at the limit', async () => {
    const [first] = await all(clipFrames({ executable, clip, fps: 2, limit: 1 }));
    const later = await all(clipFrames({ executable, clip, fps: 2, startSeconds: 30, limit: 3 }));
    expect(later).toHaveLength(3);
    expect(later[0]?.equals(first ?? Buffer.alloc(0))).toBe(false);
  });

  it.runIf(process.platform === 'linux')('leave no ffmpeg behind when the reader stops early', async () => {
    for await (const _frame of clipFrames({ executable, clip, fps: 10 })) break;
    await vi.waitFor(async () => expect(await childrenNamed(executable)).toEqual([]));
  });
});

describe.skipIf(!executable)('a clip that cannot be read', () => {
  it('is refused with ffmpeg\'s reason', async () => {
    const source = fileURLToPath(import.meta.url);
    await expect(all(clipFrames({ executable, clip: source, fps: 1 }))).rejects.toThrow(/clip-frames\.test\.ts cannot be read: .*Invalid data/);
    await expect(all(clipFrames({ executable, clip: '/no/such/clip', fps: 1 }))).rejects.toThrow(/No such file/);
  });

  it('is never taken for an address, whatever its name', async () => {
    await expect(all(clipFrames({ executable, clip: 'http://127.0.0.1:9/x.mp4', fps: 1 }))).rejects.toThrow(/No such file/);
  });
});

it('says when ffmpeg itself is not there', async () => {
  await expect(all(clipFrames({ executable: '/no/such/ffmpeg', clip: '/no/such/clip', fps: 1 }))).rejects.toThrow(/ENOENT/);
});

/** Our own children that run the program; other tests may run it too. */
async function childrenNamed(program: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const [stat, commandLine] = await Promise.all(['stat', 'cmdline'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')));
    const [state, parent] = (stat ?? '').slice((stat ?? '').lastIndexOf(')') + 2).split(' ');
    if (Number(parent) === process.pid && state !== 'Z' && commandLine?.startsWith(program)) found.push(pid);
  }
  return found;
}
