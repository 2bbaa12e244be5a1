import { describe, expect, it } from 'vitest';
import type { AssignedRule } from '../../../contracts/rule.ts';
import { untouchedVerdict } from '../../../policies/evaluate.ts';
import { during, frames, noneOf, objects, selector, when } from '../../../policies/model.ts';
import type { Condition } from '../../../policies/model.ts';

const textOf = (condition: Condition, zones: readonly string[] | null = null): string | undefined => {
  const rule: AssignedRule = { ruleId: '1', version: 1, condition, severity: 'low', zones };
  return untouchedVerdict({ ruleSetId: 'a', rules: [rule], zones: [], timeZone: 'UTC' }, '1').clauses[0]?.text;
};
const [person, car, truck] = ['person', 'car', 'truck'].map((name) => selector(name, '>=', 0.5)) as [ReturnType<typeof selector>, ReturnType<typeof selector>, ReturnType<typeof selector>];

describe('a clause says in plain words', () => {
  it.each<[string, Condition]>([
    ['person with probability > 80%', objects([selector('person', '>', 0.8)])],
    ['car, truck with probability >= 50%', objects([car, truck])],
    ['person with probability > 80.5% or car with probability >= 50%', objects([selector('person', '>', 0.805), car])],
    ['at least 2 of car, truck with probability >= 50% in yard, at least 10 s', objects([car, truck], { atLeast: 2, zones: ['yard'], dwellMs: 10_000 })],
    ['no person with probability >= 50% in yard or gate', objects([person], { atLeast: 0, atMost: 0, zones: ['yard', 'gate'] })],
    ['at most 3 of person with probability >= 50%', objects([person], { atLeast: 0, atMost: 3 })],
    ['exactly 1 of person with probability >= 50%', objects([person], { atMost: 1 })],
    ['2 to 4 of person with probability >= 50%', objects([person], { atLeast: 2, atMost: 4 })],
    ['vehicle with probability >= 50% except bus, arrived', objects([selector('vehicle', '>=', 0.5)], { except: ['bus'], motion: 'arrival' })],
    ['car with probability >= 50% outside street and path of at least 1% of the picture, left', objects([car], { outside: ['street', 'path'], minSize: 0.01, motion: 'departure' })],
    ['car with probability >= 50% of 1% to 25.5% of the picture, at least 10 min', objects([car], { minSize: 0.01, maxSize: 0.255, dwellMs: 600_000 })],
    ['on at least 3 of the last 5 frames within 1500 ms', frames(objects([car]), 3, 5, 1500)],
    ['Mon, Tue 22:00-06:00 or 00:05-24:00', during([{ days: [1, 2], from: 1320, to: 360 }, { days: [1, 2, 3, 4, 5, 6, 7], from: 5, to: 1440 }])],
    ['none of 1', noneOf([objects([car])])],
    ['objects.size() > 3', when('objects.size() > 3')],
  ])('%s', (text, condition) => {
    expect(textOf(condition)).toBe(text);
  });

  it('the zones of the assignment, where the rule names none of its own', () => {
    expect(textOf(objects([person]), ['yard'])).toBe('person with probability >= 50% in yard');
    expect(textOf(objects([person], { zones: ['gate'] }), ['yard'])).toBe('person with probability >= 50% in gate');
  });
});
