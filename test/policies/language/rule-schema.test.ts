import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { BESIDE, HEADS, RULE_KEYS } from '../../../policies/language/grammar.ts';
import { printYaml } from '../../../policies/language/print-yaml.ts';
import { readRule } from '../../../policies/language/read-rule.ts';
import { RULE_SCHEMA } from '../../../policies/language/rule-schema.ts';
import { anyRule } from '../arbitraries.ts';

const holds = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(RULE_SCHEMA);
interface Mapping { properties?: Record<string, { description?: string; $ref?: string }>; required?: string[] }
const conditions = ((RULE_SCHEMA['$defs'] as Record<string, { oneOf: Mapping[] }>)['condition']?.oneOf ?? []).filter(({ properties }) => properties);

// After a change of the form: npx vitest run test/policies/language/rule-schema.test.ts -u
it('the schema in docs/ is the one of the code', async () => {
  await expect(`${JSON.stringify(RULE_SCHEMA, null, 2)}\n`).toMatchFileSnapshot('../../../docs/rule.schema.json');
});

describe('the schema of a rule', () => {
  it('takes every rule as it is printed', () => {
    fc.assert(
      fc.property(anyRule, (rule) => {
        const value: unknown = parse(printYaml(rule));
        expect([holds(value), holds.errors]).toEqual([true, null]);
      }),
      { numRuns: 500 },
    );
  });

  it('knows the words that the reader knows, each with what it means', () => {
    expect(Object.keys((RULE_SCHEMA as Mapping).properties ?? {})).toEqual(expect.arrayContaining([...RULE_KEYS]));
    const known = Object.fromEntries(conditions.map(({ properties = {} }) => [Object.keys(properties)[0], Object.keys(properties).slice(1)]));
    expect(known).toEqual(Object.fromEntries(HEADS.map((head) => [head, BESIDE[head]])));
    for (const { properties = {} } of [RULE_SCHEMA as Mapping, ...conditions]) {
      for (const [word, { description }] of Object.entries(properties)) expect(description, word).toMatch(/\S.*[.)%]/);
    }
  });

  it.each([
    'rule: 100\nunsafe: person',
    'rule: 100\nunsafe: {objects: {person: ">= 60%", vehicle: 0.7}, at most: 4}',
    '{"rule": 100, "unsafe": {"any": ["dog", {"objects": ["cat", "bird > 70%"], "arrival": true}], "probability": 80}, "seen": "2 of 3"}',
    'rule: a\nunsafe:\n  none: [person]\n  zone: [yard, drive]\nduring: [22:00-06:00, weekend]',
  ])('takes %j, as the reader does', (text) => {
    expect([holds(parse(text)), holds.errors]).toEqual([true, null]);
    expect(readRule(text).problems).toEqual([]);
  });

  it.each([
    'rule: 100\nunsafe: person\nnote: x',
    'rule: 100\nunsafe: {objects: person, zones: yard}',
    'rule: 100\nunsafe: {any: [person], at least: 2}',
    'rule: 100\nunsafe: {any: [person], all: [dog]}',
    'rule: 100\nunsafe: {any: []}',
    'rule: 100\nunsafe: {zone: yard}',
    'rule: 100\nunsafe: {seen: 2 of 3 frames}',
    'rule: 100\nunsafe: {objects: person, dwell: 10}',
    'rule: 100\nunsafe: {objects: person, probability: about half}',
    'rule: 100\nunsafe: {objects: person, at least: -1}',
    'rule: 100\nunsafe: {objects: person, arrival: soon}',
    'rule: 100\nunsafe: person\nseverity: urgent',
    'rule: ../x\nunsafe: person',
    'rule: 100',
    'unsafe: person',
  ])('refuses %j, as the reader does', (text) => {
    expect(holds(parse(text))).toBe(false);
    expect(readRule(text).rule).toBeNull();
  });
});
