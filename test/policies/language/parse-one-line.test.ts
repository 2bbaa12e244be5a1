import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyOf, classAbove } from '../../../policies/model.ts';
import type { Comparison } from '../../../policies/model.ts';
import { parseOneLine } from '../../../policies/language/parse-one-line.ts';
import { printOneLine } from '../../../policies/language/print-one-line.ts';
import { PROBLEMS } from '../../../policies/language/problems.ts';
import { oneLineRule } from '../arbitraries.ts';

const rule = (ruleId: string, labels: readonly string[], comparison: Comparison, threshold: number) => ({
  ruleId,
  name: null,
  severity: null,
  condition: anyOf(labels.map((label) => classAbove(label, comparison, threshold))),
});
const SAMPLE = 'RuleID: 100 | Unsafe Class: Dog, Cat, Racoon | ALL with probability>80%';
const withThreshold = (text: string) => `RuleID: 1 | Unsafe Class: Dog | ALL with probability${text}`;

describe('the one-line form', () => {
  it('reads the sample rule', () => {
    const parsed = parseOneLine(SAMPLE);
    expect(parsed.rule).toEqual(rule('100', ['dog', 'cat', 'raccoon'], '>', 0.8));
    expect(parsed.problems).toEqual([]);
    expect(parsed.mentions.map(({ written, label }) => [written, label])).toEqual([['Dog', 'dog'], ['Cat', 'cat'], ['Racoon', 'raccoon']]);
  });

  it.each([
    ['other case', 'RULEID: 1 | UNSAFE CLASS: DOG | all WITH Probability>80%'],
    ['no spaces', 'RuleID:1|UnsafeClass:Dog|ALL with probability>80%'],
    ['many spaces', '  Rule  ID  :  1  |  Unsafe   Class  :  Dog  |  ALL   with   probability   >   80   %  '],
    ['a no-break space', 'RuleID:\u00a01 | Unsafe Class:\u00a0Dog | ALL with\u00a0probability > 80%'],
    ['a byte order mark and a line end', '\ufeffRuleID: 1 | Unsafe Class: Dog | ALL with probability>80%\r\n'],
    ['lines of its own', 'RuleID: 1\n| Unsafe Class: Dog\n| ALL with probability > 80%\n'],
    ['no colons', 'RuleID 1 | Unsafe Class Dog | ALL with probability>80%'],
    ['equal signs and underscores', 'rule_id=1 | unsafe_classes=Dog | ALL with probability>80%'],
    ['ANY for ALL', 'RuleID: 1 | Unsafe Class: Dog | ANY with probability>80%'],
    ['no "with"', 'RuleID: 1 | Unsafe Class: Dog | ALL probability>80%'],
  ])('forgives %s', (_, text) => {
    expect(parseOneLine(text)).toMatchObject({ rule: rule('1', ['dog'], '>', 0.8), problems: [] });
  });

  it.each([
    ['>80%', '>', 0.8],
    ['>80', '>', 0.8],
    ['>0.8', '>', 0.8],
    ['>.8', '>', 0.8],
    ['>80.5%', '>', 0.805],
    ['>80.1%', '>', 0.801],
    ['>80.0001%', '>', 0.800001],
    ['>0.800001', '>', 0.800001],
    ['>80.500000000%', '>', 0.805],
    ['>=80%', '>=', 0.8],
    ['> = 80%', '>=', 0.8],
    ['≥80%', '>=', 0.8],
    ['>=100%', '>=', 1],
    ['>=100', '>=', 1],
    ['>99.9999%', '>', 0.999999],
    ['>0%', '>', 0],
    ['>0', '>', 0],
    ['>1%', '>', 0.01],
    ['>1.5', '>', 0.015],
    ['>080%', '>', 0.8],
  ] as const)('reads %s as %s %d', (text, comparison, threshold) => {
    expect(parseOneLine(withThreshold(text))).toMatchObject({ rule: rule('1', ['dog'], comparison, threshold), problems: [] });
  });

  it('takes names of several words and letters of any language', () => {
    const parsed = parseOneLine('RuleID: 1 | Unsafe Class: Traffic   Light, cell_phone, Bär, person (child), hot-dog | ALL with probability>80%');
    expect(parsed.rule).toEqual(rule('1', ['traffic light', 'cell phone', 'bär', 'person (child)', 'hot-dog'], '>', 0.8));
  });

  it('resolves what people call a class to what models call it', () => {
    const parsed = parseOneLine('RuleID: 1 | Unsafe Class: People, Motorbike | ALL with probability>80%');
    expect(parsed.rule).toEqual(rule('1', ['person', 'motorcycle'], '>', 0.8));
  });

  it('warns of a class that stands there twice, under whatever name, and keeps one', () => {
    const parsed = parseOneLine('RuleID: 1 | Unsafe Class: Motorbike, DOG, motorcycle, dogs | ALL with probability>80%');
    expect(parsed.rule).toEqual(rule('1', ['motorcycle', 'dog'], '>', 0.8));
    expect(parsed.problems.map(({ severity, code, column }) => [severity, code, column])).toEqual([['warning', 'class_repeated', 43], ['warning', 'class_repeated', 55]]);
    expect(parsed.problems[0]?.message).toContain('"motorcycle" is the same class as "Motorbike"');
  });

  it('gives frozen nodes, so that no one changes a rule that others share', () => {
    const condition = parseOneLine(SAMPLE).rule?.condition;
    expect([condition, condition?.kind === 'any-of' && condition.children, condition?.kind === 'any-of' && condition.children[0]].every(Object.isFrozen)).toBe(true);
  });
});

/** Takes the ¦ out that marks a place in a text of a table. */
function marked(text: string) {
  const before = text.slice(0, text.indexOf('¦')).split('\n');
  return { text: text.replace('¦', ''), line: before.length, column: [...(before.at(-1) ?? '')].length + 1 };
}

describe('a rule with a fault', () => {
  it.each([
    ['¦', 'rule_empty', 'RuleID: 100'],
    ['¦ \n\t ', 'rule_empty', 'RuleID: 100'],
    ['¦Dog, Cat', 'heading_malformed', 'write RuleID: 100 instead of "Dog, Cat"'],
    ['RuleID: 100¦', 'part_missing', 'add | Unsafe Class'],
    ['RuleID: 100 | Unsafe Class: Dog¦ ', 'part_missing', 'add | ALL with probability>80%'],
    [`${SAMPLE} ¦| ALL`, 'part_unexpected', 'take this | out'],
    [`${SAMPLE}\n¦RuleID: 101 | Unsafe Class: Dog | ALL with probability>80%`, 'threshold_malformed', 'text of its own'],
    ['RuleID: ¦| Unsafe Class: Dog | ALL with probability>80%', 'id_unsafe', 'Nothing stands after RuleID:'],
    ['RuleID: ¦a b | Unsafe Class: Dog | ALL with probability>80%', 'id_unsafe', '"a b" cannot be a rule id'],
    ['RuleID: ¦../x | Unsafe Class: Dog | ALL with probability>80%', 'id_unsafe', '"../x"'],
    ['RuleID: 1 | ¦Safe Class: Dog | ALL with probability>80%', 'heading_malformed', 'write Unsafe Class: Dog, Cat instead of "Safe Class: Dog"'],
    ['RuleID: 1 | Unsafe Class: ¦| ALL with probability>80%', 'class_missing', 'name one'],
    ['RuleID: 1 | Unsafe Class: Dog,¦, Cat | ALL with probability>80%', 'class_missing', 'take the comma out'],
    ['RuleID: 1 | Unsafe Class: Dog, ¦| ALL with probability>80%', 'class_missing', 'take the comma out'],
    ['RuleID: 1 | Unsafe Class: ¦Dog; Cat | ALL with probability>80%', 'class_name_malformed', 'commas between'],
    ['RuleID: 1 | Unsafe Class: ¦"Dog" | ALL with probability>80%', 'class_name_malformed', 'without quotes'],
    ['RuleID: 1 | Unsafe Class: ¦Dog\nCat | ALL with probability>80%', 'class_name_malformed', 'commas between'],
    ['RuleID: 1\n| Unsafe Class: Cat, ¦"Dog"\n| ALL with probability>80%', 'class_name_malformed', 'without quotes'],
    [`RuleID: 1 | Unsafe Class: ¦${'x'.repeat(65)} | ALL with probability>80%`, 'class_name_malformed', 'up to 64 characters'],
    ['RuleID: 1 | Unsafe Class: ¦🦝🦝, Dog | ALL with probability>80%', 'class_name_malformed', '"🦝🦝"'],
    ['RuleID: 1 | Unsafe Class: Dog | ¦NONE with probability>80%', 'condition_malformed', 'Expected ALL instead of "NONE with probability>80%"'],
    ['RuleID: 1 | Unsafe Class: Dog | ¦', 'condition_malformed', 'Expected ALL instead of the end'],
    ['RuleID: 1 | Unsafe Class: Dog | ALL ¦with confidence>80%', 'condition_malformed', 'Expected "with probability"'],
    [withThreshold(' ¦80%'), 'condition_malformed', 'Expected > or >='],
    [withThreshold('¦&gt;80%'), 'condition_malformed', 'instead of "&gt;80%"'],
    [withThreshold('¦<80%'), 'comparison_unsupported', 'above a threshold'],
    [withThreshold('¦=>80%'), 'comparison_unsupported', 'did you mean >=?'],
    [withThreshold('¦=80%'), 'comparison_unsupported', 'did you mean >=?'],
    [withThreshold('>¦'), 'threshold_malformed', 'Expected a number'],
    [withThreshold('>¦-5%'), 'threshold_malformed', '"-5%"'],
    [withThreshold('>¦eighty'), 'threshold_malformed', '"eighty"'],
    [withThreshold('>80¦,5%'), 'threshold_malformed', 'decimals have a point'],
    [withThreshold('>80%¦%'), 'threshold_malformed', 'ends after the number'],
    [withThreshold('>80 ¦percent'), 'threshold_malformed', '"percent"'],
    [withThreshold('>1¦e2'), 'threshold_malformed', '"e2"'],
    [withThreshold('>¦1'), 'threshold_ambiguous', '1 may be 1% or 100%'],
    [withThreshold('>=¦1.0'), 'threshold_ambiguous', 'write the % sign'],
    [withThreshold('>¦120%'), 'threshold_out_of_range', 'at most 100%'],
    [withThreshold('>=¦100.0001%'), 'threshold_out_of_range', 'at most 100%'],
    [withThreshold(`>¦${'9'.repeat(400)}`), 'threshold_out_of_range', 'at most 100%'],
    [withThreshold('>¦80.00001%'), 'threshold_too_fine', 'at most 4 decimals'],
    [withThreshold('>¦0.8000001'), 'threshold_too_fine', 'at most 4 decimals'],
    [withThreshold('>¦100%'), 'rule_never_matches', 'did you mean >=100%?'],
    [withThreshold('>¦100'), 'rule_never_matches', 'did you mean >=100%?'],
  ])('%j is refused at the mark (%s) with its mend', (markedText, code, words) => {
    const { text, line, column } = marked(markedText);
    const { rule: refused, problems } = parseOneLine(text);
    expect(refused).toBeNull();
    const problem = problems.find((candidate) => candidate.severity === 'error');
    expect(problem).toMatchObject({ severity: 'error', code, line, column });
    expect(problem?.message).toContain(words);
  });

  it('counts columns in characters, so an emoji before the fault moves it by one', () => {
    const { problems } = parseOneLine('RuleID: 1 | Unsafe Class: 🦝, Dog; | ALL with probability>80%');
    expect(problems.map(({ column }) => column)).toEqual([27, 30]);
  });

  it('shows all its faults at once', () => {
    const { problems } = parseOneLine('RuleID: a b | Unsafe Class: Dog,, Dog | ALL with probability>100%');
    expect(problems.map(({ code }) => code)).toEqual(['id_unsafe', 'class_missing', 'class_repeated', 'rule_never_matches']);
  });

  it('may have a threshold that was meant as a fraction, which is a warning', () => {
    const { text, line, column } = marked(withThreshold('>¦0.8%'));
    const { rule: kept, problems } = parseOneLine(text);
    expect(kept).toEqual(rule('1', ['dog'], '>', 0.008));
    expect(problems).toMatchObject([{ severity: 'warning', code: 'threshold_tiny', line, column }]);
    expect(problems[0]?.message).toContain('did you mean 80%?');
  });

  it('is told apart from an endless text before anything else is looked at', () => {
    const { problems } = parseOneLine('x'.repeat(1_000_000));
    expect(problems).toMatchObject([{ code: 'rule_too_long' }]);
  });

  it('is answered with a list that somebody can read, and an error is never lost behind warnings', () => {
    const commas = parseOneLine(`RuleID: 1 | Unsafe Class: ${','.repeat(9000)} | ALL with probability>80%`);
    expect(commas.problems).toHaveLength(20);
    const repeats = parseOneLine(`RuleID: 1 | Unsafe Class: ${'dog,'.repeat(3000)} dog | ALL with probability>100%`);
    expect(repeats.problems.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual(['rule_never_matches']);
  });
});

describe('any text at all', () => {
  const pieces = fc.constantFrom(
    'RuleID', 'rule id', ': ', '1', '|', ' | ', 'Unsafe Class', 'Dog', ',', 'ALL', 'any', ' with ', 'probability', '>', '>=', '≥', '<', '=', '80', '%', '.', '0.8', '100', '1',
    '\n', '\t', '\u0000', '\ud800', '🦝', '\u202e', 'İ', '"', '\\', '__proto__', '-', ' ',
  );
  const nearlyRules = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(''));
  const broken = fc.tuple(fc.nat(SAMPLE.length), fc.nat(4), fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 4 }))).map(([at, cut, put]) => SAMPLE.slice(0, at) + put + SAMPLE.slice(at + cut));

  it('is answered with a rule or with located errors, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(nearlyRules, broken, fc.string({ unit: 'binary' })), (text) => {
        const { rule: parsed, problems } = parseOneLine(text);
        const lines = text.split('\n');
        for (const problem of problems) {
          expect(PROBLEMS).toHaveProperty(problem.code, problem.severity);
          expect(problem.message).toMatch(/\S/);
          expect(problem.line).toBeGreaterThanOrEqual(1);
          expect(problem.line).toBeLessThanOrEqual(lines.length);
          expect(problem.column).toBeGreaterThanOrEqual(1);
          expect(problem.column).toBeLessThanOrEqual([...(lines[problem.line - 1] ?? '')].length + 1);
        }
        expect(parsed === null).toBe(problems.some(({ severity }) => severity === 'error'));
      }),
      { numRuns: 10_000 },
    );
  });

  it('that parses is printed in a form that means the same', () => {
    let parsedOnce = 0;
    fc.assert(
      fc.property(fc.oneof(broken, nearlyRules), (text) => {
        const { rule: parsed } = parseOneLine(text);
        if (parsed === null) return;
        parsedOnce += 1;
        expect(parseOneLine(printOneLine(parsed) ?? '').rule).toEqual(parsed);
      }),
      { numRuns: 5000 },
    );
    expect(parsedOnce).toBeGreaterThan(100);
  });
});

describe('printing a rule', () => {
  it('gives one canonical text', () => {
    expect(printOneLine(parseOneLine('rule id 7|unsafe classes Motorbike,DOG|any probability ≥ .805').rule ?? expect.fail('does not parse'))).toBe(
      'RuleID: 7 | Unsafe Class: motorcycle, dog | ALL with probability>=80.5%',
    );
  });

  it('loses nothing: every rule of this form reads back equal and prints the same again', () => {
    fc.assert(
      fc.property(oneLineRule, (original) => {
        const text = printOneLine(original) ?? '';
        const parsed = parseOneLine(text);
        expect(parsed.rule).toEqual(original);
        expect(printOneLine(parsed.rule ?? original)).toBe(text);
      }),
      { numRuns: 3000 },
    );
  });

  it('admits when a rule says more than one line can', () => {
    const [dog, cat] = [classAbove('dog', '>', 0.8), classAbove('cat', '>', 0.7)];
    for (const condition of [dog, anyOf([dog, cat]), anyOf([anyOf([dog])]), anyOf([dog, classAbove('cat', '>=', 0.8)])]) {
      expect(printOneLine({ ruleId: '1', name: null, severity: null, condition })).toBeUndefined();
    }
  });
});
