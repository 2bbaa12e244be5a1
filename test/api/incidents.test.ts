import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
let ids: string[];
beforeAll(async () => {
  api = await startApiUnderTest();
  await api.accounts();
  ids = [];
  for (let n = 0; n < 5; n += 1) ids.push(await incident(n % 2 ? 'bert' : 'anna', n % 2 ? 'gate' : 'door', n));
});
afterAll(() => api.close());

/** Straight into the ledger, as the alert stage would. The first of anna's is open, the others are closed. */
async function incident(userId: string, deviceId: string, n: number): Promise<string> {
  const incidentId = uuidv7();
  await api.db.pool.query(`
    INSERT INTO incidents (incident_id, user_id, rule_id, rule_version, device_id, state, severity, opened_at, last_match_at, first_frame_id, matches, closed_at)
    VALUES ($1, $2, $3, 1, $4, $5, 'high', $6, $6, $7, 1, $8)`,
  [incidentId, userId, `${n}`, deviceId, n === 0 ? 'open' : 'closed', `2026-03-01T02:14:0${n}Z`, uuidv7(), n === 0 ? null : '2026-03-01T03:00:00Z']);
  await api.db.pool.query(`
    INSERT INTO deliveries (delivery_key, incident_id, contact_id, channel, address, state, tries, delivered_at)
    VALUES ($1 || ':0:0:email:' || $2, $1::uuid, $2, 'email', $3, 'delivered', 1, now())`, [incidentId, `${userId}-mail`, `${userId}@example.org`]);
  return incidentId;
}
const list = async (query: string, key?: string) => (await api.get(`/v1/incidents?${query}`, key)).json;
const idsOf = ({ incidents }: any) => incidents.map(({ incidentId }: any) => incidentId);

describe('incidents', () => {
  it('are listed newest first, each with its messages', async () => {
    const page = await list('');
    expect(idsOf(page)).toEqual(ids.toReversed());
    expect(page.incidents.at(-1)).toMatchObject({
      userId: 'anna', deviceId: 'door', ruleId: '0', state: 'open', severity: 'high', openedAt: '2026-03-01T02:14:00.000000Z', lastMatchAt: '2026-03-01T02:14:00.000000Z',
      messages: [{ channel: 'email', address: 'anna@example.org', contactId: 'anna-mail', state: 'delivered', tries: 1, uncertain: 0 }],
    });
    expect(page.next).toBeNull();
  });

  it('can be narrowed to a device, a user and a state', async () => {
    expect(idsOf(await list('deviceId=gate'))).toEqual([ids[3], ids[1]]);
    expect(idsOf(await list('userId=anna&state=closed'))).toEqual([ids[4], ids[2]]);
    expect(idsOf(await list('deviceId=nothing'))).toEqual([]);
    expect((await api.get('/v1/incidents?state=forgotten')).status).toBe(400);
  });

  it('come in pages, each once', async () => {
    const first = await list('limit=3');
    const second = await list(`limit=3&cursor=${first.next}`);
    expect([...idsOf(first), ...idsOf(second)]).toEqual(ids.toReversed());
    expect(second.next).toBeNull();
  });

  it('of others are not there for a key of one user', async () => {
    const key = await api.key('customer', 'anna');
    expect(idsOf(await list('', key))).toEqual([ids[4], ids[2], ids[0]]);
    expect((await api.get(`/v1/incidents/${ids[1]}`, key)).json.code).toBe('incident_unknown');
    expect((await api.call({ method: 'POST', url: `/v1/incidents/${ids[1]}/ack`, key })).json.code).toBe('incident_unknown');
  });
});

describe('taking charge', () => {
  it('acknowledges once; again changes nothing, and looking never does', async () => {
    const key = await api.key('customer', 'anna');
    const ack = () => api.call({ method: 'POST', url: `/v1/incidents/${ids[0]}/ack`, key });
    expect((await api.get(`/v1/incidents/${ids[0]}/ack`, key)).status).toBe(404);
    expect((await api.get(`/v1/incidents/${ids[0]}`, key)).json.state).toBe('open');
    const first = await ack();
    expect(first.json).toMatchObject({ state: 'acknowledged', acknowledgedAt: expect.any(String), messages: [{}] });
    expect((await ack()).json).toEqual(first.json);
  });

  it('of a closed incident is noted, and it stays closed', async () => {
    const { json } = await api.call({ method: 'POST', url: `/v1/incidents/${ids[2]}/ack` });
    expect(json).toMatchObject({ state: 'closed', acknowledgedAt: expect.any(String) });
  });

  it('of none is 404', async () => {
    expect((await api.call({ method: 'POST', url: `/v1/incidents/${uuidv7()}/ack` })).json.code).toBe('incident_unknown');
  });
});
