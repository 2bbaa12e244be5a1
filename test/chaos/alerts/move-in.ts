/** Puts the households of a run into the ledger: over the API what the API takes, and as rows the waits that it would not take. */
import type { TestPlant } from '../../support/plant.ts';
import { CHAINS } from './households.ts';
import type { Household } from './households.ts';

/** Calls of the API at once. */
const AT_ONCE = 6;
/** A night that has begun and ends long after the run. Whoever never wakes would be told all the same. */
const clockAt = (hours: number): string => `${String(new Date(Date.now() + hours * 3_600_000).getUTCHours()).padStart(2, '0')}:00`;
const tonight = () => ({ timeZone: 'UTC', windows: [{ from: clockAt(-2), to: clockAt(8) }] });

export const ruleOf = (userId: string): string => `rule-${userId}`;
export const rule = (severity: 'medium' | 'critical'): object => ({ severity, unsafe: 'person > 50%' });

export async function settle(plant: TestPlant, households: readonly Household[]): Promise<void> {
  for (const [chainId, { levels }] of Object.entries(CHAINS)) {
    await plant.pool.query('INSERT INTO chains (chain_id, name, levels) VALUES ($1, $1, $2)', [chainId, JSON.stringify(levels)]);
  }
  const left = [...households];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let household = left.shift(); household !== undefined; household = left.shift()) await moveIn(plant, household);
  }));
}

async function moveIn(plant: TestPlant, { userId, contacts, visits, chainId, messagesPerHour }: Household): Promise<void> {
  await plant.call('PUT', `/v1/users/${userId}`, { name: userId, chain: chainId, ...(messagesPerHour === null ? {} : { messagesPerHour }) });
  await plant.call('PUT', `/v1/rules/${ruleOf(userId)}`, { rule: ruleOf(userId), ...rule('medium') });
  await Promise.all([
    ...visits.map(({ deviceId }) => plant.call('PUT', `/v1/devices/${deviceId}`, { userId, name: deviceId, timeZone: 'Europe/Berlin' })),
    ...contacts.map(({ contactId, channel, address, asleep }, position) =>
      plant.call('PUT', `/v1/contacts/${contactId}`, { userId, channel, address, position, ...(asleep ? { quietHours: tonight() } : {}) })),
  ]);
  await plant.call('PUT', `/v1/users/${userId}/rules`, { rules: [{ ruleId: ruleOf(userId) }] });
}
