import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { query } from '../../adapters/postgres/pool.ts';
import { testDeliveryKeyOf } from '../../contracts/delivery.ts';
import { KEYS, RICH, richIncident } from '../support/rich-incident.ts';
import { COVERED, trial } from '../adapters/postgres/notice-example.ts';
import { startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
const TEST_KEY = testDeliveryKeyOf({ testId: '019aa420-0000-7000-8000-0000000000aa', channel: 'email', contactId: 'bert-mail' });
beforeAll(async () => {
  api = await startApiUnderTest();
  await api.accounts();
  await richIncident(api.db.pool);
  await query(api.db.pool, "INSERT INTO deliveries (delivery_key, contact_id, channel, address, telling, created_at) VALUES ($1, 'bert-mail', 'email', 'bert@example.org', 'test', '2026-11-21T07:00:00Z')", [TEST_KEY]);
  const { save, settle } = await trial(api.db.pool, [COVERED], { userId: 'bert', deviceId: 'gate' });
  await save();
  await settle();
  await query(api.db.pool, "UPDATE deliveries SET created_at = '2026-11-21T08:00:00Z' WHERE notice_id IS NOT NULL");
});
afterAll(() => api.close());

const messages = async (query = '', key?: string) => (await api.get(`/v1/messages?${query}`, key)).json.messages;
const keysOf = async (query: string, key?: string): Promise<string[]> => (await messages(query, key)).map(({ deliveryKey }: any) => deliveryKey);
const OF_INCIDENT = [KEYS.taken, KEYS.calledAgain, KEYS.call, KEYS.rose, KEYS.dead, KEYS.sms, KEYS.pager, KEYS.mail];

describe('messages', () => {
  it('say of each whether it was sent, to whom, and whether it arrived', async () => {
    const [sms] = await messages('contactId=anna-sms');
    expect(sms).toMatchObject({
      deliveryKey: KEYS.sms, about: 'incident', incidentId: RICH, userId: 'anna', contactId: 'anna-sms', channel: 'sms', address: '+4915112345678', telling: 'escalated', level: 1, round: 0,
      severity: 'medium', state: 'delivered', tries: 1, latencyMs: 490, provider: 'twilio', providerId: 'SM1', units: 2, cost: { amount: '0.0158', currency: 'USD' },
      arrival: 'arrived', arrivedAt: '2026-11-21T01:19:13.000000Z', arrivalCode: null, code: null, advice: null, resentAt: null,
    });
    const [dead] = await messages('contactId=office-hook');
    expect(dead).toMatchObject({ state: 'failed', code: 'given_up', advice: expect.stringMatching(/send the dead letter again/), uncertain: 1, latencyMs: null, cost: null, arrival: null });
  });

  it('are of incidents, notices, digests and tests, newest first', async () => {
    expect((await messages()).map(({ about, userId, level }: any) => [about, userId, level])).toEqual([
      ['notice', 'bert', null], ['test', 'bert', null], ['digest', 'anna', null], ['incident', 'anna', 0], ...Array.from({ length: 7 }, () => ['incident', 'anna', expect.any(Number)]),
    ]);
  });

  it('can be narrowed to an incident, a user, a contact, an address, a state and a time', async () => {
    expect(await keysOf(`incidentId=${RICH}`)).toEqual(OF_INCIDENT);
    expect(await keysOf('userId=anna')).toEqual([KEYS.digest, ...OF_INCIDENT]);
    expect(await keysOf('contactId=bert-mail')).toEqual([expect.stringMatching(/^notice-/), TEST_KEY, KEYS.digest]);
    expect(await keysOf('address=anna%40example.org')).toEqual([KEYS.rose, KEYS.mail]);
    expect(await keysOf('state=failed')).toEqual([KEYS.dead]);
    expect(await keysOf('state=delivered&address=%2B4930123456')).toEqual([KEYS.call]);
    expect(await keysOf('userId=anna&since=2026-11-21T01:30:00Z')).toEqual([KEYS.digest, KEYS.taken, KEYS.calledAgain]);
    expect(await keysOf('userId=bert&state=failed')).toEqual([]);
    expect((await api.get('/v1/messages?since=yesterday')).status).toBe(400);
  });

  it.each(['', 'userId=anna', 'contactId=anna-mail'])('come in pages, each once (%s)', async (filter) => {
    const all = await keysOf(filter);
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const { json } = await api.get(`/v1/messages?${filter}&limit=2${cursor}`);
      seen.push(...json.messages.map(({ deliveryKey }: any) => deliveryKey));
      if (json.next === null) break;
      cursor = `&cursor=${json.next}`;
    }
    expect(seen).toEqual(all);
  });

  it('about what others have are not there for a key of one user', async () => {
    const bert = await api.key('customer', 'bert');
    expect(await keysOf('', bert)).toEqual([expect.stringMatching(/^notice-/), TEST_KEY]);
    expect(await keysOf(`incidentId=${RICH}`, bert)).toEqual([]);
    expect(await keysOf('contactId=anna-mail', bert)).toEqual([]);
    expect(await keysOf('', await api.key('customer', 'anna'))).toEqual([KEYS.digest, ...OF_INCIDENT]);
  });
});
