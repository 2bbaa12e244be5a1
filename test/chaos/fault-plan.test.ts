import { expect, it } from 'vitest';
import { planFaults } from './fault-plan.ts';
import type { Fault } from './faults.ts';

const fault = (name: string, places: readonly string[]): Fault => ({ kind: 'test', name, places, strike: async () => {}, hold: null, heal: async () => {} });
const FAULTS = [fault('a', ['a']), fault('b', ['b-1', 'b-2', 'b-3']), fault('c', ['c-1', 'c-2']), fault('d', ['d'])];
const planned = (turns: number, seed: number): string[] => planFaults(FAULTS, turns, seed).map(({ fault: { name }, place }) => `${name} ${place}`);

it('the seed decides everything', () => {
  expect(planned(40, 7)).toEqual(planned(40, 7));
  expect(planned(40, 8)).not.toEqual(planned(40, 7));
});

it('a longer plan begins as a shorter one of the same seed', () => {
  expect(planned(40, 7).slice(0, 6)).toEqual(planned(6, 7));
});

it('every fault strikes once before any strikes again, and in the end everywhere', () => {
  const plan = planned(400, 1);
  for (let round = 0; round < 100; round += 1) {
    expect(plan.slice(round * 4, round * 4 + 4).map((step) => step[0]).sort()).toEqual(['a', 'b', 'c', 'd']);
  }
  expect(new Set(plan).size).toBe(7);
});
