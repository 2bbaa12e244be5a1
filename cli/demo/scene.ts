/** Who is in the demo and what their cameras see: two users with different rules of the library, three devices in two time zones. */
import { readFileSync } from 'node:fs';
import type { Client } from '../../client/client.ts';
import { Failure } from '../../contracts/failures.ts';
import { readRule } from '../../policies/language/read-rule.ts';
import { resolveAsset } from '../../scripts/provision/assets.mjs';

export interface DemoRule {
  readonly ruleId: string;
  /** As people call it. */
  readonly name: string;
  readonly text: string;
}

export interface DemoUser {
  readonly userId: string;
  readonly name: string;
  readonly address: string;
  readonly rules: readonly DemoRule[];
}

export interface DemoCamera {
  readonly deviceId: string;
  readonly userId: string;
  readonly name: string;
  readonly timeZone: string;
  readonly clip: string;
  /** Each as large as the view. */
  readonly zones: readonly string[];
  /** Where in the clip it begins. */
  readonly startSeconds: number;
}

export interface Scene {
  readonly users: readonly DemoUser[];
  readonly cameras: readonly DemoCamera[];
}

const LIBRARY = new URL('../../policies/library/', import.meta.url);

function ofLibrary(ruleId: string): DemoRule {
  const text = readFileSync(new URL(`${ruleId}.yaml`, LIBRARY), 'utf8');
  return { ruleId, name: readRule(text).rule?.name ?? ruleId, text };
}

const WHOLE_VIEW = [[0, 0], [1, 0], [1, 1], [0, 1]] as const;

/**
 * A courtyard with people and a parked van; of the second clip, which not every machine can have, visits of one person after the other. Without it a later part of
 * the courtyard stands in. Each part is longer than the demo.
 */
export function demoScene(env: NodeJS.ProcessEnv): Scene {
  const users: readonly DemoUser[] = [
    { userId: 'anna', name: 'Anna', address: 'anna@example.org', rules: [ofLibrary('person-anywhere')] },
    // The van that is parked there blocks the lane, and has not just driven in: the second rule is to be silent.
    { userId: 'ben', name: 'Ben', address: 'ben@example.org', rules: [ofLibrary('fire-lane'), ofLibrary('vehicle-arrives')] },
  ];
  const courtyard = resolveAsset('vtest.avi', env)?.path;
  const visits = resolveAsset('one-by-one-person-detection.mp4', env)?.path;
  if (courtyard === undefined) throw new Failure('asset_missing', 'the footage vtest.avi is not on this machine; run `npm run setup`');
  return {
    users,
    cameras: [
      { deviceId: 'courtyard', userId: 'anna', name: 'Courtyard', timeZone: 'Europe/Berlin', zones: [], clip: courtyard, startSeconds: 0 },
      { deviceId: 'reception', userId: 'anna', name: 'Reception', timeZone: 'America/New_York', zones: [], ...(visits === undefined ? { clip: courtyard, startSeconds: 20 } : { clip: visits, startSeconds: 3 }) },
      { deviceId: 'car-park', userId: 'ben', name: 'Car park', timeZone: 'America/New_York', zones: ['fire-lane', 'drive'], clip: courtyard, startSeconds: 40 },
    ],
  };
}

/** Through the API, as anybody would. Every call creates or replaces, so it can be repeated. */
export async function setUpAccount(client: Client, { users, cameras }: Scene): Promise<void> {
  for (const { userId, name, address, rules } of users) {
    await client.putUser(userId, { name });
    await client.putContact(`${userId}-mail`, { userId, channel: 'email', address });
    for (const { ruleId, text } of rules) await client.putRule(ruleId, text);
    await client.assignRules(userId, rules.map(({ ruleId }) => ({ ruleId })));
  }
  for (const { deviceId, userId, name, timeZone, zones } of cameras) {
    await client.putDevice(deviceId, { userId, name, timeZone });
    await client.putZones(deviceId, zones.map((zone) => ({ name: zone, polygon: WHOLE_VIEW })));
  }
}
