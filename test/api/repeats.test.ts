import { describe, expect, it } from 'vitest';
import { createRepeats } from '../../api/repeats.ts';

describe('work that is asked for twice', () => {
  it('is done once, also when the second asks while it is being done', async () => {
    const once = createRepeats<number>(10);
    let done = 0;
    const work = async () => { done += 1; return done; };
    expect(await Promise.all([once('a', work), once('a', work), once('b', work)])).toEqual([1, 1, 2]);
    expect(await once('a', work)).toBe(1);
  });

  it('is done again when it failed', async () => {
    const once = createRepeats<string>(10);
    await expect(once('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(await once('a', async () => 'here')).toBe('here');
  });

  it('is remembered for as many names as were asked for', async () => {
    const once = createRepeats<string>(2);
    for (const name of ['a', 'b', 'c']) await once(name, async () => name);
    expect(await once('c', async () => 'again')).toBe('c');
    expect(await once('a', async () => 'again')).toBe('again');
  });
});
