import { describe, expect, it } from 'vitest';
import { LatestUsed } from '../../../adapters/postgres/latest-used.ts';

const kept = (map: LatestUsed<string>, keys: readonly string[]): string[] => keys.filter((key) => map.get(key) !== undefined);

describe('what was used latest', () => {
  it('stays, and what was used longest ago goes', () => {
    const map = new LatestUsed<string>(2);
    map.set('a', 'A');
    map.set('b', 'B');
    map.get('a');
    map.set('c', 'C');
    expect(kept(map, ['a', 'b', 'c'])).toEqual(['a', 'c']);
  });

  it('is bounded by weight, and a value that takes the place of another weighs once', () => {
    const map = new LatestUsed<string>(10, (value) => value.length);
    map.set('a', 'x'.repeat(4));
    for (let n = 0; n < 5; n += 1) map.set('b', 'x'.repeat(6));
    expect(kept(map, ['a', 'b'])).toEqual(['a', 'b']);
    map.set('c', 'x');
    expect(kept(map, ['a', 'b', 'c'])).toEqual(['b', 'c']);
  });

  it('stays even when it alone is too heavy', () => {
    const map = new LatestUsed<string>(3, (value) => value.length);
    map.set('a', 'x');
    map.set('heavy', 'x'.repeat(9));
    expect(kept(map, ['a', 'heavy'])).toEqual(['heavy']);
    map.set('b', 'x');
    expect(kept(map, ['heavy', 'b'])).toEqual(['b']);
  });

  it('is gone after clearing, with its weight', () => {
    const map = new LatestUsed<string>(2);
    map.set('a', 'A');
    map.clear();
    map.set('b', 'B');
    map.set('c', 'C');
    expect(kept(map, ['a', 'b', 'c'])).toEqual(['b', 'c']);
  });
});
