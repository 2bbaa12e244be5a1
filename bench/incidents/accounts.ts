/** Users with devices and a mail contact each, many at once. */
import { query } from '../../adapters/postgres/pool.ts';
import type { Pool } from '../../adapters/postgres/pool.ts';
import type { Level } from '../../contracts/escalation.ts';
import type { TestPlant } from '../../test/support/plant.ts';

export const ZONE = 'Europe/Berlin';

export interface Account {
  readonly userId: string;
  readonly devices: readonly string[];
}

export const accountsOf = (name: string, users: number, devices: number): Account[] =>
  Array.from({ length: users }, (_, user) => ({ userId: `${name}-${user}`, devices: Array.from({ length: devices }, (_, n) => `${name}-${user}.${n}`) }));

/** `chain`: that of all of them, in place of the default one. */
export async function putAccounts(pool: Pool, accounts: readonly Account[], chain: { readonly chainId: string; readonly levels: readonly Level[] } | null = null): Promise<void> {
  if (chain !== null) await query(pool, 'INSERT INTO chains (chain_id, name, levels) VALUES ($1, $1, $2) ON CONFLICT DO NOTHING', [chain.chainId, JSON.stringify(chain.levels)]);
  const users = accounts.map(({ userId }) => userId);
  await query(pool, 'INSERT INTO users (user_id, name, chain_id) SELECT user_id, user_id, $2 FROM unnest($1::text[]) AS user_id', [users, chain?.chainId ?? null]);
  await query(pool, "INSERT INTO contacts (contact_id, user_id, channel, address) SELECT user_id || '-mail', user_id, 'email', user_id || '@example.org' FROM unnest($1::text[]) AS user_id", [users]);
  await query(pool, `
    INSERT INTO devices (device_id, user_id, name, time_zone) SELECT device_id, user_id, device_id, $3 FROM unnest($1::text[], $2::text[]) AS device (device_id, user_id)`,
  [accounts.flatMap(({ devices }) => devices), accounts.flatMap(({ userId, devices }) => devices.map(() => userId)), ZONE]);
}

/** Rules 1 to `count`, all of the same meaning. */
export async function putRules(plant: TestPlant, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, n) => String(n + 1));
  for (const id of ids) await plant.call('PUT', `/v1/rules/${id}`, `RuleID: ${id} | Unsafe Class: Person | ALL with probability>50%`);
  return ids;
}
