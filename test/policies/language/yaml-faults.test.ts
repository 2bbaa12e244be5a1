import { describe, expect, it } from 'vitest';
import { PROBLEMS } from '../../../policies/language/problems.ts';
import { readRule } from '../../../policies/language/read-rule.ts';

/** Takes the ¦ out that marks a place in a text of a table. */
function marked(text: string) {
  const before = text.slice(0, text.indexOf('¦')).split('\n');
  return { text: text.replace('¦', ''), line: before.length, column: [...(before.at(-1) ?? '')].length + 1 };
}

const inUnsafe = (lines: string) => `rule: 1\nunsafe:\n${lines.replace(/^/gm, '  ')}`;
const CODES_OF_YAML = Object.keys(PROBLEMS).slice(Object.keys(PROBLEMS).indexOf('yaml_malformed'), Object.keys(PROBLEMS).indexOf('expression_malformed') + 1);

const FAULTS: readonly (readonly [text: string, code: string, words: string])[] = [
  // No YAML.
  [inUnsafe('objects: person\nprobability: ¦> 80%'), 'yaml_malformed', 'write "> 80%"'],
  [inUnsafe('objects: person\nprobability: ¦>= 80%'), 'yaml_malformed', 'write ">= 80%"'],
  [inUnsafe('any: [dog, cat¦'), 'yaml_malformed', 'close it with ] or }'],
  [inUnsafe('objects: "person¦'), 'yaml_malformed', 'A quote that was opened does not end'],
  [inUnsafe('objects: person\n¦\tzone: yard'), 'yaml_malformed', 'spaces in place of this tab'],
  [inUnsafe('objects: ¦person\n  zone: yard'), 'yaml_malformed', 'indented too far'],
  [inUnsafe('when: "a" ¦== b'), 'yaml_malformed', 'put the whole value into quotes'],
  [inUnsafe('when: ¦%a'), 'yaml_malformed', 'put the value into quotes'],
  [inUnsafe('objects: "a¦\\q"'), 'yaml_malformed', 'No escape that YAML knows'],
  ['{"rule": "1"\n ¦"unsafe": "person"}', 'yaml_malformed', 'A comma is missing before this'],
  ['{"rule": ¦1 "unsafe": "person"}', 'yaml_malformed', 'put one before the next key'],
  ['rule: 1\nunsafe:\n  objects: person\n¦ zone: yard', 'yaml_malformed', 'the same indentation'],
  [inUnsafe('any: ¦- dog'), 'yaml_malformed', 'A list begins on a line of its own'],
  ['rule: 1\n¦unsafe person\n', 'yaml_malformed', 'write key: value'],
  ['rule: 1\nunsafe: per¦\u0000son', 'yaml_malformed', 'U+0000 cannot stand in a rule'],
  ['# 🦝 ¦\ud800\nrule: 1\nunsafe: person', 'yaml_malformed', 'U+D800'],
  ['rule: 1\n¦[unsafe]: person', 'yaml_malformed', 'A key is a word'],
  // YAML that is not taken.
  ['rule: ¦&a 1\nunsafe: person', 'yaml_unsupported', 'Anchors are not taken'],
  ['rule: 1\nunsafe: ¦*a', 'yaml_unsupported', 'Aliases are not taken'],
  ['rule: ¦!!str 1\nunsafe: person', 'yaml_unsupported', 'Tags are not taken'],
  ['¦%YAML 1.1\n---\nrule: 1\nunsafe: person', 'yaml_unsupported', 'Directives are not taken'],
  ['rule: 1\nunsafe: person\n¦---\nrule: 2\nunsafe: dog', 'yaml_unsupported', 'A text holds one rule'],
  [inUnsafe('¦<<: {objects: dog}\nobjects: person'), 'yaml_unsupported', 'Merge keys'],
  ['¦# nothing but this', 'rule_empty', 'only comments'],
  [`rule: 1\nunsafe: ${'['.repeat(62)}¦${'['.repeat(500)}`, 'rule_too_deep', 'split it'],
  [inUnsafe(`any: [${'{any: ['.repeat(15)}¦dog${']}'.repeat(15)}]`), 'rule_too_deep', 'more than 16 deep'],
  [inUnsafe(`any: [${'a, '.repeat(1999)}¦a]`), 'rule_too_large', 'at most 2000 conditions'],
  [inUnsafe(`objects: [${'a,'.repeat(5327)}¦${'a,'.repeat(4000)}]`), 'rule_too_large', 'words and signs'],
  [`rule: 1\nunsafe: person\n#${'x'.repeat(49_976)}¦${'x'.repeat(50_000)}`, 'rule_too_long', 'at most 50000 characters'],
  // Keys.
  ['¦rul: 1\nunsafe: person', 'key_unknown', 'did you mean "rule"?'],
  ['¦Rule: 1\nunsafe: person', 'key_unknown', 'did you mean "rule"?'],
  ['rule: 1\nunsafe: person\n¦description: x', 'key_unknown', 'known are rule, name, severity, unsafe'],
  ['rule: 1\nunsafe: person\n¦__proto__: x', 'key_unknown', '"__proto__" is not known here'],
  ['rule: 1\nunsafe: person\n¦constructor: x', 'key_unknown', '"constructor"'],
  ['rule: 1\nunsafe: person\n¦zone: yard', 'key_unknown', 'it belongs beside objects, any, all or none'],
  ['rule: 1\nunsafe: person\n¦objects: dog', 'key_unknown', 'it belongs at the head of a condition'],
  [inUnsafe('objects: person\n¦zones: yard'), 'key_unknown', 'did you mean "zone"?'],
  [inUnsafe('objects: person\n¦atLeast: 2'), 'key_unknown', 'did you mean "at least"?'],
  [inUnsafe('any: [person]\n¦at least: 2'), 'key_unknown', 'it belongs beside objects'],
  [inUnsafe('during: daily\n¦zone: yard'), 'key_unknown', 'it belongs beside objects, any, all or none'],
  [inUnsafe('objects: person\n¦where: dog'), 'key_unknown', 'it belongs beside seen'],
  [inUnsafe('objects: person\n¦severity: high'), 'key_unknown', 'at the level of the rule'],
  [inUnsafe('¦objcts: person'), 'key_unknown', 'did you mean "objects"?'],
  ['¦unsafe: person', 'key_missing', 'add rule: with one'],
  ['¦rule: 1', 'key_missing', 'add unsafe: with a condition'],
  [inUnsafe('¦zone: yard'), 'key_missing', 'begins with one of objects, any, all'],
  [inUnsafe('¦seen: 2 of 3 frames'), 'key_missing', 'add where:'],
  ['rule: 1\nunsafe: person\n¦rule: 2', 'key_repeated', 'the first is in line 1'],
  [inUnsafe('objects: person\n¦objects: dog'), 'key_repeated', 'the first is in line 3'],
  ['{"rule": 1, "unsafe": "person", "¦unsafe": "dog"}', 'key_repeated', '"unsafe" stands here for the second time'],
  [inUnsafe('objects: person\n¦any: [dog]'), 'condition_malformed', 'says objects and any; put both into a list under all:'],
  [inUnsafe('objects: person\n¦during: daily'), 'condition_malformed', 'or during beside unsafe'],
  // Values.
  ['rule: ¦\nunsafe: person', 'value_malformed', 'write it as rule: 100'],
  ['rule: ¦[1]\nunsafe: person', 'value_malformed', 'a list'],
  ['rule: ¦a b\nunsafe: person', 'id_unsafe', '"a b" cannot be a rule id'],
  ['rule: "¦"\nunsafe: person', 'value_malformed', 'an empty text'],
  ['¦- rule: 1\n- unsafe: person', 'value_malformed', 'A rule is a mapping'],
  ['rule: 1\nunsafe: ¦~', 'value_malformed', 'A condition is missing here'],
  ['rule: 1\nunsafe: ¦[dog, cat]', 'value_malformed', 'write any:, all: or none: before it'],
  [inUnsafe('any: ¦[]'), 'value_malformed', 'at least one'],
  [inUnsafe('any: ¦dog'), 'value_malformed', 'write such as any: [dog, cat]'],
  [`rule: 1\nname: ¦${'x'.repeat(121)}\nunsafe: person`, 'value_malformed', 'at most 120 characters'],
  ['rule: 1\nname: "¦a\\nb"\nunsafe: person', 'value_malformed', 'one line'],
  ['rule: 1\nname: ¦\nunsafe: person', 'value_malformed', 'The name of the rule is missing'],
  ['rule: 1\nseverity: ¦hihg\nunsafe: person', 'value_malformed', 'did you mean high?'],
  ['rule: 1\nseverity: ¦5\nunsafe: person', 'value_malformed', 'one of low, medium, high, critical'],
  [inUnsafe('objects: person\narrival: ¦yes'), 'value_malformed', 'true or false'],
  [inUnsafe('objects: person\narrival: true\n¦departure: true'), 'value_malformed', 'keep arrival or departure'],
  [inUnsafe('objects: person\nat least: ¦two'), 'value_malformed', 'no number of objects'],
  [inUnsafe('objects: person\nat most: ¦1001'), 'value_malformed', '0 to 1000'],
  [inUnsafe('objects: person\nat least: 4\nat most: ¦2'), 'value_malformed', 'did you mean at least 2 and at most 4?'],
  // Objects.
  [inUnsafe('objects: ¦'), 'value_malformed', 'write it as person > 80%'],
  [inUnsafe('objects: [dog, ¦~]'), 'value_malformed', 'A class is missing here'],
  [inUnsafe('objects: ¦{}'), 'class_missing', 'A class is missing here'],
  [inUnsafe('objects: ["¦> 80%"]'), 'class_missing', 'write person > 80%'],
  [inUnsafe('objects: ¦dog, cat'), 'class_name_malformed', 'several as a list such as [dog, cat]'],
  [inUnsafe('objects: ¦person 80%'), 'class_name_malformed', 'a threshold as person > 80%'],
  [inUnsafe('any:\n  - ¦🦝🦝'), 'class_name_malformed', '"🦝🦝"'],
  [inUnsafe('objects:\n  - ¦person: 80%'), 'value_malformed', '"person >= 60%"'],
  [inUnsafe('objects: person ¦< 80%'), 'comparison_unsupported', 'Only > and >='],
  [inUnsafe('objects: person > ¦high'), 'threshold_malformed', 'Expected a number such as 80%'],
  [inUnsafe('objects: person > 80 ¦percent'), 'threshold_malformed', 'nothing may stand after the number'],
  [inUnsafe('objects: person > 80¦,5%'), 'threshold_malformed', 'decimals have a point'],
  [inUnsafe('objects: person > ¦1'), 'threshold_ambiguous', 'write the % sign'],
  [inUnsafe('objects: person > ¦120%'), 'threshold_out_of_range', 'at most 100%'],
  [inUnsafe('objects: person > ¦80.00001%'), 'threshold_too_fine', 'at most 4 decimals'],
  [inUnsafe('objects: person > ¦100%'), 'rule_never_matches', 'did you mean >=100%?'],
  [inUnsafe('objects: {person: ¦maybe}'), 'threshold_malformed', '"maybe"'],
  [inUnsafe('objects: {person: ¦[60%]}'), 'value_malformed', 'A threshold is missing'],
  [inUnsafe('objects: person\nexcept: ¦dog > 80%'), 'class_name_malformed', 'without a threshold'],
  [inUnsafe('objects: person\nzone: ¦yard, drive'), 'zone_name_malformed', 'a list, such as [yard, drive]'],
  [inUnsafe('objects: person\noutside: [yard, "¦#1"]'), 'zone_name_malformed', 'a letter or digit first'],
  [inUnsafe('objects: person\nzone: ¦[]'), 'value_malformed', 'The name of a zone is missing'],
  [inUnsafe('objects: person\nsize: ¦big'), 'size_malformed', 'write 1% - 50%, at least 1% or at most 50%'],
  [inUnsafe('objects: person\nsize: ¦50% - 1%'), 'size_malformed', 'did you mean 1% - 50%?'],
  [inUnsafe('objects: person\nsize: ¦at least 1'), 'size_malformed', 'write the % sign'],
  [inUnsafe('objects: person\nsize: ¦at most 120%'), 'size_malformed', 'No box is larger than the picture'],
  [inUnsafe('objects: person\nsize: ¦at most 0.00001%'), 'size_malformed', 'at most 4 decimals'],
  [inUnsafe('objects: person\ndwell: ¦10'), 'duration_malformed', 'did you mean 10 s?'],
  [inUnsafe('objects: person\ndwell: ¦2 m'), 'duration_malformed', 'did you mean min?'],
  [inUnsafe('objects: person\ndwell: ¦3 days'), 'duration_malformed', 'write ms, s, min or h'],
  [inUnsafe('objects: person\ndwell: ¦a while'), 'duration_malformed', 'write 10 s, 500 ms'],
  [inUnsafe('objects: person\ndwell: ¦0.5 ms'), 'duration_malformed', 'finer than a millisecond'],
  [inUnsafe('objects: person\ndwell: ¦169 h'), 'duration_malformed', 'at most a week'],
  // Frames, windows, expressions.
  ['rule: 1\nunsafe: person\nseen: ¦thrice', 'frames_malformed', 'write 3 of 5 frames'],
  ['rule: 1\nunsafe: person\nseen: ¦5 of 3 frames', 'frames_malformed', 'did you mean 3 of 5 frames?'],
  ['rule: 1\nunsafe: person\nseen: ¦0 of 3 frames', 'frames_malformed', 'At least 1 frame'],
  ['rule: 1\nunsafe: person\nseen: ¦1 of 1 frames', 'frames_malformed', '2 to 100 frames, not 1'],
  ['rule: 1\nunsafe: person\nseen: ¦2 of 101 frames', 'frames_malformed', '2 to 100 frames, not 101'],
  ['rule: 1\nunsafe: person\nseen: 2 of 3 frames within ¦soon', 'duration_malformed', '"soon"'],
  ['rule: 1\nunsafe: person\nseen: 2 of 3 frames within ¦0 s', 'duration_malformed', 'within 10 s'],
  ['rule: 1\nunsafe: person\nduring: ¦22-6', 'window_malformed', 'write 22:00-06:00'],
  ['rule: 1\nunsafe: person\nduring: ¦10pm to 6am', 'window_malformed', 'write 22:00-06:00'],
  ['rule: 1\nunsafe: person\nduring: ¦25:00-06:00', 'window_malformed', 'from 00:00 to 23:59'],
  ['rule: 1\nunsafe: person\nduring: ¦22:60-06:00', 'window_malformed', 'from 00:00 to 23:59'],
  ['rule: 1\nunsafe: person\nduring: ¦24:00-06:00', 'window_malformed', 'may end at 24:00'],
  ['rule: 1\nunsafe: person\nduring: ¦08:00-12:00, 13:00-17:00', 'window_malformed', 'a list, such as [08:00-12:00, 13:00-17:00]'],
  ['rule: 1\nunsafe: person\nduring: Mon, ¦Teusday', 'window_malformed', 'did you mean tuesday?'],
  ['rule: 1\nunsafe: person\nduring: ¦Mon-Frei 08:00-18:00', 'window_malformed', '"frei" is no day'],
  ['rule: 1\nunsafe: person\nduring: Mon,¦', 'window_malformed', 'A day is missing here'],
  ['rule: 1\nunsafe: person\nduring: [daily, ¦at night]', 'window_malformed', '"at night" is no day'],
  ['rule: 1\nunsafe: person\nduring: ¦{from: "22:00"}', 'value_malformed', 'write it as 22:00-06:00'],
  ['rule: 1\nunsafe: person\nwhen: ¦', 'value_malformed', 'An expression is missing'],
  [`rule: 1\nunsafe: person\nwhen: ¦${'1 + '.repeat(501)}1`, 'expression_malformed', 'at most 2000 characters'],
  ['rule: 1\nunsafe: person\nwhen: "¦a == \\0"', 'expression_malformed', 'cannot be seen'],
];

describe('a YAML rule with a fault', () => {
  const cases = FAULTS.map(([text, code, words]) => [text.length > 150 ? `${text.slice(0, 60)}...` : text, code, text, words] as const);
  it.each(cases)('%j is refused at the mark (%s) with its mend', (_title, code, markedText, words) => {
    const { text, line, column } = marked(markedText);
    const { rule, problems } = readRule(text);
    expect(rule).toBeNull();
    const found = problems.filter((problem) => problem.code === code);
    expect(found).toMatchObject([{ severity: 'error', line, column }]);
    expect(found[0]?.message).toContain(words);
    expect(found[0]?.message).toMatch(/^\P{Ll}.*[.?]$/su);
    expect(problems.filter(({ severity }) => severity === 'error')).toHaveLength(1);
  });

  it('has a case above for every code of the form', () => {
    const covered = new Set([...FAULTS.map(([, code]) => code), 'value_repeated']);
    expect(CODES_OF_YAML.filter((code) => !covered.has(code))).toEqual([]);
    expect(CODES_OF_YAML.length).toBeGreaterThan(10);
  });

  it.each([
    [inUnsafe('objects: [Motorbike, ¦motorcycle]'), 'class_repeated', '"motorcycle" stands here already'],
    [inUnsafe('objects: person\nexcept: [dog, ¦Dogs]'), 'class_repeated', '"Dogs" stands here already'],
    [inUnsafe('objects: person > ¦0.8%'), 'threshold_tiny', 'did you mean 80%?'],
    [inUnsafe('objects: person\nzone: [yard, ¦yard]'), 'value_repeated', '"yard"'],
    ['rule: 1\nunsafe: person\nduring: Mon-Fri, ¦Wed', 'value_repeated', 'Wed stands here twice'],
    ['rule: 1\nunsafe: person\nduring: [weekend, "¦Sat, Sun"]', 'value_repeated', 'in other words'],
  ])('%j is saved with a warning at the mark (%s)', (markedText, code, words) => {
    const { text, line, column } = marked(markedText);
    const { rule, problems } = readRule(text);
    expect(rule).not.toBeNull();
    expect(problems).toMatchObject([{ severity: 'warning', code, line, column }]);
    expect(problems[0]?.message).toContain(words);
  });

  it('keeps a class with two thresholds as it is said, and one of two that are equal', () => {
    expect(readRule(inUnsafe('objects: [dog > 80%, dogs > 60%, Dog > 60%]')).rule?.condition).toMatchObject({ select: [{ name: 'dog', threshold: 0.8 }, { name: 'dog', threshold: 0.6 }] });
  });

  it('shows all its faults at once, in order of the text', () => {
    const { problems } = readRule('rule: a b\nseverity: hihg\nunsafe:\n  any:\n    - person > 120%\n    - objects: dog\n      zone: "#"\n      dwell: 5\nduring: Munday');
    expect(problems.map(({ code, line, column }) => [code, line, column])).toEqual([
      ['id_unsafe', 1, 7], ['value_malformed', 2, 11], ['threshold_out_of_range', 5, 16], ['zone_name_malformed', 7, 14], ['duration_malformed', 8, 14], ['window_malformed', 9, 9],
    ]);
  });

  it('is answered with a list that somebody can read', () => {
    expect(readRule(inUnsafe(`any: [${'dog < 1, '.repeat(900)} cat]`)).problems).toHaveLength(20);
    expect(readRule(`rule: 1\n${Array.from({ length: 5000 }, (_, at) => `k${at}: \n`).join('')}`).problems.length).toBeLessThanOrEqual(20);
  });
});

describe('a text of neither form', () => {
  it.each([
    ['Dog, Cat', 'heading_malformed'],
    ['unsave:\n  objects: person\nrul: 5', 'key_unknown'],
    ['{', 'yaml_malformed'],
    ['[]', 'value_malformed'],
    ['RuleID: 100\nUnsafe Class: Dog\nALL with probability>80%', 'part_missing'],
    ['RuleID 100, Unsafe Class Dog', 'part_missing'],
  ])('%j is taken for the one that it looks more like (%s)', (text, code) => {
    expect(readRule(text).problems.map((problem) => problem.code)).toContain(code);
  });
});
