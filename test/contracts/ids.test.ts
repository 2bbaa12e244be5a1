import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../contracts/failures.ts';
import { isSafeId, MAX_ENCODED_ID_BYTES, requireSafeId } from '../../contracts/ids.ts';
import { buildTag, encodePart } from '../../contracts/tag.ts';
import { parseInstant } from '../../contracts/time.ts';

describe('ids that people choose', () => {
  it.each(['a', '7', 'cam-1', 'Back_Door.2', 'anna@example.org', 'site:12', '0'.repeat(64), `a${'-'.repeat(26)}b`])('takes %s', (id) => {
    expect(isSafeId(id)).toBe(true);
    expect(requireSafeId(id, 'deviceId')).toBe(id);
  });

  it.each(['', ' ', '-a', '.a', '..', '_a', '@a', 'a b', 'a/b', 'a\\b', 'a\n', 'é', '🦝', "a'b", 'a~b', 'a%2fb', 'x'.repeat(65), `a${'-'.repeat(27)}`])('refuses %j', (id) => {
    expect(isSafeId(id)).toBe(false);
    expect(() => requireSafeId(id, 'deviceId')).toThrow(Failure);
  });

  it('says which id is wrong and why', () => {
    expect(() => requireSafeId('a b', 'deviceId')).toThrow(/^id_unsafe: deviceId "a b" must be/);
    expect(() => requireSafeId(`a${'-'.repeat(40)}`, 'userId')).toThrow(/count three each/);
  });

  it('always leave room for a tag, even with the longest zone name there is', () => {
    const alphabet = [...'ABCxyz019._:@-'];
    const safeId = fc.tuple(fc.constantFrom(...'Az9'), fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 63 })).map(([first, rest]) => first + rest);
    const capturedAt = parseInstant('2026-11-21T02:14:00Z');
    fc.assert(
      fc.property(safeId, safeId, (userId, deviceId) => {
        fc.pre(isSafeId(userId) && isSafeId(deviceId));
        expect(encodePart(userId).length).toBeLessThanOrEqual(MAX_ENCODED_ID_BYTES);
        expect(() => buildTag({ userId, deviceId, capturedAt, timeZone: 'America/Argentina/ComodRivadavia' })).not.toThrow();
      }),
    );
    const widest = 'x'.repeat(55) + '-'.repeat(8) + 'x';
    expect(encodePart(widest)).toHaveLength(MAX_ENCODED_ID_BYTES);
    expect(() => buildTag({ userId: widest, deviceId: widest, capturedAt, timeZone: 'America/Argentina/ComodRivadavia' })).not.toThrow();
  });
});
