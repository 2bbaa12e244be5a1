import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeviceSight } from '../../../policies/check/check-rule.ts';
import { checkRule } from '../../../policies/check/check-rule.ts';
import { PROBLEMS } from '../../../policies/language/problems.ts';
import type { ProblemCode } from '../../../policies/language/problems.ts';
import { printYaml } from '../../../policies/language/print-yaml.ts';
import { readRule } from '../../../policies/language/read-rule.ts';
import { nodesOf } from '../../../policies/check/condition-tree.ts';
import { anyRule } from '../arbitraries.ts';
import { COCO, device, model, zone } from './rule-sights.ts';

const devices: fc.Arbitrary<DeviceSight[]> = fc.array(fc.record({
  deviceId: fc.constantFrom('a', 'b', 'c'),
  model: fc.constantFrom('yolox-nano', 'birds', 'one that nobody knows'),
  timeZone: fc.constantFrom('Europe/Berlin', 'Australia/Lord_Howe', 'Nowhere/Land'),
  zones: fc.subarray([zone('yard', { anchor: { overlap: 0.5 } }), zone('drive', { classes: ['dog'] }), zone('tree', { kind: 'mask' })]),
  assignedZones: fc.constantFrom(null, ['yard'], []),
}).map(({ deviceId, ...over }) => device(deviceId, over)), { maxLength: 4 });

describe('whatever a rule says', () => {
  it('is checked without a throw, each problem at a place in the text, with its severity and a whole sentence', () => {
    const met = new Set<string>();
    fc.assert(fc.property(anyRule, devices, (rule, sights) => {
      const parsed = readRule(printYaml(rule));
      const lines = parsed.source.split('\n');
      for (const { code, severity, line, column, message } of checkRule(parsed, { models: [COCO, model('birds', ['bird'])], devices: sights })) {
        met.add(code);
        expect(PROBLEMS[code as ProblemCode]).toBe(severity);
        expect(column).toBeLessThanOrEqual([...lines[line - 1] ?? ''].length + 1);
        expect(message).toMatch(/^["A-Z].*[.?]$/s);
      }
    }), { numRuns: 400, seed: 2 });
    expect(met.size).toBeGreaterThan(12);
  });

  it('is said of the rule and not of how it is written: nothing changes when it is printed and read again', () => {
    fc.assert(fc.property(anyRule, (rule) => {
      const once = readRule(printYaml(rule));
      const root = once.rule?.condition;
      fc.pre(root !== undefined && nodesOf(root).length > 1);
      const again = readRule(printYaml(once.rule ?? rule));
      const codes = (parsed: typeof once) => checkRule(parsed, { models: [COCO], devices: [] }).map(({ code }) => code);
      expect(codes(again)).toEqual(codes(once));
    }), { numRuns: 100 });
  });

  it.each(['"" in objects[0].zones', 'objects.count("") > 0', 'objects.exists(o, o.label == "")'])('asks for nothing by an empty name: %s', (expression) => {
    const parsed = readRule(`rule: 1\nunsafe: { when: ${JSON.stringify(expression)} }\n# zone`);
    expect(() => checkRule(parsed, { models: [COCO], devices: [device('a', { zones: [zone('yard')] })] })).not.toThrow();
  });
});
