import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printYaml } from '../../../policies/language/print-yaml.ts';
import { PROBLEMS } from '../../../policies/language/problems.ts';
import { readRule } from '../../../policies/language/read-rule.ts';
import { anyRule } from '../arbitraries.ts';

const CANONICAL = `rule: yard
name: Yard
severity: high
unsafe:
  any:
    - dog > 80%
    - objects: [person, vehicle >= 60%]
      at most: 4
    - seen: 2 of 3 frames within 10 s
      where: {objects: anything, dwell: 10 s, size: 1% - 50%}
  zone: [yard, drive]
during: [22:00-06:00, "Sat, Sun"]
when: |
  size(objects) < 5
`;

/** Whatever the text: an answer that an admin can use, within the text, and few enough entries to read. */
function expectAnswer(text: string) {
  const { rule, problems, places, mentions } = readRule(text);
  const lines = text.split('\n');
  const columnsOf = (line: number) => [...(lines[line - 1] ?? '')].length + 1;
  const severities: Readonly<Record<string, string>> = PROBLEMS;
  const wrong = problems.filter(({ severity, code, message, line, column }) =>
    severities[code] !== severity || !/^\S.*[.?]$/s.test(message) || message.length > 400 || line < 1 || line > lines.length || column < 1 || column > columnsOf(line));
  const outside = [...places.values(), ...mentions.map(({ offset }) => offset)].filter((at) => at < 0 || at > text.length);
  const refused = problems.some(({ severity }) => severity === 'error');
  expect({ wrong, outside, refused, few: problems.length <= 40 }).toEqual({ wrong: [], outside: [], refused: rule === null, few: true });
  return rule;
}

const pieces = fc.constantFrom(
  'rule', 'name', 'severity', 'unsafe', 'objects', 'any', 'all', 'none', 'seen', 'where', 'during', 'when', 'probability', 'except', 'zone', 'outside', 'size', 'dwell', 'arrival', 'at least', 'at most',
  ': ', ':', '\n', '\n  ', '\n    ', '\n  - ', '- ', '? ', ', ', '[', ']', '{', '}', '"', "'", '|', '>', '> ', '|-\n', '#', ' #', '&a ', '*a', '!x ', '!!str ', '<<: ', '%', '%YAML 1.1\n', '---\n', '...\n', '\t', '\r\n', '\r',
  'person', 'dog > 80%', '>= 60%', '60%', '1', '100', '-1', '1e9', '2 of 3 frames', 'within ', '10 s', '22:00-06:00', 'Mon-Fri', 'true', 'null', '~', '""', '__proto__', 'constructor', 'toString',
  '\u0000', '\u0007', '\u0085', '\u2028', '\ufeff', '\ud800', '\udc00', '🦝', '\u202e', 'İ', '\\', '\\u0000', '\\x', 'RuleID: 1 | Unsafe Class: Dog | ALL with probability>80%', 'rule: 1\nunsafe: ', 'RuleID: 1 |',
);
const nearlyYaml = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(''));
const begun = nearlyYaml.map((text) => `rule: 1\nunsafe:\n  ${text}`);
const broken = fc
  .tuple(fc.oneof(fc.constant(CANONICAL), anyRule.map(printYaml)), fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(6), fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 4 }))), { minLength: 1, maxLength: 2 }))
  .map(([source, cuts]) => cuts.reduce((text, [where, cut, put]) => {
    const at = Math.floor(where * text.length);
    return text.slice(0, at) + put + text.slice(at + cut);
  }, source));

describe('any text at all', () => {
  it('is answered with a rule or with located errors, and never throws', () => {
    let rules = 0;
    fc.assert(
      fc.property(fc.oneof(nearlyYaml, begun, { arbitrary: broken, weight: 3 }, fc.string({ unit: 'binary', maxLength: 200 })), (text) => {
        if (expectAnswer(text) !== null) rules += 1;
      }),
      { numRuns: 5000 },
    );
    expect(rules).toBeGreaterThan(50);
  });

  it('that is read is printed in a form that means the same', () => {
    fc.assert(
      fc.property(broken, (text) => {
        const { rule } = readRule(text);
        if (rule !== null) expect(readRule(printYaml(rule)).rule).toEqual(rule);
      }),
      { numRuns: 1000 },
    );
  });
});

/** Nearly as long as a text may be. */
const long = (unit: string, head: string) => head + unit.repeat(Math.floor((49_000 - head.length) / unit.length));

describe('a text that is meant to take for ever', () => {
  it.each([
    '[', '{a: ', '- ', '? ', ': ', '"', "'", '{"a":', '[{', ',', 'a, ', '|\n', '>\n ', '\n', ' ', '\t', '\r', '#\n', ' #', ']', 'a', '🦝', '\\', '"\\\n', '-\n', 'k: \n', '%', '>', '1 ', 'a-', '|', '00:00-',
  ])('is answered: %j again and again', (unit) => {
    for (const head of ['', 'rule: 1\nunsafe: ', 'rule: 1\nunsafe: {objects: [', 'rule: 1\nunsafe: dog\nduring: "']) expect(expectAnswer(long(unit, head))).toBeNull();
  });

  it('is told from a rule by its length before it is read', () => {
    for (const unit of ['[', '"', 'k: \n', 'rule: 1\n']) expect(readRule(`rule: 1\n${unit.repeat(500_000)}`).problems).toMatchObject([{ code: 'rule_too_long' }]);
  });

  it('is told by its words and signs before anything is built of it', () => {
    for (const unit of ['""', 'k: \n', '- a\n', '[]\n']) {
      const { problems } = readRule(`rule: 1\nunsafe:\n${unit.repeat(10_000)}`);
      expect(problems).toHaveLength(1);
      expect(['rule_too_large', 'yaml_malformed']).toContain(problems[0]?.code);
    }
    expect(readRule(`rule: 1\n${'k: \n'.repeat(10_000)}`).problems).toMatchObject([{ code: 'rule_too_large', line: expect.any(Number) as number }]);
  });

  it('is refused before anything is built of it when aliases would make it endless', () => {
    const laughs = Array.from({ length: 30 }, (_, at) => `a${at}: &a${at} [${Array.from({ length: 9 }, () => (at === 0 ? 'lol' : `*a${at - 1}`)).join(', ')}]`).join('\n');
    expect(readRule(`rule: 1\nunsafe: person\n${laughs}`).problems).toMatchObject([{ code: 'yaml_unsupported', line: 3, column: 5 }]);
  });

  it.each([
    ['block mappings', Array.from({ length: 200 }, (_, at) => `${' '.repeat(at)}all:\n`).join('')],
    ['block lists', Array.from({ length: 100 }, (_, at) => `${' '.repeat(2 * at)}- all:\n`).join('')],
    ['dashes', '- '.repeat(100)],
    ['brackets', '['.repeat(100)],
    ['conditions', `{all: [`.repeat(40)],
  ])('is refused where it goes too deep: %s', (_, text) => {
    expect(readRule(`rule: 1\nunsafe:\n${text.replace(/^/gm, '  ')}`).problems).toMatchObject([{ code: 'rule_too_deep' }]);
  });

  it('cannot reach what objects inherit', () => {
    for (const word of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      expect(readRule(`rule: 1\nunsafe: {objects: dog, ${word}: {zone: yard}}`).problems).toMatchObject([{ code: 'key_unknown' }]);
      expect(readRule(`{"rule": 1, "unsafe": {"${word}": ["dog"]}}`).rule).toBeNull();
    }
    expect(readRule('rule: 1\nunsafe: {objects: {constructor: 60%}}').rule?.condition).toMatchObject({ select: [{ name: 'constructor', threshold: 0.6 }] });
    expect(({} as { zone?: string }).zone).toBeUndefined();
  });
});
