import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RawPicture } from '../../../adapters/images/decode.ts';
import { ModelInputCache } from '../../../adapters/images/model-input-cache.ts';

const WANTED = { width: 6, height: 4 };
const BYTES = WANTED.width * WANTED.height * 3;
const pixels = (width = 8, height = 6): RawPicture => ({ data: Buffer.alloc(width * height * 3, 7), width, height });

/** After one frame that it could not know the size for. */
async function warmCache(maxBytes?: number): Promise<ModelInputCache> {
  const cache = new ModelInputCache(maxBytes);
  cache.keep('first', pixels());
  expect(await cache.take('first', WANTED)).toBeUndefined();
  return cache;
}

describe('the cache of model inputs', () => {
  beforeEach(() => { vi.useFakeTimers({ toFake: ['Date'] }); });
  afterEach(() => { vi.useRealTimers(); });

  it('learns from the first frame of a size what the detector wants of such frames, and gives each input away once', async () => {
    const cache = await warmCache();
    cache.keep('a', pixels());
    expect(await cache.take('a', WANTED)).toHaveLength(BYTES);
    expect(await cache.take('a', WANTED)).toBeUndefined();
  });

  it('has nothing for a frame of another size, or for a detector that wants another', async () => {
    const cache = await warmCache();
    cache.keep('other frame', pixels(9, 6));
    cache.keep('other detector', pixels());
    expect(await cache.take('other frame', WANTED)).toBeUndefined();
    expect(await cache.take('other detector', { width: 5, height: 4 })).toBeUndefined();
  });

  it('keeps what came first when its room is full', async () => {
    const cache = await warmCache(2 * BYTES);
    for (const name of ['a', 'b', 'c']) cache.keep(name, pixels());
    expect(await Promise.all(['a', 'b', 'c'].map(async (name) => (await cache.take(name, WANTED)) !== undefined))).toEqual([true, true, false]);
    cache.keep('d', pixels());
    expect(await cache.take('d', WANTED)).toBeDefined();
  });

  it('counts a picture that is kept again once', async () => {
    const cache = await warmCache(2 * BYTES);
    for (const name of ['a', 'a', 'b']) cache.keep(name, pixels());
    expect(await cache.take('b', WANTED)).toBeDefined();
  });

  it('learns anew when frames of very many sizes have come', async () => {
    const cache = await warmCache();
    for (let width = 100; width < 1_100; width += 1) {
      cache.keep('odd', pixels(width, 1));
      await cache.take('odd', WANTED);
    }
    cache.keep('a', pixels());
    expect(await cache.take('a', WANTED)).toBeUndefined();
    cache.keep('b', pixels());
    expect(await cache.take('b', WANTED)).toHaveLength(BYTES);
  });

  it('forgets what nobody came for', async () => {
    const cache = await warmCache(BYTES);
    cache.keep('given back to another worker', pixels());
    vi.setSystemTime(Date.now() + 61_000);
    cache.keep('a', pixels());
    expect(await cache.take('a', WANTED)).toBeDefined();
    expect(await cache.take('given back to another worker', WANTED)).toBeUndefined();
  });
});
