import { describe, expect, it } from 'vitest';
import { readCases } from '../../../policies/cases/read-cases.ts';
import { runCases } from '../../../policies/cases/run-cases.ts';
import type { CaseResult } from '../../../policies/cases/run-cases.ts';
import { readRule } from '../../../policies/language/read-rule.ts';

/** One case of a rule that looks for people, who are seen from 2 s to 4 s of ten frames. */
function play(expected: string, rule = 'rule: 1\nunsafe: person', device = ''): CaseResult | undefined {
  const { file } = readCases(`${device}
cases:
  - name: from the second second to the fourth
    start: 2026-01-15T00:00:00Z
    frames:
      - repeat: 2
      - { repeat: 3, objects: [{ person: 80%, at: [0.1, 0.1, 0.1, 0.3], move: [0.2, 0] }] }
      - repeat: 5
    expect: ${expected}
`);
  const parsed = readRule(rule).rule;
  return file === null || parsed === null ? undefined : runCases(parsed, file)[0];
}

describe('a case that is played', () => {
  it('tells when the rule matched', () => {
    expect(play('[2 s, 3 s, 4 s]')).toEqual({ name: 'from the second second to the fourth', fault: null, matchesMs: [2000, 3000, 4000], frames: 10 });
  });

  it.each(['[2 s, 3 s, 4 s]', '{ matches: 3 }', '{ matches: 1 .. 3 }', '{ matches: at least 3 }', '{ matches: at most 3 }', '{ first match: 2 s }', '{ first match: 0 s .. 2 s, last match: 4 s .. 9 s, matches: 3 }'])('holds for %s', (expected) => {
    expect(play(expected)?.fault).toBeNull();
  });

  it.each([
    ['never', 'Expected no match; 3 of 10 frames matched, at 2 s, 3 s, 4 s.'],
    ['every frame', 'Expected a match on every frame; 3 of 10 frames matched, at 2 s, 3 s, 4 s.'],
    ['[2 s, 3 s]', 'Expected matches at 2 s, 3 s; 3 of 10 frames matched, at 2 s, 3 s, 4 s.'],
    ['[2 s, 3 s, 5 s]', 'Expected matches at 2 s, 3 s, 5 s; 3 of 10 frames matched, at 2 s, 3 s, 4 s.'],
    ['{ first match: 3 s }', 'Expected the first match at 3 s; 3 of 10 frames matched, at 2 s, 3 s, 4 s.'],
    ['{ last match: 5 s .. 6 s, matches: at least 4 }', 'Expected the last match from 5 s to 6 s, at least 4 matches; 3 of 10 frames matched, at 2 s, 3 s, 4 s.'],
    ['{ matches: at most 2 }', 'Expected at most 2 matches; 3 of 10 frames matched, at 2 s, 3 s, 4 s.'],
    ['{ matches: 4 .. 5 }', 'Expected 4 to 5 matches; 3 of 10 frames matched, at 2 s, 3 s, 4 s.'],
  ])('fails for %s and says what came instead', (expected, fault) => {
    expect(play(expected)?.fault).toBe(fault);
  });

  it('fails where a match is expected and none comes', () => {
    expect(play('{ first match: 0 s .. 9 s }', 'rule: 1\nunsafe: dog')?.fault).toBe('Expected the first match from 0 s to 9 s; none of 10 frames matched.');
    expect(play('{ matches: 0 }', 'rule: 1\nunsafe: dog')?.fault).toBeNull();
  });

  it('says of many matches the first and the last', () => {
    expect(play('never', 'rule: 1\nunsafe: { none: [dog] }')?.fault).toBe('Expected no match; 10 of 10 frames matched, the first at 0 s, the last at 9 s.');
  });

  it('is played in the zones and the time zone of its device, with memory', () => {
    const device = 'device: { timeZone: Asia/Tokyo, zones: [{ name: left, polygon: [[0, 0], [0.5, 0], [0.5, 1], [0, 1]] }] }';
    expect(play('[2 s, 3 s]', 'rule: 1\nunsafe: { objects: person, zone: left }', device)?.fault).toBeNull();
    expect(play('never', 'rule: 1\nunsafe: person\nduring: 00:00-08:00', device)?.fault).toBeNull();
    expect(play('[2 s, 3 s, 4 s]', 'rule: 1\nunsafe: person\nduring: 09:00-10:00', device)?.fault).toBeNull();
    expect(play('[4 s]', 'rule: 1\nunsafe: person\nseen: 3 of 5 frames', device)?.fault).toBeNull();
  });

  it('begins with nothing remembered, each by itself', () => {
    const one = 'start: 2026-01-15T00:00:00Z\n    frames: [[{ person: 80%, at: [0.1, 0.1, 0.1, 0.3] }]]\n    expect: never\n';
    const { file } = readCases(`cases:\n  - name: first\n    ${one}  - name: second\n    ${one}`);
    const { rule } = readRule('rule: 1\nunsafe: person\nseen: 2 of 3 frames');
    expect(file && rule && runCases(rule, file).map(({ fault }) => fault)).toEqual([null, null]);
  });
});
