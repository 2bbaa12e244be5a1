import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RuleSet } from '../../contracts/rule.ts';
import type { Verdict } from '../../contracts/verdict.ts';
import { evaluate, untouchedVerdict } from '../../policies/evaluate.ts';
import type { FrameToJudge } from '../../policies/evaluate.ts';
import { EMPTY_MEMORY } from '../../policies/memory/device-memory.ts';
import type { DeviceMemory } from '../../policies/memory/device-memory.ts';
import type { Condition } from '../../policies/model.ts';
import { SlowDevice } from './reference/judge-slowly.ts';
import type { SlowVerdict } from './reference/judge-slowly.ts';
import { frameSequence, ruleSet } from './reference/random-device.ts';
import { isCalled } from './reference/things.ts';
import type { FrameFacts } from './reference/things.ts';

describe('the engine against a slow and obvious evaluator', () => {
  it('says the same of a hundred thousand random rules and frames, late ones too, with the same numbers and the same evidence', () => {
    let [judged, touched, matched, matchedLate] = [0, 0, 0, 0];
    fc.assert(
      fc.property(ruleSet, frameSequence, (rules, frames) => {
        const slow = new SlowDevice(rules);
        let memory: DeviceMemory = EMPTY_MEMORY;
        for (const frame of frames) {
          const evaluation = evaluate(rules, frame, memory);
          memory = evaluation.memory;
          const { facts, verdicts } = slow.judge(frame);
          expectSame(rules, evaluation.verdicts, verdicts, facts);
          judged += verdicts.length;
          touched += evaluation.verdicts.length;
          matched += verdicts.filter((verdict) => verdict.matched).length;
          if (frame.late) matchedLate += verdicts.filter((verdict) => verdict.matched).length;
        }
      }),
      { numRuns: 2000 },
    );
    // Were the rules never met, or always, nothing would have been compared.
    expect(judged).toBe(100_000);
    expect(touched / judged).toBeGreaterThan(0.5);
    expect(touched / judged).toBeLessThan(0.98);
    expect(matched / judged).toBeGreaterThan(0.1);
    expect(matched / judged).toBeLessThan(0.7);
    expect(matchedLate).toBeGreaterThan(1000);
  });

  it('says the same whether the memory was kept as JSON between frames or stayed where it was', () => {
    fc.assert(
      fc.property(ruleSet, frameSequence, fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }), (rules, frames, kept) => {
        const together = sequence(rules, frames, () => false);
        const apart = sequence(rules, frames, (n) => kept[n] === true);
        expect(apart.verdicts).toEqual(together.verdicts);
        expect(apart.memory).toEqual(together.memory);
      }),
      { numRuns: 300 },
    );
  });

  it('leaves the memory that it was given as it was', () => {
    fc.assert(
      fc.property(ruleSet, frameSequence, (rules, frames) => {
        let memory: DeviceMemory = EMPTY_MEMORY;
        for (const frame of frames) {
          const before = JSON.stringify(memory);
          const { memory: after } = evaluate(rules, frame, memory);
          expect(JSON.stringify(memory)).toBe(before);
          if (frame.late) expect(after).toBe(memory);
          memory = after;
        }
      }),
      { numRuns: 100 },
    );
  });
});

function expectSame(rules: RuleSet, fast: readonly Verdict[], slow: readonly SlowVerdict[], facts: FrameFacts): void {
  expect(fast.map(({ ruleId }) => ruleId)).toEqual(fast.map(({ ruleId }) => ruleId).toSorted());
  for (const expected of slow) {
    const said = fast.find(({ ruleId }) => ruleId === expected.ruleId);
    const tree = rules.rules[Number(expected.ruleId)]?.condition as Condition;
    if (said !== undefined) {
      expect({ matched: said.matched, evidence: said.evidence, clauses: numbersOf(said) }).toEqual({ matched: expected.matched, evidence: expected.evidence, clauses: expected.clauses });
    } else {
      expect(expected.matched).toBe(false);
      const seen = [...facts.things, ...facts.departed];
      expect(namesOf(tree).filter((name) => seen.some(({ label }) => isCalled(name, label)))).toEqual([]);
      if (!asksMore(tree)) expect(numbersOf(untouchedVerdict(rules, expected.ruleId))).toEqual(expected.clauses);
    }
  }
}

const numbersOf = ({ clauses }: Verdict) => clauses.map(({ path, holds, compared, threshold }) => ({ path, holds, compared, threshold }));

/** What the `objects` in the tree name. */
function namesOf(tree: Condition): string[] {
  if (tree.kind === 'objects') return tree.select.map(({ name }) => name);
  if ('children' in tree) return tree.children.flatMap(namesOf);
  return tree.kind === 'frames' ? namesOf(tree.child) : [];
}

/** More than the frame shows: the clock, earlier frames. What is said of a frame that touches nothing knows neither. */
const asksMore = (tree: Condition): boolean => ('children' in tree ? tree.children.some(asksMore) : tree.kind !== 'objects' || tree.dwellMs > 0 || tree.motion !== 'any');

function sequence(rules: RuleSet, frames: readonly FrameToJudge[], isKept: (n: number) => boolean): { verdicts: unknown[]; memory: DeviceMemory } {
  let memory: DeviceMemory = EMPTY_MEMORY;
  const verdicts = frames.map((frame, n) => {
    const evaluation = evaluate(rules, frame, memory);
    memory = isKept(n) ? JSON.parse(JSON.stringify(evaluation.memory)) : evaluation.memory;
    return evaluation.verdicts;
  });
  return { verdicts, memory };
}
