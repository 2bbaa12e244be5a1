import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Detection } from '../../contracts/detection.ts';
import type { AssignedRule, RuleSet } from '../../contracts/rule.ts';
import { parseInstant, plusMs } from '../../contracts/time.ts';
import type { Zone } from '../../contracts/zone.ts';
import { advance, EMPTY_MEMORY } from '../../policies/memory/device-memory.ts';
import type { DeviceMemory } from '../../policies/memory/device-memory.ts';
import { evaluate, untouchedVerdict } from '../../policies/evaluate.ts';
import { allOf, anyOf, classAbove, during, frames, noneOf, objects, selector, when } from '../../policies/model.ts';
import type { Condition } from '../../policies/model.ts';
import { frameSequence, ruleSet as anyRuleSet } from './reference/random-device.ts';

const capturedAt = parseInstant('2026-11-21T02:14:00Z');
const seen = (label: string, probability: number): Detection => ({ label, score: 0.1, probability, box: [0, 0, 10, 10] });
const assigned = (condition: unknown, ruleId = '100', version = 3): AssignedRule => ({ ruleId, version, condition, severity: 'high', zones: null });
const setOf = (...rules: AssignedRule[]): RuleSet => ({ ruleSetId: 'a', rules, zones: [], timeZone: 'Europe/Berlin' });
const frameOf = (detections: readonly Detection[], late = false, at = capturedAt) => ({ detections, width: 100, height: 100, capturedAt: at, late });
const judge = (condition: unknown, detections: readonly Detection[]) => {
  const set = setOf(assigned(condition));
  return evaluate(set, frameOf(detections), EMPTY_MEMORY).verdicts[0] ?? untouchedVerdict(set, '100');
};
const dogOrCat = anyOf([classAbove('dog', '>', 0.8), classAbove('cat', '>', 0.8)]);

describe('a verdict', () => {
  it('shows each number that was compared, parents before children, and how severe the rule is', () => {
    expect(judge(dogOrCat, [seen('dog', 0.7), seen('person', 0.99), seen('dog', 0.85), seen('dog', 0.81)])).toEqual({
      ruleId: '100',
      ruleVersion: 3,
      severity: 'high',
      matched: true,
      clauses: [
        { path: '0', text: 'at least one of 2', holds: true, compared: null, threshold: null, unit: null },
        { path: '0.0', text: 'dog with probability > 80%', holds: true, compared: 0.85, threshold: 0.8, unit: 'probability' },
        { path: '0.1', text: 'cat with probability > 80%', holds: false, compared: null, threshold: 0.8, unit: 'probability' },
      ],
      evidence: [2, 3],
    });
  });

  it('without a match still shows how near it came, and points at nothing', () => {
    const verdict = judge(dogOrCat, [seen('cat', 0.79)]);
    expect(verdict).toMatchObject({ matched: false, evidence: [] });
    expect(verdict.clauses[2]).toEqual({ path: '0.1', text: 'cat with probability > 80%', holds: false, compared: 0.79, threshold: 0.8, unit: 'probability' });
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
    expect(judge(objects([selector('animal', comparison, threshold)]), [seen('dog', probability)]).matched).toBe(holds);
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
  const touchedBy = (condition: Condition, ...detections: Detection[]) => evaluate(setOf(assigned(condition)), frameOf(detections), EMPTY_MEMORY).verdicts.length === 1;

  it('answers in the order of the rules, for those that the frame touches', () => {
    const rules = [assigned(classAbove('cat', '>', 0.8), 'a', 1), assigned(classAbove('horse', '>', 0.8), 'b'), assigned(classAbove('dog', '>', 0.8), 'c', 2)];
    const { verdicts } = evaluate(setOf(...rules), frameOf([seen('dog', 0.9), seen('cat', 0.7)]), EMPTY_MEMORY);
    expect(verdicts.map(({ ruleId, ruleVersion, matched }) => [ruleId, ruleVersion, matched])).toEqual([['a', 1, false], ['c', 2, true]]);
  });

  it('touches a rule by any name in it, by the group of what is seen, and by anything', () => {
    const both = allOf([classAbove('dog', '>', 0.8), classAbove('person', '>', 0.8)]);
    expect(touchedBy(both, seen('person', 0.1))).toBe(true);
    expect(touchedBy(both, seen('car', 0.9))).toBe(false);
    expect(touchedBy(objects([selector('vehicle', '>', 0.5)]), seen('car', 0.9))).toBe(true);
    expect(touchedBy(objects([selector('other', '>', 0.5)]), seen('chair', 0.9))).toBe(true);
    expect(touchedBy(objects([selector('anything', '>', 0.5)]), seen('chair', 0.9))).toBe(true);
    expect(touchedBy(objects([selector('anything', '>', 0.5)]))).toBe(false);
  });

  it('asks on every frame what may hold when nothing is seen, and what must count such frames', () => {
    const night = during([{ days: [6], from: 0, to: 1440 }]);
    const noDog = noneOf([classAbove('dog', '>', 0.8)]);
    expect(touchedBy(noDog)).toBe(true);
    expect(touchedBy(night)).toBe(true);
    expect(touchedBy(objects([selector('dog', '>', 0.8)], { atLeast: 0, atMost: 2 }))).toBe(true);
    expect(touchedBy(when('objects.size() < 2'))).toBe(true);
    expect(touchedBy(allOf([classAbove('dog', '>', 0.8), night]))).toBe(false);
    expect(touchedBy(when('objects.exists(o, o.label == "dog") && hour > 20'), seen('cat', 0.9))).toBe(false);
    expect(touchedBy(allOf([classAbove('cat', '>', 0.8), frames(noDog, 2, 3)]))).toBe(true);
    expect(touchedBy(allOf([classAbove('cat', '>', 0.8), frames(classAbove('dog', '>', 0.8), 2, 3)]))).toBe(false);
  });

  it('tells what a rule says that no frame touches', () => {
    const set = setOf(assigned(dogOrCat));
    expect(untouchedVerdict(set, '100')).toMatchObject({ ruleId: '100', ruleVersion: 3, severity: 'high', matched: false, evidence: [] });
    expect(untouchedVerdict(set, '100').clauses.map(({ path, holds, compared }) => [path, holds, compared])).toEqual([['0', false, null], ['0.0', false, null], ['0.1', false, null]]);
    expect(() => untouchedVerdict(set, '7')).toThrow('the rule set has no rule 7');
  });

  it('counts the frames that are not late and leaves cursor and streak to those who move them', () => {
    const memory = advance(EMPTY_MEMORY, { capturedAt, acceptedAt: capturedAt }).memory;
    const first = evaluate(setOf(), frameOf([]), memory).memory;
    expect(first).toEqual({ ...memory, frames: memory.frames + 1 });
    expect(evaluate(setOf(), frameOf([], true), first).memory).toBe(first);
  });

  it('keeps no scene for a device whose rules ask for none', () => {
    const watching = setOf(assigned(objects([selector('dog', '>', 0.5)], { dwellMs: 1000 })));
    const { memory } = evaluate(watching, frameOf([seen('dog', 0.9)]), EMPTY_MEMORY);
    expect(memory.scene).not.toBeNull();
    expect(evaluate(setOf(assigned(dogOrCat)), frameOf([seen('dog', 0.9)], false, plusMs(capturedAt, 1000)), memory).memory.scene).toBeNull();
  });

  it('judges a late frame by what it shows, and by no rule that remembers', () => {
    const remembering = anyOf([classAbove('dog', '>', 0.5), objects([selector('dog', '>', 0.5)], { dwellMs: 1000 })]);
    const { verdicts } = evaluate(setOf(assigned(dogOrCat, 'a'), assigned(remembering, 'b')), frameOf([seen('dog', 0.9)], true), EMPTY_MEMORY);
    expect(verdicts.map(({ matched, evidence }) => [matched, evidence])).toEqual([[true, [0]], [false, []]]);
    expect(verdicts[1]?.clauses.map(({ holds }) => holds)).toEqual([true, true, false]);
  });

  it('leaves no trace of one frame in the verdict on the next', () => {
    const set = setOf(assigned(dogOrCat));
    const verdictOn = (detections: readonly Detection[]) => evaluate(set, frameOf(detections), EMPTY_MEMORY).verdicts;
    const before = structuredClone(verdictOn([seen('cat', 0.3)]));
    verdictOn([seen('dog', 0.9)]);
    expect(verdictOn([seen('cat', 0.3)])).toEqual(before);
  });

  it('judges the frames of two devices in turn by the zones of each', () => {
    const rule = assigned(objects([selector('dog', '>', 0.5)], { zones: ['yard'] }));
    const zoneOf = (name: string, left: number): Zone => ({ name, kind: 'zone', anchor: 'centre', classes: null, polygon: [[left, 0], [left + 0.5, 0], [left + 0.5, 1], [left, 1]] });
    // The same name is another bit there, and another place.
    const here: RuleSet = { ...setOf(rule), zones: [zoneOf('yard', 0)] };
    const there: RuleSet = { ...setOf(rule), zones: [zoneOf('gate', 0), zoneOf('yard', 0.5)] };
    const matches = [here, there, here, there].map((set) => evaluate(set, frameOf([seen('dog', 0.9)]), EMPTY_MEMORY).verdicts[0]?.matched);
    expect(matches).toEqual([true, false, true, false]);
  });

  it('does not depend on the order of the detections, but for where the evidence stands', () => {
    fc.assert(
      fc.property(anyRuleSet, frameSequence, (set, [frame]) => {
        if (frame === undefined) return;
        const { detections } = frame;
        const stateless = { ...set, rules: set.rules.filter(({ condition }) => !/"dwellMs":[1-9]|"arrival"|"departure"|arrived|dwell|departed|objects\[1\]/.test(JSON.stringify(condition))) };
        const forth = evaluate(stateless, frame, EMPTY_MEMORY).verdicts;
        const back = evaluate(stateless, { ...frame, detections: detections.toReversed() }, EMPTY_MEMORY).verdicts;
        expect(back.map(({ clauses }) => clauses)).toEqual(forth.map(({ clauses }) => clauses));
        expect(back.map(({ evidence }) => evidence.map((index) => detections.length - 1 - index).toReversed())).toEqual(forth.map(({ evidence }) => evidence));
      }),
      { numRuns: 500 },
    );
  });

  it('fails the frame by the name of a rule that cannot be read', () => {
    const act = () => evaluate(setOf(assigned({ kind: 'tomorrow' }, '7', 2)), frameOf([]), EMPTY_MEMORY);
    expect(act).toThrow(/^rule_malformed: rule 7 version 2, condition 0: unknown kind "tomorrow"/);
  });
});

describe('what a device remembers of k of n frames', () => {
  const dogs = frames(classAbove('dog', '>', 0.5), 2, 3);
  const run = (set: RuleSet, shows: readonly boolean[], from: DeviceMemory = EMPTY_MEMORY) =>
    shows.reduce((memory, dog, n) => evaluate(set, frameOf(dog ? [seen('dog', 0.9)] : [seen('cat', 0.9)], false, plusMs(capturedAt, n * 1000)), memory).memory, from);

  it('is the newest hits that can decide, under the key of rule, version and place', () => {
    const memory = run(setOf(assigned(anyOf([dogs, dogs]))), [true, true, true]);
    expect(Object.keys(memory.hits).toSorted()).toEqual(['100@3#0.0', '100@3#0.1']);
    expect(memory.hits['100@3#0.0']?.map(([frame]) => frame)).toEqual([2, 3]);
  });

  it('goes with the rule, and once it can count no longer', () => {
    const both = setOf(assigned(dogs, 'a'), assigned(frames(classAbove('cat', '>', 0.5), 2, 3), 'b'));
    expect(Object.keys(run(both, [true, false]).hits).toSorted()).toEqual(['a@3#0', 'b@3#0']);
    expect(Object.keys(run(both, [true, false, false, false]).hits)).toEqual(['b@3#0']);
    expect(Object.keys(run(setOf(assigned(dogs, 'c')), [true], run(both, [true])).hits)).toEqual(['c@3#0']);
  });

  it('does not grow without end: beyond ten thousand hits those conditions are given up that held longest ago', () => {
    const [early, late] = [0, 1].map((half) => Array.from({ length: 600 }, (_, n) =>
      assigned(frames(classAbove(half === 0 ? 'dog' : 'cat', '>', 0.5), 10, 100), `${half}-${String(n).padStart(3, '0')}`)));
    const set = setOf(...early ?? [], ...late ?? []);
    const memory = run(set, [...Array<boolean>(10).fill(true), ...Array<boolean>(10).fill(false)]);
    const keys = Object.keys(memory.hits);
    expect(keys.reduce((sum, key) => sum + (memory.hits[key]?.length ?? 0), 0)).toBe(10_000);
    expect(keys.filter((key) => key.startsWith('1-')).length).toBe(600);
  });
});

describe('the cost of evaluating', () => {
  const cost = (set: RuleSet, detections: readonly Detection[]): number => {
    let least = Infinity;
    // The least of many runs: whatever else this machine does can only make a run slower.
    for (let n = 0; n < 25; n += 1) {
      const start = performance.now();
      for (let m = 0; m < 20; m += 1) evaluate(set, frameOf(detections), EMPTY_MEMORY);
      least = Math.min(least, performance.now() - start);
    }
    return least;
  };
  const rulesOf = (count: number, nameOf: (n: number) => string): RuleSet => setOf(...Array.from({ length: count }, (_, n) => assigned(classAbove(nameOf(n), '>', 0.5), String(n).padStart(5, '0'))));
  const three = [seen('class 1', 0.9), seen('class 2', 0.9), seen('class 3', 0.9)];

  it('follows what was seen and not what exists: three of ten thousand rules cost what three of three do', () => {
    const [many, few] = [rulesOf(10_000, (n) => `class ${n}`), rulesOf(4, (n) => `class ${n}`)];
    expect(evaluate(many, frameOf(three), EMPTY_MEMORY).verdicts.length).toBe(3);
    cost(many, three);
    // Were all rules asked, it would be thousands of times; the wide gap leaves room for noise.
    expect(cost(many, three) / cost(few, three)).toBeLessThan(20);
  });

  it('grows with the number of detections, not with its square', () => {
    const set = rulesOf(100, (n) => `class ${n % 10}`);
    const framesOf = (count: number): Detection[] => Array.from({ length: count }, (_, n) => seen(`class ${n % 10}`, 0.4));
    cost(set, framesOf(1000));
    expect(cost(set, framesOf(1000)) / cost(set, framesOf(100))).toBeLessThan(40);
  });
});
