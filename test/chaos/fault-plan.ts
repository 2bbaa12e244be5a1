/** Which fault strikes where and in which turn: decided before anything runs, by the seed alone. */
import { seededRandom } from '../support/seeded-random.ts';
import type { Fault } from './faults.ts';

export interface PlannedFault {
  readonly fault: Fault;
  readonly place: string;
}

/** Every fault once before any comes again, in an order of its own each time round. */
export function planFaults(faults: readonly Fault[], turns: number, seed: number): PlannedFault[] {
  const random = seededRandom(seed);
  const plan: PlannedFault[] = [];
  while (plan.length < turns) {
    for (const fault of shuffled(faults, random)) plan.push({ fault, place: fault.places[Math.floor(random() * fault.places.length)]! });
  }
  return plan.slice(0, turns);
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const rest = [...items];
  return items.map(() => rest.splice(Math.floor(random() * rest.length), 1)[0]!);
}
