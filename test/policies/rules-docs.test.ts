import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { CLASS_GROUPS } from '../../contracts/class-groups.ts';
import { MAX_FRAMES } from '../../policies/model.ts';
import { checkRule } from '../../policies/check/check-rule.ts';
import type { DeviceSight, Sights } from '../../policies/check/check-rule.ts';
import { canonicalClass } from '../../policies/class-names.ts';
import { DEFAULT_GROUPING } from '../../policies/incident-grouping.ts';
import { printOneLine } from '../../policies/language/print-one-line.ts';
import { PROBLEMS } from '../../policies/language/problems.ts';
import type { ProblemCode } from '../../policies/language/problems.ts';
import { readRule } from '../../policies/language/read-rule.ts';
import { RULE_SCHEMA } from '../../policies/language/rule-schema.ts';
import { fences } from '../support/doc-fences.ts';
import { parse } from 'yaml';

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const docs = text('docs/rules.md');

/** One device with every zone that the page speaks of, and the 80 classes of the default model. */
const WHOLE_VIEW = [[0, 0], [1, 0], [1, 1], [0, 1]] as const;
const device: DeviceSight = {
  deviceId: 'back-door', model: 'yolox-nano', timeZone: 'Europe/Berlin', assignedZones: null,
  zones: ['yard', 'drive', 'street', 'playground', 'counter', 'entrance'].map((name) => ({ name, kind: 'zone', polygon: WHOLE_VIEW, anchor: 'bottom-centre', classes: null })),
};
const sights: Sights = { models: [{ name: 'yolox-nano', labels: JSON.parse(text('assets/coco80.json')) as string[], highest: () => 0.95 }], devices: [device] };

interface Example {
  readonly rule: string;
  /** Empty for a rule without any problem. */
  readonly code: string;
}

const examples: Example[] = fences(docs).flatMap(({ language, words, body }): Example[] => {
  if (language === 'rule') return body.trim().split('\n').map((rule) => ({ rule, code: words[0] ?? '' }));
  const mark = words.find((word) => word === 'rule' || word.startsWith('rule='));
  return mark === undefined ? [] : [{ rule: body, code: mark.slice('rule='.length) }];
});

describe('the page about rules', () => {
  it.each(examples)('is right about $rule', ({ rule, code }) => {
    const parsed = readRule(rule);
    const problems = [...parsed.problems, ...checkRule(parsed, sights)];
    expect(problems.map((problem) => problem.code)).toEqual(code === '' ? [] : [code]);
    expect(problems.some(({ severity }) => severity === 'error')).toBe(code !== '' && PROBLEMS[code as ProblemCode] === 'error');
  });

  it('has its YAML examples taken by the schema that editors use', () => {
    const taken = new Ajv2020({ strict: false }).compile(RULE_SCHEMA);
    for (const { rule, code } of examples) if (!rule.includes('|') && code === '') expect(taken(parse(rule)), rule).toBe(true);
  });

  it('has examples of rules that work, that warn and that are refused', () => {
    expect(examples.filter(({ code }) => code === '').length).toBeGreaterThanOrEqual(20);
    expect(examples.filter(({ code }) => code !== '').length).toBeGreaterThanOrEqual(12);
  });

  it('shows one rule in four spellings that are one and the same', () => {
    const spellings = examples.map(({ rule }) => readRule(rule).rule).filter((rule) => rule?.ruleId === '7');
    expect(spellings).toHaveLength(4);
    expect(new Set(spellings.map((rule) => rule && printOneLine(rule)))).toEqual(new Set(['RuleID: 7 | Unsafe Class: person | ALL with probability>80.5%']));
  });

  it('says one rule in both forms', () => {
    const [line] = examples.filter(({ rule }) => rule.startsWith('RuleID: 100 | Unsafe Class: Dog, Cat | ALL'));
    const [yaml] = examples.filter(({ rule }) => rule.startsWith('rule: 100\n'));
    expect(readRule(yaml?.rule ?? '').rule).toEqual(readRule(line?.rule ?? '').rule);
  });

  it('explains every problem under its severity, and none that does not exist', () => {
    const section = (heading: string) => docs.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
    const explained = (heading: string) => [...section(heading).matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code).sort();
    const known = (severity: string) => Object.entries(PROBLEMS).filter(([, is]) => is === severity).map(([code]) => code).sort();
    expect(explained('Warnings')).toEqual(known('warning'));
    expect(explained('Errors')).toEqual(known('error'));
  });

  it('is right about the other names of classes, and about the groups', () => {
    const said = [...docs.matchAll(/\*([a-z ]+)\* (?:is|are)\s+`([a-z ]+)`/g)];
    expect(said.length).toBeGreaterThanOrEqual(10);
    for (const [, alias = '', canonical] of said) expect(canonicalClass(alias)).toBe(canonical);
    expect(canonicalClass('woman')).toBe('woman');
    for (const group of ['vehicle', 'animal'] as const) {
      const [, members = ''] = new RegExp(`\`${group}\` is ([^;.]+)[;.]`).exec(docs.replaceAll('\n', ' ')) ?? [];
      expect(members.split(/, | and /).sort()).toEqual([...CLASS_GROUPS[group]].sort());
    }
  });

  it('is right about the times of incidents and about how far is looked back', () => {
    expect(DEFAULT_GROUPING).toEqual({ quietMs: 5 * 60_000, cooldownMs: 5 * 60_000, reopenMs: 10 * 60_000 });
    expect(docs).toContain(`At most ${MAX_FRAMES} frames are looked back on`);
  });
});
