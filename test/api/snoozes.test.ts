import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activeSnoozes } from '../../adapters/postgres/snoozes.ts';
import { startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
let anna: string;
beforeAll(async () => {
  api = await startApiUnderTest();
  await api.accounts();
  await api.put('/v1/devices/yard', { userId: 'anna', name: 'Yard', timeZone: 'UTC' });
  await api.call({ method: 'PUT', url: '/v1/rules/1', payload: 'rule: 1\nname: Dogs\nseverity: critical\nunsafe: dog\n', headers: { 'content-type': 'application/yaml' } });
  await api.put('/v1/rules/2', { text: 'RuleID: 2 | Unsafe Class: Cat | ALL with probability>80%' });
  await api.put('/v1/rules/3', { text: 'RuleID: 3 | Unsafe Class: Car | ALL with probability>80%' });
  await api.put('/v1/users/anna/rules', { rules: [{ ruleId: '1' }, { ruleId: '2', devices: ['door'] }] });
  await api.put('/v1/users/bert/rules', { rules: [{ ruleId: '3' }] });
  anna = await api.key('customer', 'anna');
});
afterAll(() => api.close());

const post = (payload: object, key?: string, url = '/v1/snoozes') => api.call({ method: 'POST', url, payload, ...(key === undefined ? {} : { key }) });
const preview = (payload: object, key?: string) => post(payload, key, '/v1/snoozes/preview');
const end = (snoozeId: string, key?: string) => api.call({ method: 'DELETE', url: `/v1/snoozes/${snoozeId}`, ...(key === undefined ? {} : { key }) });
const listed = async (query: string, key?: string): Promise<string[]> => (await api.get(`/v1/snoozes?${query}`, key)).json.snoozes.map(({ snoozeId }: any) => snoozeId);
const hoursAhead = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();

describe('a snooze', () => {
  it('of a customer is of the customer, says who made it, and holds until it is ended', async () => {
    const { status, json } = await post({ ruleId: '1', deviceId: 'door', forHours: 2 }, anna);
    expect([status, json]).toMatchObject([201, { userId: 'anna', ruleId: '1', deviceId: 'door', labels: null, cause: 'snoozed', createdBy: expect.stringMatching(/^key:[0-9a-f-]{36}$/), endedAt: null }]);
    expect(Date.parse(json.until) - Date.parse(json.createdAt)).toBeCloseTo(2 * 3_600_000, -4);
    const active = async () => (await activeSnoozes(api.db.pool, ['anna', 'anna', 'bert'])).filter(({ snoozeId }) => snoozeId === json.snoozeId);
    expect(await active()).toEqual([{ snoozeId: json.snoozeId, userId: 'anna', ruleId: '1', deviceId: 'door', labels: null, cause: 'snoozed', until: json.until }]);
    expect(await listed('', anna)).toContain(json.snoozeId);
    expect((await end(json.snoozeId, anna)).status).toBe(204);
    expect(await active()).toEqual([]);
    expect([await listed('', anna), await listed('state=ended', anna)]).toEqual([expect.not.arrayContaining([json.snoozeId]), expect.arrayContaining([json.snoozeId])]);
  });

  it('until a moment ends at that moment', async () => {
    const until = hoursAhead(1);
    const { json } = await post({ userId: 'anna', everything: true, until });
    expect(json).toMatchObject({ until: until.replace('Z', '000Z'), ruleId: null, deviceId: null });
    await api.db.pool.query("UPDATE snoozes SET until_at = now() WHERE snooze_id = $1", [json.snoozeId]);
    expect(await activeSnoozes(api.db.pool, ['anna'])).toEqual([]);
    expect((await end(json.snoozeId)).status).toBe(204);
    // It was over by itself: nobody took it back.
    expect((await api.get('/v1/snoozes?state=ended')).json.snoozes.find(({ snoozeId }: any) => snoozeId === json.snoozeId).endedAt).toBeNull();
  });

  it('keeps the moment at which it was ended first', async () => {
    const { json: { snoozeId } } = await post({ deviceId: 'yard', forHours: 1 }, anna);
    const endedAt = async () => (await api.get('/v1/snoozes?state=ended')).json.snoozes.find((snooze: any) => snooze.snoozeId === snoozeId).endedAt;
    await end(snoozeId);
    const first = await endedAt();
    await end(snoozeId);
    expect([first, await endedAt()]).toEqual([expect.any(String), first]);
  });

  it.each([
    ['of nothing in particular', { forHours: 1 }, [400, 'request_malformed']],
    ['of everything and of a rule', { everything: true, ruleId: '1', forHours: 1 }, [400, 'request_malformed']],
    ['without an end', { deviceId: 'door' }, [400, 'request_malformed']],
    ['with two ends', { deviceId: 'door', forHours: 1, until: hoursAhead(1) }, [400, 'request_malformed']],
    ['that is over', { deviceId: 'door', until: hoursAhead(-1) }, [400, 'request_malformed']],
    ['of more than 90 days', { deviceId: 'door', until: hoursAhead(24 * 90 + 1) }, [400, 'request_malformed']],
    ['of more than 90 days in hours', { deviceId: 'door', forHours: 24 * 90 + 1 }, [400, 'request_malformed']],
    ['until a moment that is none', { deviceId: 'door', until: 'tomorrow' }, [400, 'request_malformed']],
    ['of a device of somebody else', { deviceId: 'gate', forHours: 1 }, [404, 'device_unknown']],
    ['of a rule that only others have', { ruleId: '3', forHours: 1 }, [404, 'rule_unknown']],
    ['of a rule that does not judge the device', { ruleId: '2', deviceId: 'yard', forHours: 1 }, [404, 'rule_unknown']],
    ['of another user', { userId: 'bert', deviceId: 'gate', forHours: 1 }, [404, 'user_unknown']],
  ])('%s is refused', async (_what, body, refusal) => {
    for (const answer of [await post(body, anna), await preview(body, anna)]) expect([answer.status, answer.json.code]).toEqual(refusal);
  });

  it('by a key of every user must say whose', async () => {
    expect((await post({ deviceId: 'door', forHours: 1 })).json).toMatchObject({ code: 'request_malformed', detail: expect.stringContaining('userId') });
    expect((await post({ userId: 'nobody', everything: true, forHours: 1 })).json.code).toBe('user_unknown');
  });

  it('of others cannot be ended, nor seen', async () => {
    const { json: { snoozeId } } = await post({ userId: 'bert', deviceId: 'gate', forHours: 1 });
    expect((await end(snoozeId, anna)).json.code).toBe('snooze_unknown');
    expect(await listed('', anna)).not.toContain(snoozeId);
    expect(await listed('userId=bert')).toEqual([snoozeId]);
    expect((await end(uuidv7())).json.code).toBe('snooze_unknown');
  });

  it('that an answer made is listed beside, and can be taken back', async () => {
    const snoozeId = uuidv7();
    await api.db.pool.query("INSERT INTO snoozes (snooze_id, user_id, device_id, labels, cause, until_at, created_by) VALUES ($1, 'anna', 'door', '{dog}', 'known', now() + interval '1 day', 'link:anna-mail')", [snoozeId]);
    const { json } = await api.get('/v1/snoozes', anna);
    expect(json.snoozes[0]).toMatchObject({ snoozeId, labels: ['dog'], cause: 'known', createdBy: 'link:anna-mail' });
    await end(snoozeId, anna);
    expect(await listed('', anna)).not.toContain(snoozeId);
  });

  it('is listed newest first, page by page', async () => {
    const made: string[] = [];
    for (let n = 0; n < 5; n += 1) made.unshift((await post({ deviceId: 'yard', forHours: 1 }, anna)).json.snoozeId);
    const { json } = await api.get('/v1/snoozes?limit=3', anna);
    expect(json.snoozes.map(({ snoozeId }: any) => snoozeId)).toEqual(made.slice(0, 3));
    expect(await listed(`limit=2&cursor=${json.next}`, anna)).toEqual(made.slice(3));
    for (const snoozeId of made) await end(snoozeId);
  });

  it('that is ended lets be told what it held back, but for what another one still covers', async () => {
    const held = async (deviceId: string) => {
      await api.db.pool.query(`
        INSERT INTO held_back (user_id, cause, rule_id, device_id, severity, matches, frame_id, frame_captured_at, first_at, last_at, due_at)
        VALUES ('anna', 'snoozed', '1', $1, 'low', 1, $2, now(), now(), now(), now() + interval '1 hour')`, [deviceId, uuidv7()]);
    };
    await held('door');
    await held('yard');
    const { json: all } = await post({ everything: true, forHours: 1 }, anna);
    const { json: door } = await post({ deviceId: 'door', forHours: 1 }, anna);
    const due = async () => (await api.db.pool.query('SELECT device_id FROM held_back WHERE due_at <= now() ORDER BY device_id')).rows.map((row) => row.device_id);
    await end(all.snoozeId);
    expect(await due()).toEqual(['yard']);
    await end(door.snoozeId);
    expect(await due()).toEqual(['door', 'yard']);
  });
});

describe('the preview of a snooze', () => {
  const incident = async (ruleId: string, deviceId: string, daysAgo: number, matches: number, delivered: number): Promise<string> => {
    const incidentId = uuidv7();
    await api.db.pool.query(`
      INSERT INTO incidents (incident_id, user_id, rule_id, rule_version, device_id, state, severity, opened_at, last_match_at, first_frame_id, matches)
      VALUES ($1, 'anna', $2, 1, $3, 'closed', 'high', now() - $4 * interval '1 day', now(), $1, $5)`, [incidentId, ruleId, deviceId, daysAgo, matches]);
    for (let n = 0; n <= delivered; n += 1) {
      await api.db.pool.query(`INSERT INTO deliveries (delivery_key, incident_id, contact_id, channel, address, state) VALUES ($1, $2, 'anna-mail', 'email', 'a@b.c', $3)`,
        [`${incidentId}:0:${n}:email:anna-mail`, incidentId, n < delivered ? 'delivered' : 'withdrawn']);
    }
    return incidentId;
  };

  it('names what it covers, and what it would have held back of the last seven days', async () => {
    const recent = await incident('1', 'door', 1, 4, 2);
    const older = await incident('1', 'yard', 6.9, 3, 1);
    await incident('1', 'door', 7.1, 100, 9);
    await incident('2', 'door', 1, 50, 5);
    const { status, json } = await preview({ ruleId: '1', forHours: 1 }, anna);
    expect([status, json]).toMatchObject([200, {
      userId: 'anna', left: 0,
      covers: [
        { ruleId: '1', ruleName: 'Dogs', deviceId: 'door', deviceName: 'door', severity: 'critical' },
        { ruleId: '1', ruleName: 'Dogs', deviceId: 'yard', deviceName: 'Yard', severity: 'critical' },
      ],
      past: {
        days: 7, matches: 7, incidents: 2, messages: 3,
        latest: [{ incidentId: recent, deviceId: 'door', state: 'closed', severity: 'high', matches: 4, messages: 2 }, { incidentId: older, deviceId: 'yard', matches: 3, messages: 1 }],
      },
    }]);
    expect(json.warnings.map(({ code }: any) => code)).toEqual(['covers_devices']);
    expect((await api.get('/v1/snoozes', anna)).json.snoozes).toEqual([]);
  });

  it('warns of a silence that is broader than somebody may think', async () => {
    const codes = async (body: object) => (await preview({ ...body, forHours: 1 }, anna)).json.warnings.map(({ code }: any) => code);
    expect(await codes({ everything: true })).toEqual(['covers_devices', 'covers_rules']);
    expect(await codes({ deviceId: 'door' })).toEqual(['covers_rules']);
    expect(await codes({ deviceId: 'door', ruleId: '1' })).toEqual([]);
    await api.put('/v1/devices/bare', { userId: 'bert', name: 'Bare', timeZone: 'UTC' });
    await api.put('/v1/users/bert/rules', { rules: [{ ruleId: '3', devices: ['gate'] }] });
    expect((await preview({ userId: 'bert', deviceId: 'bare', forHours: 1 })).json).toMatchObject({ covers: [], warnings: [{ code: 'covers_nothing' }], past: { incidents: 0, matches: 0, messages: 0, latest: [] } });
  });

  it('names the ten latest of many incidents and counts them all', async () => {
    const before = (await preview({ ruleId: '2', deviceId: 'door', forHours: 1 }, anna)).json.past.incidents;
    for (let n = 0; n < 12; n += 1) await incident('2', 'door', 0.1 + n / 100, 1, 0);
    const { past } = (await preview({ ruleId: '2', deviceId: 'door', forHours: 1 }, anna)).json;
    expect([past.incidents - before, past.latest.length]).toEqual([12, 10]);
    expect(past.latest.map(({ openedAt }: any) => openedAt)).toEqual(past.latest.map(({ openedAt }: any) => openedAt).toSorted().toReversed());
  });
});
