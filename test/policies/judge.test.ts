import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RuleSet } from '../../contracts/rule.ts';
import { parseInstant, plusMs } from '../../contracts/time.ts';
import { beganToFollow, judgeInOrder, rememberPast, withPast } from '../../policies/judge.ts';
import type { SeenFrame } from '../../policies/judge.ts';
import { EMPTY_MEMORY } from '../../policies/memory/device-memory.ts';
import type { DeviceMemory } from '../../policies/memory/device-memory.ts';
import { classAbove, frames, objects, selector } from '../../policies/model.ts';

const NOON = parseInstant('2026-03-01T12:00:00Z');
const rules = (...conditions: readonly object[]): RuleSet => ({
  ruleSetId: '', zones: [], timeZone: 'UTC', rules: conditions.map((condition, n) => ({ ruleId: String(n), version: 1, condition, severity: 'medium', zones: null })),
});
const TWO_OF_THREE = frames(classAbove('person', '>', 0.5), 2, 3);
const STANDS = objects([selector('person', '>', 0.5)], { dwellMs: 5_000 });

const frame = (second: number, person: boolean, acceptedAfterMs = 500): SeenFrame => ({
  capturedAt: plusMs(NOON, second * 1000), acceptedAt: plusMs(NOON, second * 1000 + acceptedAfterMs), width: 100, height: 100,
  detections: person ? [{ label: 'person', score: 0.9, probability: 0.9, box: [40, 40, 10, 20] }] : [],
});

/** Frames judged one after the other; says on which a rule matched. */
function judgeAll(set: RuleSet, seen: readonly SeenFrame[], before: DeviceMemory = EMPTY_MEMORY): { matched: boolean[]; memory: DeviceMemory } {
  let memory = before;
  const matched = seen.map((each) => {
    const judged = judgeInOrder(set, each, memory);
    memory = judged.memory;
    return judged.verdicts.some((verdict) => verdict.matched);
  });
  return { matched, memory };
}

const sights = fc.array(fc.boolean(), { minLength: 1, maxLength: 30 }).map((seen) => seen.map((person, second) => frame(second, person)));

describe('the past', () => {
  it('judged again leaves the memory that was there', () => {
    fc.assert(fc.property(sights, (seen) => {
      const set = rules(TWO_OF_THREE, STANDS);
      expect(rememberPast(set, seen)).toEqual(judgeAll(set, seen).memory);
    }), { numRuns: 200 });
  });

  it('gives a rule that is new what it would have, had it been there before; the cursor stays', () => {
    fc.assert(fc.property(sights, (seen) => {
      const set = rules(TWO_OF_THREE, STANDS);
      const without = judgeAll(rules(), seen).memory;
      expect(withPast(without, rememberPast(set, seen))).toEqual(judgeAll(set, seen).memory);
    }), { numRuns: 200 });
  });
});

describe('a frame', () => {
  it('that comes late moves nothing that rules remember', () => {
    const set = rules(TWO_OF_THREE, STANDS);
    const { memory } = judgeAll(set, [frame(0, true), frame(10, false)]);
    const late = judgeInOrder(set, frame(9, true, 1_600), memory);
    expect([late.late, late.memory]).toEqual([true, memory]);
  });

  it('of a clock that is ahead is not late, and moves nothing either', () => {
    const set = rules(TWO_OF_THREE, STANDS);
    const { memory } = judgeAll(set, [frame(0, true)]);
    const ahead = judgeInOrder(set, frame(60, true, -40_000), memory);
    expect([ahead.late, ahead.memory]).toEqual([false, memory]);
    expect(judgeAll(set, [frame(1, false), frame(2, true)], ahead.memory).matched).toEqual([false, true]);
  });
});

describe('a rule that follows what stands in view', () => {
  const following = rules(STANDS);

  it('begins with nothing where no rule did so before', () => {
    const { memory } = judgeAll(rules(TWO_OF_THREE), [frame(0, true)]);
    expect(beganToFollow(memory, judgeInOrder(following, frame(1, true), memory))).toBe(true);
    expect(beganToFollow(memory, judgeInOrder(rules(TWO_OF_THREE), frame(1, true), memory))).toBe(false);
  });

  it('goes on with what it has', () => {
    const { memory } = judgeAll(following, [frame(0, true)]);
    expect(beganToFollow(memory, judgeInOrder(following, frame(1, true), memory))).toBe(false);
  });
});
