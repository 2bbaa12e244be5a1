/** Who is in the demo and what their cameras see: two users with different rules, three devices in two time zones. */
import type { Client } from '../../client/client.ts';
import { Failure } from '../../contracts/failures.ts';
import { resolveAsset } from '../../scripts/provision/assets.mjs';

export interface DemoRule {
  readonly ruleId: string;
  /** For people. */
  readonly about: string;
  readonly text: string;
}

export interface DemoUser {
  readonly userId: string;
  readonly name: string;
  readonly address: string;
  readonly rule: DemoRule;
}

export interface DemoCamera {
  readonly deviceId: string;
  readonly userId: string;
  readonly name: string;
  readonly timeZone: string;
  readonly clip: string;
  /** Where in the clip it begins. */
  readonly startSeconds: number;
}

export interface Scene {
  readonly users: readonly DemoUser[];
  readonly cameras: readonly DemoCamera[];
}

const PEOPLE: DemoRule = { ruleId: '101', about: 'people', text: 'RuleID: 101 | Unsafe Class: Person | ALL with probability>60%' };
const VEHICLES: DemoRule = { ruleId: '102', about: 'vehicles', text: 'RuleID: 102 | Unsafe Class: Car, Bus, Truck, Motorcycle | ALL with probability>60%' };

const USERS: readonly DemoUser[] = [
  { userId: 'anna', name: 'Anna', address: 'anna@example.org', rule: PEOPLE },
  { userId: 'ben', name: 'Ben', address: 'ben@example.org', rule: VEHICLES },
];

/**
 * A courtyard with people and a parked van; of the second clip, which not every machine can have, visits of one person after the other. Without it a later part of
 * the courtyard stands in. Each part is longer than the demo.
 */
export function demoScene(env: NodeJS.ProcessEnv): Scene {
  const courtyard = resolveAsset('vtest.avi', env)?.path;
  const visits = resolveAsset('one-by-one-person-detection.mp4', env)?.path;
  if (courtyard === undefined) throw new Failure('asset_missing', 'the footage vtest.avi is not on this machine; run `npm run setup`');
  return {
    users: USERS,
    cameras: [
      { deviceId: 'courtyard', userId: 'anna', name: 'Courtyard', timeZone: 'Europe/Berlin', clip: courtyard, startSeconds: 0 },
      { deviceId: 'reception', userId: 'anna', name: 'Reception', timeZone: 'America/New_York', ...(visits === undefined ? { clip: courtyard, startSeconds: 20 } : { clip: visits, startSeconds: 3 }) },
      { deviceId: 'car-park', userId: 'ben', name: 'Car park', timeZone: 'America/New_York', clip: courtyard, startSeconds: 40 },
    ],
  };
}

/** Through the API, as anybody would. Every call creates or replaces, so it can be repeated. */
export async function setUpAccount(client: Client, { users, cameras }: Scene): Promise<void> {
  for (const { userId, name, address, rule } of users) {
    await client.putUser(userId, { name });
    await client.putContact(`${userId}-mail`, { userId, channel: 'email', address });
    await client.putRule(rule.ruleId, rule.text);
    await client.assignRules(userId, [{ ruleId: rule.ruleId }]);
  }
  for (const { deviceId, userId, name, timeZone } of cameras) await client.putDevice(deviceId, { userId, name, timeZone });
}
