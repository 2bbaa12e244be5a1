/** Who owns the cameras of the bench, and what their rules say. */
import { putAccount } from '../../test/support/plant.ts';
import type { TestPlant } from '../../test/support/plant.ts';

const RULE_THAT_MATCHES = 'Unsafe Class: Person | ALL with probability>50%';
/** Judged like any other, and no picture of ours has one. */
const RULE_THAT_DOES_NOT = 'Unsafe Class: Zebra | ALL with probability>50%';

const USERS = ['anna', 'ben', 'carla', 'dora'] as const;
/** Forty lanes in all: more than any number of batches in flight can take. */
const CAMERAS_PER_USER = 10;

const camerasOf = (user: string): string[] => Array.from({ length: CAMERAS_PER_USER }, (_, n) => `${user}.${n}`);

/** Users take turns, as their frames would come. */
export const CAMERAS: readonly string[] = Array.from({ length: CAMERAS_PER_USER }, (_, n) => USERS.map((user) => camerasOf(user)[n]!)).flat();

/** A quarter of all frames match; after the first of each camera they join its open incident, so hardly anybody is told. */
export async function putCameras(plant: TestPlant): Promise<void> {
  for (const [n, user] of USERS.entries()) await putAccount(plant, user, camerasOf(user), { [100 + n]: `RuleID: ${100 + n} | ${n === 0 ? RULE_THAT_MATCHES : RULE_THAT_DOES_NOT}` });
}

/** Each of them sends one frame, which matches and opens an incident: as many messages as doors, under the settings that everybody has. */
export async function putDoors(plant: TestPlant, count: number): Promise<string[]> {
  const doors = Array.from({ length: count }, (_, n) => `door.${n}`);
  await putAccount(plant, 'emil', doors, { 200: `RuleID: 200 | ${RULE_THAT_MATCHES}` });
  return doors;
}
