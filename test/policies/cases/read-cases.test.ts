import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCases } from '../../../policies/cases/read-cases.ts';

const FILE = `device:
  timeZone: Europe/Berlin
  zones:
    - { name: yard, polygon: [[0, 0.5], [1, 0.5], [1, 1], [0, 1]] }
    - { name: tree, kind: mask, polygon: [[0, 0], [0.2, 0], [0, 0.5]], overlap: 50%, classes: [person, animal] }
cases:
  - name: somebody walks by
    start: 2026-01-15T23:30:00+01:00
    every: 500 ms
    frames:
      - []
      - [{ Persons: 85%, at: [0.1, 0.6, 0.05, 0.2] }]
      - { repeat: 20, move: [0.02, 0], objects: [{ person: 85%, at: [0.1, 0.6, 0.05, 0.2] }, { car: 0.9, at: [0.5, 0.5, 0.2, 0.2], move: [0, -0.01] }] }
      - { pause: 10 min }
      - for: 2 s
    expect: { first match: 10 s .. 11 s, last match: 12 s, matches: at least 1 }
`;

/** One case with this in place of its expectation or its frames. */
const withExpect = (expected: string) => `cases:\n  - name: a\n    start: 2026-01-15T23:30:00Z\n    frames: [[]]\n    expect: ${expected}\n`;
const withFrames = (frames: string) => `cases:\n  - name: a\n    start: 2026-01-15T23:30:00Z\n    expect: never\n    frames: ${frames}\n`;
const expectationOf = (text: string) => readCases(withExpect(text)).file?.cases[0]?.expected;

describe('a file of cases', () => {
  it('is read with its device, frames and expectations', () => {
    const still = { label: 'person', probability: 0.85, at: [0.1, 0.6, 0.05, 0.2], move: [0, 0] };
    expect(readCases(FILE)).toEqual({
      problems: [],
      file: {
        device: {
          timeZone: 'Europe/Berlin',
          zones: [
            { name: 'yard', kind: 'zone', polygon: [[0, 0.5], [1, 0.5], [1, 1], [0, 1]], anchor: 'bottom-centre', classes: null },
            { name: 'tree', kind: 'mask', polygon: [[0, 0], [0.2, 0], [0, 0.5]], anchor: { overlap: 0.5 }, classes: ['person', 'animal'] },
          ],
        },
        cases: [{
          name: 'somebody walks by',
          start: '2026-01-15T22:30:00.000000Z',
          everyMs: 500,
          stretches: [
            { kind: 'frames', count: 1, objects: [] },
            { kind: 'frames', count: 1, objects: [still] },
            { kind: 'frames', count: 20, objects: [{ ...still, move: [0.02, 0] }, { label: 'car', probability: 0.9, at: [0.5, 0.5, 0.2, 0.2], move: [0, -0.01] }] },
            { kind: 'pause', ms: 600_000 },
            { kind: 'frames', count: 4, objects: [] },
          ],
          expected: { kind: 'within', firstMs: { from: 10_000, to: 11_000 }, lastMs: { from: 12_000, to: 12_000 }, matches: { from: 1, to: Infinity } },
        }],
      },
    });
  });

  it('needs no device: that is one in UTC without zones, with a frame every second', () => {
    expect(readCases(withFrames('[[]]')).file).toMatchObject({ device: { timeZone: 'UTC', zones: [] }, cases: [{ everyMs: 1000 }] });
  });

  it.each([
    ['never', { kind: 'never' }],
    ['Every Frame', { kind: 'every-frame' }],
    ['10 s', { kind: 'exactly-at', timesMs: [10_000] }],
    ['[11 s, 500 ms]', { kind: 'exactly-at', timesMs: [500, 11_000] }],
    ['{ matches: 3 }', { kind: 'within', firstMs: null, lastMs: null, matches: { from: 3, to: 3 } }],
    ['{ matches: 3 .. 5 }', { kind: 'within', firstMs: null, lastMs: null, matches: { from: 3, to: 5 } }],
    ['{ matches: at most 5 }', { kind: 'within', firstMs: null, lastMs: null, matches: { from: 0, to: 5 } }],
  ])('expects %s', (text, expected) => {
    expect(expectationOf(text)).toEqual(expected);
  });

  it.each<[string, string, number, number, RegExp]>([
    ['no file at all', '', 1, 1, /no cases here/],
    ['comments only', '# later\n\n', 1, 1, /no cases here/],
    ['a text', 'never', 1, 1, /mapping with device, cases/],
    ['no cases', 'device: {}\n', 1, 1, /add cases:/],
    ['an empty list of cases', 'cases: []\n', 1, 8, /list of 1 to 100 cases/],
    ['a case without anything', 'cases:\n  - every: 1 s\n', 2, 5, /no name|no start|no frames|what is expected/],
    ['a misspelt key', FILE.replace('every:', 'evry:'), 9, 5, /did you mean "every"\?/],
    ['an unknown time zone', FILE.replace('Europe/Berlin', 'Berlin'), 2, 13, /no IANA time zone/],
    ['a zone that crosses itself', FILE.replace('[1, 1], [0, 1]]', '[0, 1], [1, 1]]'), 4, 7, /cross or touch/],
    ['a zone without a name', FILE.replace('name: yard, ', ''), 4, 7, /no name/],
    ['a corner of one number', FILE.replace('[1, 0.5]', '[1]'), 4, 41, /list of 2 numbers/],
    ['a kind that there is not', FILE.replace('kind: mask', 'kind: hole'), 5, 27, /one of zone, mask/],
    ['an overlap of words', FILE.replace('50%', 'half'), 5, 81, /no probability/],
    ['a start without a zone', FILE.replace('+01:00', ''), 8, 12, /no moment/],
    ['no time between frames', FILE.replace('500 ms', '0 s'), 9, 12, /not taken at once/],
    ['a time without a unit', FILE.replace('500 ms', '500'), 9, 12, /did you mean 500 s\?/],
    ['a box of three numbers', FILE.replace('[0.1, 0.6, 0.05, 0.2]', '[0.1, 0.6, 0.05]'), 12, 30, /list of 4 numbers, \[x, y, width, height\]/],
    ['a box without a width', FILE.replace('[0.1, 0.6, 0.05, 0.2]', '[0.1, 0.6, 0, 0.2]'), 12, 30, /width and a height above 0/],
    ['an object in no place', FILE.replace(', at: [0.1, 0.6, 0.05, 0.2] }]\n', ' }]\n'), 12, 10, /one class with its probability, and where it is/],
    ['an object of two classes', FILE.replace('Persons: 85%', 'person: 85%, dog: 10%'), 12, 25, /one class/],
    ['a probability of more than all', FILE.replace('85%', '850%'), 12, 21, /no probability/],
    ['a pause with objects', FILE.replace('pause: 10 min', 'pause: 10 min, objects: []'), 14, 9, /item of its own/],
    ['a stretch of no length', withFrames('[{ objects: [] }]'), 5, 14, /repeat: 20, or for: 10 s/],
    ['a stretch of two lengths', withFrames('[{ repeat: 2, for: 10 s }]'), 5, 14, /repeat: 20, or for: 10 s/],
    ['half a frame', withFrames('[{ repeat: 0.5 }]'), 5, 24, /no number of frames/],
    ['less time than a frame takes', withFrames('[{ for: 10 ms }]'), 5, 21, /so short a time/],
    ['frames without end', withFrames('[{ repeat: 999999999 }]'), 5, 13, /at most 20000 frames/],
    ['pauses only', withFrames('[{ pause: 1 s }]'), 5, 13, /at least one frame/],
    ['no expectation that is known', withExpect('sometimes'), 5, 13, /never, every frame/],
    ['an expectation of nothing', withExpect('{}'), 5, 13, /Nothing is expected/],
    ['times the wrong way round', withExpect('{ first match: 5 s .. 3 s }'), 5, 28, /earlier time comes first/],
    ['a number that is none', withExpect('{ matches: at least some }'), 5, 33, /no number of matches/],
    ['YAML that is none', 'cases: [', 1, 9, /./],
  ])('is refused at its place: %s', (_, text, line, column, message) => {
    const { file, problems } = readCases(text);
    expect(file).toBeNull();
    expect(problems[0]).toMatchObject({ severity: 'error', line, column, message: expect.stringMatching(message) });
  });

  it('is read or refused whatever somebody breaks in it, and nothing is ever thrown', () => {
    const piece = fc.constantFrom('', '[', ']', '{', '}', ':', '- ', ',', '%', '..', '\n', ' ', '0', '-1', '1e9', 'never', 'objects', '"', '&a', '*a', 'null', '\u0000', '💥');
    let refused = 0;
    fc.assert(fc.property(fc.nat(FILE.length), fc.nat(30), piece, (at, cut, instead) => {
      const { file, problems } = readCases(FILE.slice(0, at) + instead + FILE.slice(at + cut));
      expect(file === null).toBe(problems.some(({ severity }) => severity === 'error'));
      refused += file === null ? 1 : 0;
    }), { numRuns: 600, seed: 1 });
    expect(refused).toBeGreaterThan(300);
    expect(refused).toBeLessThan(600);
  });
});
