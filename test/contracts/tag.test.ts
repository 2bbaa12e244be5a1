import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../contracts/failures.ts';
import { buildTag, detectionsPath, encodePart, frameFileName, MAX_TAG_BYTES, parseTag } from '../../contracts/tag.ts';
import type { TagParts } from '../../contracts/tag.ts';
import { instantFromEpochMicros, parseInstant } from '../../contracts/time.ts';

const PARTS: TagParts = { userId: 'acme', deviceId: 'back-door', capturedAt: parseInstant('2026-11-21T02:14:00.123456Z'), timeZone: 'Europe/Berlin' };
const TAG = 'acme-back~2ddoor-20261121T021400.123456Z-Europe~2fBerlin';

/** What Pachyderm takes in a path, less what it, shells or URLs give a meaning to. */
const ALLOWED = /^[A-Za-z0-9._~-]+$/;

const nasty = fc.constantFrom(
  '.', '..', '...', '-', '--', '~', '~2d', '%2f', '%', '/', '\\', '../../etc/passwd', 'a b', 'a-b', 'a_b', '*', '?', '[x]', '{y}', '!', '(z)', '@', '+', '^',
  '"', "'", '`', '$(id)', '\u0000', '\n', '\u007f', '\u202e', 'é', 'e\u0301', '🦝', '用户', 'CON', 'nul', 'constructor', '__proto__',
);
/** Strings of whole characters: half a surrogate pair has a test of its own. */
const hostile = fc.oneof(nasty, fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }), fc.array(nasty, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join('')));
const moment = fc.bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n }).map(instantFromEpochMicros);
const anyParts: fc.Arbitrary<TagParts> = fc.record({ userId: hostile, deviceId: hostile, capturedAt: moment, timeZone: hostile });
const partsOfATag = anyParts.filter((parts) => outcome(() => buildTag(parts)) !== 'id_unsafe');

function outcome(act: () => unknown): string {
  try {
    act();
    return 'done';
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
}

describe('the tag', () => {
  it('names user, device, moment and zone', () => {
    expect(buildTag(PARTS)).toBe(TAG);
    expect(parseTag(TAG)).toEqual(PARTS);
  });

  it('reads back into exactly the parts that it was built from, whatever they hold', () => {
    fc.assert(
      fc.property(partsOfATag, (parts) => {
        expect(parseTag(buildTag(parts))).toEqual(parts);
      }),
      { numRuns: 2000 },
    );
  });

  it('is never shared by two different frames', () => {
    fc.assert(
      fc.property(partsOfATag, partsOfATag, (a, b) => {
        const same = a.userId === b.userId && a.deviceId === b.deviceId && a.capturedAt === b.capturedAt && a.timeZone === b.timeZone;
        expect(buildTag(a) === buildTag(b)).toBe(same);
      }),
      { numRuns: 2000 },
    );
  });

  it('does not confuse a hyphen inside an id with the one between two ids', () => {
    expect(buildTag({ ...PARTS, userId: 'a-b', deviceId: 'c' })).not.toBe(buildTag({ ...PARTS, userId: 'a', deviceId: 'b-c' }));
  });

  it('keeps two spellings of one letter apart: ids are bytes, not pictures', () => {
    expect(buildTag({ ...PARTS, userId: 'é' })).not.toBe(buildTag({ ...PARTS, userId: 'e\u0301' }));
  });

  it('is safe as a file name, in a URL and in a Pachyderm path, and stays within its length', () => {
    fc.assert(
      fc.property(partsOfATag, (parts) => {
        const tag = buildTag(parts);
        expect(tag).toMatch(ALLOWED);
        expect(tag.length).toBeLessThanOrEqual(MAX_TAG_BYTES);
        expect(encodeURIComponent(tag)).toBe(tag);
        expect(new URL(`http://watchpost.test/${tag}`).pathname).toBe(`/${tag}`);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['an empty user', { userId: '' }],
    ['an empty device', { deviceId: '' }],
    ['an empty zone', { timeZone: '' }],
    ['half a surrogate pair', { userId: 'a\ud83e' }],
    ['the other half', { deviceId: '\udd9dz' }],
    ['ids that make a tag of more than 240 bytes', { userId: 'x'.repeat(240) }],
    ['ids whose escapes make it too long', { userId: '🦝'.repeat(20) }],
  ])('refuses %s by name', (_, change) => {
    expect(outcome(() => buildTag({ ...PARTS, ...change }))).toBe('id_unsafe');
  });

  it('has room for exactly 240 bytes', () => {
    const spare = MAX_TAG_BYTES - TAG.length;
    expect(buildTag({ ...PARTS, userId: `acme${'x'.repeat(spare)}` })).toHaveLength(MAX_TAG_BYTES);
    expect(outcome(() => buildTag({ ...PARTS, userId: `acme${'x'.repeat(spare + 1)}` }))).toBe('id_unsafe');
  });

  it('refuses a moment that is not in canonical form, because it would not read back', () => {
    expect(outcome(() => buildTag({ ...PARTS, capturedAt: '2026-11-21T02:14:00Z' as TagParts['capturedAt'] }))).toBe('captured_at_malformed');
  });
});

describe('reading a tag', () => {
  it.each([
    ['nothing', ''],
    ['three parts', 'acme-door-20261121T021400.123456Z'],
    ['five parts', `${TAG}-x`],
    ['an empty part', '-door-20261121T021400.123456Z-UTC'],
    ['upper-case hex', TAG.replace('~2d', '~2D')],
    ['an escape of a letter', TAG.replace('acme', '~61cme')],
    ['an escape of a dot', TAG.replace('acme', 'a~2ecme')],
    ['an escape cut short', TAG.replace('~2ddoor', '~2')],
    ['a bare tilde', TAG.replace('acme', 'ac~me')],
    ['UTF-8 that is cut short', TAG.replace('acme', '~c3')],
    ['a slash written in two bytes', TAG.replace('acme', '~c0~af')],
    ['half a surrogate pair in UTF-8', TAG.replace('acme', '~ed~a0~80')],
    ['a character that is never plain', TAG.replace('acme', 'ac me')],
    ['a percent escape', TAG.replace('~2d', '%2d')],
    ['a letter beyond ASCII', TAG.replace('acme', 'acmé')],
    ['the 30th of February', TAG.replace('20261121', '20260230')],
    ['the 24th hour', TAG.replace('T021400', 'T240000')],
    ['a leap second', TAG.replace('T021400', 'T235960')],
    ['the year nought', TAG.replace('20261121', '00001121')],
    ['milliseconds', TAG.replace('.123456', '.123')],
    ['no zone letter', TAG.replace('Z-', '-')],
    ['a line end', `${TAG}\n`],
    ['more than 240 bytes', TAG.replace('acme', 'x'.repeat(240))],
  ])('refuses %s', (_, text) => {
    expect(outcome(() => parseTag(text))).toBe('tag_mismatch');
  });

  it('takes no text that building a tag would not have made', () => {
    const almostTag = fc.tuple(fc.constantFrom(TAG), fc.nat(TAG.length), fc.nat(3), fc.string({ unit: 'binary', maxLength: 3 })).map(([tag, at, cut, put]) => tag.slice(0, at) + put + tag.slice(at + cut));
    const tagAlphabet = fc.string({ unit: fc.constantFrom(...'aZ09._~-2fe'), maxLength: 20 }).map((text) => `${text}-20261121T021400.123456Z-UTC`);
    fc.assert(
      fc.property(fc.oneof(almostTag, tagAlphabet, fc.string({ unit: 'binary' })), (text) => {
        const end = outcome(() => expect(buildTag(parseTag(text))).toBe(text));
        expect(['done', 'tag_mismatch']).toContain(end);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('what is named after the tag', () => {
  it('groups detections by user and device and names them by time', () => {
    expect(detectionsPath(PARTS)).toBe('/acme-back~2ddoor/20261121T021400.123456Z.json');
  });

  it('names the standardised frame', () => {
    expect(frameFileName(PARTS, 'jpg')).toBe(`${TAG}.jpg`);
  });

  it('never leaves its folder, is never hidden behind dots and fits every file system', () => {
    fc.assert(
      fc.property(partsOfATag, (parts) => {
        const [root, folder = '', file = '', ...rest] = detectionsPath(parts).split('/');
        expect([root, rest]).toEqual(['', []]);
        for (const name of [folder, file, frameFileName(parts, 'webp')]) {
          expect(name).toMatch(ALLOWED);
          expect(['.', '..']).not.toContain(name);
          expect(name.length).toBeLessThanOrEqual(255);
        }
      }),
    );
  });

  it('never gives the detections of two devices one folder', () => {
    fc.assert(
      fc.property(partsOfATag, partsOfATag, (a, b) => {
        const folder = (parts: TagParts) => detectionsPath(parts).split('/')[1];
        expect(folder(a) === folder(b)).toBe(a.userId === b.userId && a.deviceId === b.deviceId);
      }),
    );
  });

  it('refuses ids whose folder would be too long', () => {
    expect(outcome(() => detectionsPath({ ...PARTS, deviceId: '/'.repeat(80) }))).toBe('id_unsafe');
  });
});

describe('one part', () => {
  it.each([
    ['Yard_1.a', 'Yard_1.a'],
    ['..', '..'],
    ['a/b', 'a~2fb'],
    ['~', '~7e'],
    ["!*'()", '~21~2a~27~28~29'],
    ['%2f', '~252f'],
    [' ', '~20'],
    ['\u0000', '~00'],
    ['ü', '~c3~bc'],
    ['🦝', '~f0~9f~a6~9d'],
  ])('writes %j as %s', (text, encoded) => {
    expect(encodePart(text)).toBe(encoded);
  });
});
