import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCases } from '../../policies/cases/read-cases.ts';
import { runCases } from '../../policies/cases/run-cases.ts';
import { checkRule } from '../../policies/check/check-rule.ts';
import { readRule } from '../../policies/language/read-rule.ts';
import { COCO, device, NOBODY } from './check/rule-sights.ts';

const LIBRARY = new URL('../../policies/library/', import.meta.url);
const files = readdirSync(LIBRARY);
const names = files.filter((file) => file.endsWith('.yaml') && !file.endsWith('.cases.yaml')).map((file) => file.replace(/\.yaml$/, ''));
const text = (file: string) => readFileSync(new URL(file, LIBRARY), 'utf8');

describe('the library of ready rules', () => {
  it('has rules, each beside its cases, and nothing else', () => {
    expect(names.length).toBeGreaterThanOrEqual(10);
    expect(files.toSorted()).toEqual(names.flatMap((name) => [`${name}.cases.yaml`, `${name}.yaml`]).toSorted());
  });
});

describe.each(names)('%s', (name) => {
  const source = text(`${name}.yaml`);
  const { rule, ...parsed } = readRule(source);
  const { file, problems } = readCases(text(`${name}.cases.yaml`));
  const results = rule === null || file === null ? [] : runCases(rule, file);

  it('says on top for whom it is and what to adapt, and has a name and a severity', () => {
    expect(source).toMatch(/^# For .+\n(# .+\n)*# Adapt: /);
    expect(rule).toMatchObject({ ruleId: name, name: expect.any(String), severity: expect.any(String) });
  });

  it('gives the check nothing to say, assigned to nobody or to the device of its cases', () => {
    expect([...parsed.problems, ...checkRule({ ...parsed, rule }, NOBODY)]).toEqual([]);
    expect(checkRule({ ...parsed, rule }, { models: [COCO], devices: [device('of-the-cases', file?.device)] })).toEqual([]);
  });

  it('has cases that can be read, some in which it fires and some in which it stays silent', () => {
    expect(problems).toEqual([]);
    expect(new Set(results.map((result) => result.name)).size).toBe(results.length);
    expect(results.filter(({ matchesMs }) => matchesMs.length > 0).length).toBeGreaterThan(0);
    expect(results.filter(({ matchesMs }) => matchesMs.length === 0).length).toBeGreaterThan(0);
  });

  it.each(results.map((result) => [result.name, result] as const))('%s', (_, { fault }) => {
    expect(fault).toBeNull();
  });
});
