import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkClasses } from '../../policies/check/check-classes.ts';
import { canonicalClass } from '../../policies/class-names.ts';
import { DEFAULT_GROUPING } from '../../policies/incident-grouping.ts';
import { parseOneLine } from '../../policies/language/parse-one-line.ts';
import { printOneLine } from '../../policies/language/print-one-line.ts';
import { PROBLEMS } from '../../policies/language/problems.ts';
import type { ProblemCode } from '../../policies/language/problems.ts';

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const docs = text('docs/rules.md');
const coco = { name: 'the default model', labels: JSON.parse(text('assets/coco80.json')) as string[] };

const examples = [...docs.matchAll(/^```rule ?(\w*)\n(.*?)^```/gms)].flatMap(([, code = '', lines = '']) => lines.trim().split('\n').map((line) => ({ line, code })));

describe('the page about rules', () => {
  it.each(examples)('is right about $line', ({ line, code }) => {
    const parsed = parseOneLine(line);
    const codes = [...parsed.problems, ...checkClasses(parsed, [coco])].map((problem) => problem.code);
    expect(codes).toEqual(code === '' ? [] : [code]);
    expect(parsed.rule === null).toBe(code !== '' && PROBLEMS[code as ProblemCode] === 'error');
  });

  it('has examples of rules that work, that warn and that are refused', () => {
    expect(examples.filter(({ code }) => code === '').length).toBeGreaterThanOrEqual(8);
    expect(examples.filter(({ code }) => code !== '').length).toBeGreaterThanOrEqual(7);
  });

  it('shows one rule in four spellings that are one and the same', () => {
    const spellings = examples.map(({ line }) => parseOneLine(line).rule).filter((rule) => rule?.ruleId === '7');
    expect(spellings).toHaveLength(4);
    expect(new Set(spellings.map((rule) => rule && printOneLine(rule)))).toEqual(new Set(['RuleID: 7 | Unsafe Class: person | ALL with probability>80.5%']));
  });

  it('explains every problem under its severity, and none that does not exist', () => {
    const section = (heading: string) => docs.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
    const explained = (heading: string) => [...section(heading).matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code).sort();
    const known = (severity: string) => Object.entries(PROBLEMS).filter(([, is]) => is === severity).map(([code]) => code).sort();
    expect(explained('Warnings')).toEqual(known('warning'));
    expect(explained('Errors')).toEqual(known('error'));
  });

  it('is right about the other names of classes', () => {
    const said = [...docs.matchAll(/\*([a-z ]+)\* (?:is|are)\s+`([a-z ]+)`/g)];
    expect(said.length).toBeGreaterThanOrEqual(10);
    for (const [, alias = '', canonical] of said) expect(canonicalClass(alias)).toBe(canonical);
    expect(canonicalClass('woman')).toBe('woman');
  });

  it('is right about the times of incidents', () => {
    expect(DEFAULT_GROUPING).toEqual({ quietMs: 5 * 60_000, cooldownMs: 5 * 60_000 });
  });
});
