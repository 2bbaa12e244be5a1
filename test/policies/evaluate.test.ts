import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Detection } from '../../contracts/detection.ts';
import { Failure } from '../../contracts/failures.ts';
import type { AssignedRule } from '../../contracts/rule.ts';
import { parseInstant } from '../../contracts/time.ts';
import { canonicalClass } from '../../policies/class-names.ts';
import { readCondition } from '../../policies/conditions/index.ts';
import { advance, EMPTY_MEMORY } from '../../policies/memory/device-memory.ts';
import { evaluate } from '../../policies/evaluate.ts';
import { allOf, anyOf, classAbove } from '../../policies/model.ts';
import type { Condition } from '../../policies/model.ts';
import * as arbitrary from './arbitraries.ts';

const capturedAt = parseInstant('2026-11-21T02:14:00Z');
const seen = (label: string, probability: number): Detection => ({ label, score: 0.1, probability, box: [0, 0, 10, 10] });
const assigned = (condition: unknown, ruleId = '100', version = 3): AssignedRule => ({ ruleId, version, condition });
const judge = (condition: unknown, detections: readonly Detection[]) => {
  const [verdict] = evaluate([assigned(condition)], { detections, capturedAt }, EMPTY_MEMORY).verdicts;
  return verdict ?? expect.fail('no verdict');
};
const dogOrCat = anyOf([classAbove('dog', '>', 0.8), classAbove('cat', '>', 0.8)]);

describe('a verdict', () => {
  it('shows each number that was compared, parents before children', () => {
    expect(judge(dogOrCat, [seen('dog', 0.7), seen('person', 0.99), seen('dog', 0.85), seen('dog', 0.81)])).toEqual({
      ruleId: '100',
      ruleVersion: 3,
      matched: true,
      clauses: [
        { path: '0', text: 'at least one of 2', holds: true, compared: null, threshold: null },
        { path: '0.0', text: 'dog with probability > 80%', holds: true, compared: 0.85, threshold: 0.8 },
        { path: '0.1', text: 'cat with probability > 80%', holds: false, compared: null, threshold: 0.8 },
      ],
      evidence: [2, 3],
    });
  });

  it('without a match still shows how near it came, and points at nothing', () => {
    const verdict = judge(dogOrCat, [seen('cat', 0.79)]);
    expect(verdict).toMatchObject({ matched: false, evidence: [] });
    expect(verdict.clauses[2]).toEqual({ path: '0.1', text: 'cat with probability > 80%', holds: false, compared: 0.79, threshold: 0.8 });
  });

  it.each([
    ['>', 0.8, 0.8, false],
    ['>', 0.8, 0.800001, true],
    ['>=', 0.8, 0.8, true],
    ['>=', 0.8, 0.799999, false],
    ['>=', 1, 1, true],
    ['>', 0, 0, false],
  ] as const)('compares on the boundary: probability %s %d holds for %d: %s', (comparison, threshold, probability, holds) => {
    expect(judge(classAbove('dog', comparison, threshold), [seen('dog', probability)]).matched).toBe(holds);
  });

  it('compares the calibrated probability and never the raw score', () => {
    expect(judge(classAbove('dog', '>', 0.8), [{ ...seen('dog', 0.5), score: 0.99 }]).matched).toBe(false);
    expect(judge(classAbove('dog', '>', 0.8), [{ ...seen('dog', 0.9), score: 0.3 }]).matched).toBe(true);
  });

  it('keeps no evidence of a branch that did not hold', () => {
    const dogAndCat = allOf([classAbove('dog', '>', 0.5), classAbove('cat', '>', 0.5)]);
    const condition = anyOf([dogAndCat, classAbove('person', '>', 0.5)]);
    expect(judge(condition, [seen('dog', 0.9), seen('person', 0.9)])).toMatchObject({ matched: true, evidence: [1] });
  });

  it('names a detection once, however many clauses it serves, in the order of the frame', () => {
    const condition = allOf([classAbove('cat', '>', 0.5), classAbove('dog', '>', 0.5), classAbove('dog', '>=', 0.6)]);
    expect(judge(condition, [seen('dog', 0.9), seen('cat', 0.9), seen('dog', 0.55)]).evidence).toEqual([0, 1, 2]);
  });

  it('meets a model that writes its labels another way', () => {
    expect(judge(classAbove('motorcycle', '>', 0.5), [seen('motorbike', 0.9)]).matched).toBe(true);
    expect(judge(classAbove('person', '>', 0.5), [seen('Person', 0.9)]).matched).toBe(true);
  });

  it('follows from JSON as it does from the model', () => {
    expect(judge(JSON.parse(JSON.stringify(dogOrCat)), [seen('dog', 0.9)])).toEqual(judge(dogOrCat, [seen('dog', 0.9)]));
  });
});

describe('evaluating', () => {
  it('gives one verdict per rule, in their order, and the memory', () => {
    const memory = advance(EMPTY_MEMORY, { capturedAt, acceptedAt: capturedAt }).memory;
    const rules = [assigned(classAbove('dog', '>', 0.8), 'b', 2), assigned(classAbove('cat', '>', 0.8), 'a', 1)];
    const evaluation = evaluate(rules, { detections: [seen('cat', 0.9)], capturedAt }, memory);
    expect(evaluation.verdicts.map(({ ruleId, ruleVersion, matched }) => [ruleId, ruleVersion, matched])).toEqual([['b', 2, false], ['a', 1, true]]);
    expect(evaluation.memory).toEqual(memory);
    expect(evaluate([], { detections: [], capturedAt }, memory).verdicts).toEqual([]);
  });

  it('leaves no trace of one frame in the verdict on the next', () => {
    const rule = assigned(dogOrCat);
    const verdictOn = (detections: readonly Detection[]) => evaluate([rule], { detections, capturedAt }, EMPTY_MEMORY).verdicts;
    const before = structuredClone(verdictOn([]));
    verdictOn([seen('dog', 0.9)]);
    expect(verdictOn([])).toEqual(before);
  });

  it('agrees with a slow and obvious evaluator on random rules and frames', () => {
    fc.assert(
      fc.property(fc.array(arbitrary.condition, { maxLength: 4 }), arbitrary.detections, arbitrary.moment, (conditions, detections, moment) => {
        const rules = conditions.map((condition, index) => assigned(condition, String(index)));
        const { verdicts } = evaluate(rules, { detections, capturedAt: moment }, EMPTY_MEMORY);
        expect(verdicts.map(({ matched }) => matched)).toEqual(conditions.map((condition) => obviously(condition, detections)));
        for (const { matched, clauses, evidence } of verdicts) {
          expect(clauses[0]).toMatchObject({ path: '0', holds: matched });
          expect(evidence.length > 0).toBe(matched);
          expect([...new Set(evidence)].sort((a, b) => a - b)).toEqual(evidence);
        }
        verdicts.forEach(({ evidence, matched }, index) => {
          const onlyEvidence = detections.filter((_, position) => evidence.includes(position));
          expect(obviously(conditions[index] ?? expect.fail('no condition'), onlyEvidence)).toBe(matched);
        });
      }),
      { numRuns: 5000 },
    );
  });

  it('does not depend on the order of the detections, but for where the evidence stands', () => {
    fc.assert(
      fc.property(arbitrary.condition, arbitrary.detections, (condition, detections) => {
        const [forth, back] = [judge(condition, detections), judge(condition, detections.toReversed())];
        expect(back.clauses).toEqual(forth.clauses);
        expect(back.evidence.map((index) => detections.length - 1 - index).toReversed()).toEqual(forth.evidence);
      }),
    );
  });
});

describe('a stored condition', () => {
  it('reads back into equal, frozen nodes', () => {
    fc.assert(
      fc.property(arbitrary.condition, (condition) => {
        const read = readCondition(JSON.parse(JSON.stringify(condition)));
        expect(read).toEqual(condition);
        expect(Object.isFrozen(read)).toBe(true);
      }),
    );
  });

  const leaf = { kind: 'class-above', label: 'dog', comparison: '>', threshold: 0.8 };
  it.each([
    ['nothing', null, 'condition 0: must be an object'],
    ['a list', [leaf], 'condition 0: must be an object'],
    ['no kind', { label: 'dog' }, 'unknown kind'],
    ['a kind of tomorrow', { kind: 'dwell', seconds: 5 }, 'unknown kind "dwell"; known are any-of, all-of, class-above'],
    ['a kind that every object has', { kind: 'constructor' }, 'unknown kind "constructor"'],
    ['no children', { kind: 'any-of', children: [] }, 'children must be a list'],
    ['a fault further down', { kind: 'any-of', children: [leaf, { kind: 'all-of', children: [leaf, 5] }] }, 'condition 0.1.1: must be an object'],
    ['no label', { ...leaf, label: ' ' }, 'label must be'],
    ['another comparison', { ...leaf, comparison: '<' }, 'comparison must be'],
    ['a percentage', { ...leaf, threshold: 80 }, 'threshold must be a number from 0 to 1'],
    ['a threshold as text', { ...leaf, threshold: '0.8' }, 'threshold must be a number from 0 to 1'],
    ['a threshold that is no number', { ...leaf, threshold: Number.NaN }, 'threshold must be a number from 0 to 1'],
    ['a threshold beyond sense', { ...leaf, threshold: 0.12345678 }, 'at most six decimals'],
    ['a field of tomorrow', { ...leaf, minSize: 0.1 }, 'class-above has no field "minSize"'],
  ])('with %s is refused by place and fault', (_, condition, words) => {
    expect(() => readCondition(condition)).toThrow(Failure);
    expect(() => readCondition(condition)).toThrow(words);
  });

  it('may not nest without end, nor name more than anyone can mean', () => {
    let deep: Condition = classAbove('dog', '>', 0.8);
    for (let level = 0; level < 5000; level += 1) deep = anyOf([deep]);
    expect(() => readCondition(deep)).toThrow(/inside each other/);
    expect(() => readCondition(anyOf(Array.from({ length: 20_000 }, () => classAbove('dog', '>', 0.8))))).toThrow(/more than 10000 conditions/);
  });

  it('that cannot be read fails its frame by the name of the rule', () => {
    const act = () => evaluate([assigned({ kind: 'dwell' }, '7', 2)], { detections: [], capturedAt }, EMPTY_MEMORY);
    expect(act).toThrow(/^rule_malformed: rule 7 version 2, condition 0: unknown kind "dwell"/);
  });
});

describe('the cost of evaluating', () => {
  it('grows with the number of rules and of detections, not with their squares', () => {
    const rulesOf = (count: number) => Array.from({ length: count }, (_, index) => assigned(anyOf([classAbove(`class ${index}`, '>', 0.5), classAbove('person', '>', 0.5)]), String(index)));
    const framesOf = (count: number) => Array.from({ length: count }, (_, index) => seen(index % 2 === 0 ? 'person' : `class ${index}`, 0.4));
    // A tenfold load costs about ten times as much; were it quadratic, a hundred times. The wide gap leaves room for noise.
    expect(costRatio(rulesOf(500), rulesOf(5000), framesOf(20), framesOf(20))).toBeLessThan(40);
    expect(costRatio(rulesOf(100), rulesOf(100), framesOf(1000), framesOf(10_000))).toBeLessThan(40);
  });
});

function obviously(condition: Condition, detections: readonly Detection[]): boolean {
  switch (condition.kind) {
    case 'any-of':
      return condition.children.some((child) => obviously(child, detections));
    case 'all-of':
      return condition.children.every((child) => obviously(child, detections));
    case 'class-above':
      return detections
        .filter(({ label }) => canonicalClass(label) === condition.label)
        .some(({ probability }) => (condition.comparison === '>' ? probability > condition.threshold : probability >= condition.threshold));
  }
}

/** The least of many runs: whatever else this machine does can only make a run slower. */
function costRatio(fewRules: AssignedRule[], manyRules: AssignedRule[], fewSeen: Detection[], manySeen: Detection[]): number {
  const cost = (rules: AssignedRule[], detections: Detection[]) => {
    let least = Infinity;
    for (let run = 0; run < 15; run += 1) {
      const start = performance.now();
      evaluate(rules, { detections, capturedAt }, EMPTY_MEMORY);
      least = Math.min(least, performance.now() - start);
    }
    return least;
  };
  cost(manyRules, manySeen);
  return cost(manyRules, manySeen) / cost(fewRules, fewSeen);
}
