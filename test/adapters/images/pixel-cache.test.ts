import { describe, expect, it } from 'vitest';
import { createPixelCache } from '../../../adapters/images/pixel-cache.ts';

const picture = (bytes: number) => ({ data: Buffer.alloc(bytes), width: bytes, height: 1 });

describe('the pixel cache', () => {
  it('gives a picture away once', () => {
    const cache = createPixelCache();
    const pixels = picture(10);
    cache.keep('a', pixels);
    expect([cache.take('a'), cache.take('a')]).toEqual([pixels, undefined]);
  });

  it('lets the oldest go when its room is full, and never holds more', () => {
    const cache = createPixelCache(100);
    for (const name of ['a', 'b', 'c']) cache.keep(name, picture(40));
    expect(['a', 'b', 'c'].map((name) => cache.take(name) !== undefined)).toEqual([false, true, true]);
    cache.keep('huge', picture(101));
    expect(cache.take('huge')).toBeUndefined();
  });

  it('counts a picture that is kept again once', () => {
    const cache = createPixelCache(100);
    cache.keep('a', picture(60));
    cache.keep('a', picture(60));
    cache.keep('b', picture(40));
    expect([cache.take('a'), cache.take('b')].every((pixels) => pixels !== undefined)).toBe(true);
  });
});
