import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RICH, richIncident } from '../support/rich-incident.ts';
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

  it('says who did it', async () => {
    expect((await api.get(`/v1/incidents/${ids[0]}`)).json.acknowledgedBy).toBe('api');
    await api.db.pool.query("UPDATE responses SET contact_id = 'anna-sms', way = 'sms' WHERE incident_id = $1", [ids[0]]);
    expect((await api.get(`/v1/incidents/${ids[0]}`)).json.acknowledgedBy).toBe('anna-sms');
  });

  it('of a closed incident is noted in its story, and it stays closed', async () => {
    const { json } = await api.call({ method: 'POST', url: `/v1/incidents/${ids[2]}/ack` });
    expect(json).toMatchObject({ state: 'closed', acknowledgedAt: null, acknowledgedBy: null });
    expect((await api.get(`/v1/incidents/${ids[2]}`)).json.story.at(-1)).toMatchObject({ kind: 'response', response: 'acknowledge', way: 'api', text: 'Somebody takes charge, over the API.' });
  });

  it('of none is 404', async () => {
    expect((await api.call({ method: 'POST', url: `/v1/incidents/${uuidv7()}/ack` })).json.code).toBe('incident_unknown');
  });
});

describe('answers', () => {
  const answer = (id: string | undefined, way: string, payload?: object, key?: string) =>
    api.call({ method: 'POST', url: `/v1/incidents/${id}/${way}`, ...(payload === undefined ? {} : { payload }), ...(key === undefined ? {} : { key }) });

  it('resolve: it is dealt with, and again changes nothing', async () => {
    const id = await incident('anna', 'shed', 0);
    const first = await answer(id, 'resolve', undefined, await api.key('customer', 'anna'));
    expect(first.json).toMatchObject({ state: 'resolved', resolvedAt: expect.any(String), acknowledgedBy: 'api', label: null });
    expect((await answer(id, 'resolve')).json).toEqual(first.json);
  });

  it.each([['real', 'acknowledged'], ['false_alarm', 'resolved'], ['known', 'resolved']])('a label %s leaves it %s', async (label, state) => {
    const id = await incident('anna', `cam-${label}`, 0);
    expect((await answer(id, 'label', { label })).json).toMatchObject({ state, label });
    expect((await api.get(`/v1/incidents/${id}`)).json.story.find(({ kind }: any) => kind === 'label')).toMatchObject({ response: label, way: 'api' });
  });

  it('the latest label is the one that counts', async () => {
    const id = await incident('anna', 'yard', 0);
    await answer(id, 'label', { label: 'real' });
    expect((await answer(id, 'label', { label: 'false_alarm' })).json).toMatchObject({ label: 'false_alarm' });
    expect((await list('deviceId=yard')).incidents[0].label).toBe('false_alarm');
  });

  it('known mutes for as long as is said', async () => {
    const id = await incident('anna', 'lane', 0);
    await answer(id, 'label', { label: 'known', knownHours: 8 });
    const { at, knownUntil } = (await api.get(`/v1/incidents/${id}`)).json.story.find(({ kind }: any) => kind === 'label');
    expect(Math.round((Date.parse(knownUntil) - Date.parse(at)) / 3_600_000)).toBe(8);
  });

  it.each([{}, { label: 'nice' }, { label: 'real', knownHours: 8 }, { label: 'known', knownHours: 0 }, { label: 'known', knownHours: 100_000 }])('%j is no label', async (body) => {
    expect((await answer(ids[4], 'label', body)).json.code).toBe('request_malformed');
  });

  it('of others do not count', async () => {
    const bert = await api.key('customer', 'bert');
    expect((await answer(ids[4], 'resolve', undefined, bert)).json.code).toBe('incident_unknown');
    expect((await answer(ids[4], 'label', { label: 'real' }, bert)).json.code).toBe('incident_unknown');
  });
});

describe('one incident', () => {
  it('says how far it has come, and its story in sentences', async () => {
    await richIncident(api.db.pool);
    const { json } = await api.get(`/v1/incidents/${RICH}`);
    expect(json).toMatchObject({
      state: 'closed', severity: 'high', toldSeverity: 'high', chain: 'night', level: 2, exhausted: true, held: null, reopened: 0, label: 'known', acknowledgedBy: 'anna-sms',
      resolvedAt: '2026-11-21T01:40:02.000000Z', deviceName: 'Back door', timeZone: 'Europe/Berlin', ruleName: 'People at night', labels: ['person'], storyLeft: 0,
    });
    expect(json.messages).toHaveLength(8);
    expect(json.story.map(({ text }: any) => text)).toMatchInlineSnapshot(`
      [
        "Person on camera Back door, by rule 100 (People at night), medium.",
        "First of 2140 matches: person, 60 %, medium, seen at 02:14:07.",
        "Kept from bert-mail with 1 match: quiet hours; told by a digest since.",
        "Told: level 0, anna-mail and guard.",
        "Mail to anna-mail (anna@example.org) written.",
        "PagerDuty event to guard written.",
        "bert-mail is not told: quiet hours.",
        "Mail to anna-mail (anna@example.org), try 1 (112 ms): not taken, tried again later, "451 4.7.1 Greylisted, come back later".",
        "PagerDuty event to guard, try 1 (500 ms): taken, "Event processed".",
        "Mail to anna-mail (anna@example.org), try 2 (330 ms): taken, "250 2.0.0 Ok: queued as 4F1A".",
        "Nobody answered, the next are told: level 1, anna-sms and office-hook.",
        "Text message to anna-sms (+4915112345678) written.",
        "Webhook call to office-hook written.",
        "Text message to anna-sms (+4915112345678), try 1 (380 ms): taken, "queued".",
        "Text message to anna-sms (+4915112345678): sent on by its provider.",
        "Text message to anna-sms (+4915112345678): arrived.",
        "Webhook call to office-hook, try 1 (30000 ms): not known, it may have been taken, "the try ended before the provider's answer was recorded".",
        "Webhook call to office-hook, try 2 (90 ms): not taken, tried again later, "503 Service Unavailable".",
        "Webhook call to office-hook, try 3 (80 ms): not taken, and not tried again, "given up after 3 tries: 503 Service Unavailable".",
        "It got worse: medium, now high.",
        "Told that it got worse: level 0, anna-mail.",
        "Mail to anna-mail (anna@example.org) written, number 2 of this level.",
        "Mail to anna-mail (anna@example.org), try 1 (200 ms): taken, "250 2.0.0 Ok: queued as 4F1B".",
        "Worst of 2140 matches: person, 97 %, high, seen at 02:29:12.",
        "Nobody answered, the next are told: level 2, anna-call.",
        "Call to anna-call (+4930123456) written.",
        "Call to anna-call (+4930123456), try 1 (600 ms): taken, "queued".",
        "Call to anna-call (+4930123456): it rings.",
        "Call to anna-call (+4930123456): nobody picked up (code 487 of the provider).",
        "Nobody answered, told again: level 2, anna-call.",
        "Call to anna-call (+4930123456) written, number 2 of this level; withdrawn before it went out.",
        "The chain is at its end: nobody answered to the last level.",
        "anna-sms says what means nothing to us, by text message: "who is this?".",
        "anna-sms takes charge, by text message: "1".",
        "Somebody took charge: nobody else is told.",
        "PagerDuty event to guard written: somebody took charge.",
        "Messages that had not gone out were withdrawn: anna-call.",
        "PagerDuty event to guard, try 1 (400 ms): taken, "Event processed".",
        "Somebody knows what it is, muted until 2026-11-21 10:40:02, over the API.",
        "Dealt with: further matches are silent.",
        "Latest of 2140 matches: person, 63 %, medium, seen at 02:50:00.",
        "Over: it has been quiet.",
        "A digest tells what was held back: mail to bert-mail (bert@example.org), delivered.",
      ]
    `);
  });

  it('of others is not there', async () => {
    expect((await api.get(`/v1/incidents/${RICH}`, await api.key('customer', 'bert'))).json.code).toBe('incident_unknown');
  });
});
