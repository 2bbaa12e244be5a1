import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printOneLine } from '../../../policies/language/print-one-line.ts';
import { printYaml } from '../../../policies/language/print-yaml.ts';
import { readRule } from '../../../policies/language/read-rule.ts';
import { anyRule, oneLineRule } from '../arbitraries.ts';

describe('a rule that is printed', () => {
  it('as YAML reads back equal, whatever it says, without an error, and prints the same again', () => {
    fc.assert(
      fc.property(anyRule, (rule) => {
        const text = printYaml(rule);
        const parsed = readRule(text);
        expect(parsed.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
        expect(parsed.rule).toEqual(rule);
        expect(printYaml(parsed.rule ?? rule)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it('in one line reads back equal, and goes through YAML unharmed', () => {
    fc.assert(
      fc.property(oneLineRule, (rule) => {
        const line = printOneLine(rule) ?? expect.fail('does not fit one line');
        const read = readRule(line).rule;
        expect(read).toEqual(rule);
        const again = readRule(printYaml(read ?? rule)).rule;
        expect(again).toEqual(rule);
        expect(printOneLine(again ?? rule)).toBe(line);
      }),
      { numRuns: 1000 },
    );
  });

  it('in the longest line of all goes through YAML as well', () => {
    const classes = Array.from({ length: 1999 }, (_, at) => `c${at}`);
    const line = `RuleID: 1 | Unsafe Class: ${classes.join(', ')} | ALL with probability>80%`;
    const { rule } = readRule(line);
    expect(rule?.condition).toMatchObject({ children: { length: 1999 } });
    expect(readRule(printYaml(rule ?? expect.fail('does not parse'))).rule).toEqual(rule);
    expect(readRule(line.replace('c0,', 'c0, one more,')).problems).toMatchObject([{ code: 'rule_too_large', line: 1, column: line.length - ' | ALL with probability>80%'.length + 'one more, '.length - 'c1998'.length + 1 }]);
  });

  it('in one line is the same rule, or says that one line is not enough', () => {
    let inOneLine = 0;
    fc.assert(
      fc.property(fc.oneof(anyRule, oneLineRule), (rule) => {
        const line = printOneLine(rule);
        if (line === undefined) return;
        inOneLine += 1;
        expect(readRule(line).rule).toEqual(rule);
      }),
      { numRuns: 500 },
    );
    expect(inOneLine).toBeGreaterThan(50);
  });

  it('has a place in the text for each of its conditions', () => {
    fc.assert(
      fc.property(anyRule, (rule) => {
        const text = printYaml(rule);
        const { rule: read, places } = readRule(text);
        const conditions: unknown[] = [];
        const walk = (node: object) => {
          conditions.push(node);
          if ('children' in node) (node.children as object[]).forEach(walk);
          if ('child' in node) walk(node.child as object);
        };
        walk(read?.condition ?? expect.fail('does not parse'));
        expect(new Set(conditions)).toEqual(new Set(places.keys()));
        for (const at of places.values()) expect(text[at]).toMatch(/\S/);
      }),
      { numRuns: 300 },
    );
  });
});
