import { describe, expect, it } from 'vitest';
import { keyInParcel, readIdempotencyKey } from '../../contracts/idempotency-key.ts';

describe('an idempotency key', () => {
  it.each([['abc', 'abc'], ['"abc"', 'abc'], ['x'.repeat(128), 'x'.repeat(128)], ['~!#[]^', '~!#[]^']])('%s is read as %s', (value, key) => expect(readIdempotencyKey(value)).toBe(key));

  it.each(['', '"', '""', '"a', 'a"', 'a b', 'a\tb', 'a\\b', 'a\0', 'ä', '🐕', 'x'.repeat(129), `"${'x'.repeat(129)}"`])('%j is none', (value) => {
    expect(() => readIdempotencyKey(value)).toThrow(expect.objectContaining({ code: 'request_malformed' }));
  });

  it('of a place in a parcel can be chosen by nobody', () => {
    expect(keyInParcel('k', 1)).not.toBe(keyInParcel('k', 11));
    expect(() => readIdempotencyKey(keyInParcel('k', 1))).toThrow();
  });
});
