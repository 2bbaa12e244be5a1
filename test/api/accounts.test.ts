import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTransaction } from '../../adapters/postgres/pool.ts';
import { pidOf, untilBlockedBy } from '../support/lock-wait.ts';
import { freshMoment, jpeg, startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest();
  await api.accounts();
});
afterAll(() => api.close());

const codeOf = async (answer: Promise<{ status: number; json: any }>) => { const { status, json } = await answer; return [status, json?.code]; };

describe('putting', () => {
  it('creates with 201 and replaces with 200, so that set-up can be repeated', async () => {
    const first = await api.put('/v1/users/dora', { name: 'Dora' });
    const again = await api.put('/v1/users/dora', { name: 'Dora D.' });
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.json).toMatchObject({ userId: 'dora', name: 'Dora D.', enabled: true, createdAt: first.json.createdAt });
    expect((await api.get('/v1/users/dora')).json).toEqual(again.json);
  });

  it('replaces the whole: what is left out goes back to its default', async () => {
    await api.put('/v1/users/emil', { name: 'Emil', enabled: false });
    expect((await api.put('/v1/users/emil', { name: 'Emil' })).json.enabled).toBe(true);
  });

  it('may move a device to another owner', async () => {
    await api.put('/v1/devices/roving', { userId: 'anna', name: 'Roving', timeZone: 'UTC' });
    const moved = await api.put('/v1/devices/roving', { userId: 'bert', name: 'Roving', timeZone: 'Asia/Kolkata' });
    expect(moved.json).toMatchObject({ userId: 'bert', timeZone: 'Asia/Kolkata' });
  });

  it.each([
    ['a user with an id that cannot stand in a tag', '/v1/users/a%20b', { name: 'x' }, 400, 'id_unsafe'],
    ['a user whose id is longer than a tag has room for', `/v1/users/${'x'.repeat(65)}`, { name: 'x' }, 400, 'id_unsafe'],
    ['a user without a name', '/v1/users/x', {}, 400, 'request_malformed'],
    ['a user with an empty name', '/v1/users/x', { name: '' }, 400, 'request_malformed'],
    ['a user with a NUL in the name', '/v1/users/x', { name: 'a\u0000b' }, 400, 'request_malformed'],
    ['a user whose name is a number', '/v1/users/x', { name: 5 }, 400, 'request_malformed'],
    ['a user that is enabled by null', '/v1/users/x', { name: 'x', enabled: null }, 400, 'request_malformed'],
    ['a user with a field that we do not know', '/v1/users/x', { name: 'x', nmae: 'y' }, 400, 'request_malformed'],
    ['a device of nobody', '/v1/devices/x', { userId: 'nobody', name: 'x', timeZone: 'UTC' }, 404, 'user_unknown'],
    ['a device in a zone that is none', '/v1/devices/x', { userId: 'anna', name: 'x', timeZone: 'Europe/Atlantis' }, 422, 'time_zone_unknown'],
    ['a device in an offset', '/v1/devices/x', { userId: 'anna', name: 'x', timeZone: '+01:00' }, 422, 'time_zone_unknown'],
    ['a contact of nobody', '/v1/contacts/x', { userId: 'nobody', channel: 'email', address: 'a@b.c' }, 404, 'user_unknown'],
    ['a contact by pigeon', '/v1/contacts/x', { userId: 'anna', channel: 'pigeon', address: 'a@b.c' }, 422, 'channel_unsupported'],
    ['a contact with two addresses', '/v1/contacts/x', { userId: 'anna', channel: 'email', address: 'a@b.c,d@e.f' }, 422, 'address_malformed'],
    ['a contact by text message with a mail address', '/v1/contacts/x', { userId: 'anna', channel: 'sms', address: 'a@b.c' }, 422, 'address_malformed'],
    ['a contact by a number without its country', '/v1/contacts/x', { userId: 'anna', channel: 'call', address: '030 1234567' }, 422, 'address_malformed'],
    ['a user with a chain that is not there', '/v1/users/x', { name: 'x', chain: 'none' }, 404, 'chain_unknown'],
    ['a user with no messages at all', '/v1/users/x', { name: 'x', messagesPerHour: 0 }, 400, 'request_malformed'],
    ['a contact with a header in the address', '/v1/contacts/x', { userId: 'anna', channel: 'email', address: 'a@b.c\r\nBcc: d@e.f' }, 400, 'request_malformed'],
    ['a contact without an address', '/v1/contacts/x', { userId: 'anna', channel: 'email' }, 400, 'request_malformed'],
  ])('refuses %s', async (_what, url, body, status, code) => {
    expect(await codeOf(api.put(url, body))).toEqual([status, code]);
  });

  it('names the field that is wrong', async () => {
    expect((await api.put('/v1/users/x', { name: 'x', nmae: 'y' })).json.detail).toContain('nmae');
    expect((await api.put('/v1/devices/x', { userId: 'anna', name: 7, timeZone: 'UTC' })).json.detail).toContain('body.name');
  });

  it('refuses a body that is no JSON, or no object', async () => {
    for (const payload of ['{', 'null', '[]', '"x"', '{"__proto__":{"a":1},"name":"x"}']) {
      const answer = await api.call({ method: 'PUT', url: '/v1/users/x', payload, headers: { 'content-type': 'application/json' } });
      expect([answer.status, answer.json.code], payload).toEqual([400, 'request_malformed']);
    }
    const none = await api.call({ method: 'PUT', url: '/v1/users/x' });
    expect(none.status).toBe(400);
    const text = await api.call({ method: 'PUT', url: '/v1/users/x', payload: 'name=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } });
    expect(text.json.code).toBe('media_type_unsupported');
  });
});

describe('reading', () => {
  it('goes through a long list page by page, each item once', async () => {
    for (let n = 0; n < 7; n += 1) await api.put(`/v1/users/page-${n}`, { name: `${n}` });
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const { json } = await api.get(`/v1/users?limit=3${cursor}`);
      seen.push(...json.users.map(({ userId }: { userId: string }) => userId));
      if (json.next === null) break;
      cursor = `&cursor=${json.next}`;
    }
    expect(seen.filter((id) => id.startsWith('page-'))).toEqual(Array.from({ length: 7 }, (_, n) => `page-${n}`));
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('refuses a cursor that no page ended with', async () => {
    for (const cursor of ['x', 'W10', Buffer.from('["a","b"]').toString('base64url'), Buffer.from('["a\\u0000"]').toString('base64url')]) {
      expect(await codeOf(api.get(`/v1/users?cursor=${cursor}`)), cursor).toEqual([400, 'request_malformed']);
    }
  });

  it('lists the devices and contacts of one user', async () => {
    expect((await api.get('/v1/contacts?userId=bert')).json.contacts.map(({ contactId }: any) => contactId)).toEqual(['bert-mail']);
    expect((await api.get('/v1/devices?userId=bert')).json.devices.map(({ deviceId }: any) => deviceId)).toContain('gate');
  });

  it.each([['/v1/users/nobody', 'user_unknown'], ['/v1/devices/nothing', 'device_unknown'], ['/v1/contacts/none', 'contact_unknown'], ['/v1/users/nobody/rules', 'user_unknown']])(
    'answers 404 for %s', async (url, code) => {
      expect(await codeOf(api.get(url))).toEqual([404, code]);
    });
});

describe('removing', () => {
  it('takes a device or contact away once', async () => {
    await api.put('/v1/devices/gone', { userId: 'anna', name: 'x', timeZone: 'UTC' });
    await api.put('/v1/contacts/gone', { userId: 'anna', channel: 'email', address: 'a@b.c' });
    for (const [url, code] of [['/v1/devices/gone', 'device_unknown'], ['/v1/contacts/gone', 'contact_unknown']] as const) {
      expect((await api.call({ method: 'DELETE', url })).status).toBe(204);
      expect(await codeOf(api.call({ method: 'DELETE', url }))).toEqual([404, code]);
    }
  });
});

describe('removing a user', () => {
  const remove = (user: string) => api.call({ method: 'DELETE', url: `/v1/users/${user}` });

  it('takes the user and what was assigned away once, and leaves the ledger as it is', async () => {
    await api.put('/v1/users/fred', { name: 'Fred' });
    await api.put('/v1/devices/shed', { userId: 'fred', name: 'Shed', timeZone: 'UTC' });
    const { json: { frameId } } = await api.push('shed', freshMoment(), jpeg('fred'));
    await api.call({ method: 'DELETE', url: '/v1/devices/shed' });
    await settle(frameId);
    await api.put('/v1/rules/9', { text: 'RuleID: 9 | Unsafe Class: Dog | ALL with probability>80%' });
    await api.put('/v1/users/fred/rules', { rules: [{ ruleId: '9' }] });

    expect((await remove('fred')).status).toBe(204);
    expect(await codeOf(remove('fred'))).toEqual([404, 'user_unknown']);
    expect(await codeOf(api.get('/v1/users/fred'))).toEqual([404, 'user_unknown']);
    expect((await api.get('/v1/rules/9')).json.userIds).toEqual([]);
    expect((await api.get(`/v1/frames/${frameId}`)).json).toMatchObject({ frameId, state: 'no_match' });
    expect((await api.put('/v1/users/fred', { name: 'Fred' })).status).toBe(201);
    expect((await api.get('/v1/users/fred/rules')).json.rules).toEqual([]);
  });

  it('is refused while there are devices, contacts, open incidents or frames on their way, and names them', async () => {
    const incidentId = '01a1fd50-bf90-7a65-98b6-7f2402f97041';
    await api.put('/v1/users/gina', { name: 'Gina' });
    for (let n = 0; n < 7; n += 1) await api.put(`/v1/devices/yard-${n}`, { userId: 'gina', name: 'Yard', timeZone: 'UTC' });
    await api.put('/v1/contacts/gina-mail', { userId: 'gina', channel: 'email', address: 'gina@example.org' });
    const { json: { frameId } } = await api.push('yard-0', freshMoment(), jpeg('gina'));
    await api.db.pool.query(`INSERT INTO incidents (incident_id, user_id, rule_id, rule_version, device_id, state, opened_at, last_match_at, first_frame_id)
      VALUES ($1, 'gina', '1', 1, 'yard-0', 'acknowledged', now(), now(), $2)`, [incidentId, frameId]);
    const refusal = async () => {
      const { status, json } = await remove('gina');
      expect([status, json.code]).toEqual([409, 'still_in_use']);
      return json.detail;
    };

    expect(await refusal()).toBe('user gina is still in use: devices yard-0, yard-1, yard-2, yard-3, yard-4 and more; contacts gina-mail; '
      + `open incidents ${incidentId}; frames on their way ${frameId}`);
    for (let n = 0; n < 7; n += 1) await api.call({ method: 'DELETE', url: `/v1/devices/yard-${n}` });
    expect(await refusal()).not.toContain('devices');
    await api.call({ method: 'DELETE', url: '/v1/contacts/gina-mail' });
    expect(await refusal()).toBe(`user gina is still in use: open incidents ${incidentId}; frames on their way ${frameId}`);
    await settle(frameId);
    expect(await refusal()).toBe(`user gina is still in use: open incidents ${incidentId}`);
    await api.db.pool.query("UPDATE incidents SET state = 'closed', closed_at = now() WHERE incident_id = $1", [incidentId]);
    expect((await remove('gina')).status).toBe(204);
    expect((await api.get(`/v1/incidents/${incidentId}`)).json.userId).toBe('gina');
  });

  it('sees a device that was under way when it came', async () => {
    await api.put('/v1/users/hugo', { name: 'Hugo' });
    let removed: Promise<unknown> = Promise.resolve();
    await inTransaction(api.db.pool, async (client) => {
      await client.query("INSERT INTO devices (device_id, user_id, name, time_zone) VALUES ('attic', 'hugo', 'Attic', 'UTC')");
      removed = codeOf(remove('hugo'));
      await untilBlockedBy(api.db.pool, await pidOf(client));
    });
    expect(await removed).toEqual([409, 'still_in_use']);
  });

  it('and putting things of the user at once leave all or nothing', async () => {
    for (let round = 0; round < 10; round += 1) {
      await api.put('/v1/users/ida', { name: 'Ida' });
      const answers = await Promise.all([
        remove('ida'), api.put('/v1/devices/loft', { userId: 'ida', name: 'Loft', timeZone: 'UTC' }), api.put('/v1/users/ida/rules', { rules: [] }),
        api.call({ method: 'POST', url: '/v1/keys', payload: { role: 'ingest', userId: 'ida' } }),
      ]);
      const [removed, put] = answers.map(({ status }) => status);
      expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
      expect([[204, 404], [409, 201]]).toContainEqual([removed, put]);
      expect((await api.get('/v1/users/ida')).status).toBe(removed === 204 ? 404 : 200);
      await api.call({ method: 'DELETE', url: '/v1/devices/loft' });
    }
  });

  /** As record does at the end of the pipeline. */
  async function settle(frameId: string): Promise<void> {
    await api.db.pool.query("UPDATE frames SET state = 'no_match', settled_at = now() WHERE frame_id = $1", [frameId]);
    await api.db.pool.query('DELETE FROM open_frames WHERE frame_id = $1', [frameId]);
  }
});

describe('assignment', () => {
  beforeAll(async () => {
    for (const id of ['1', '2', '3']) await api.put(`/v1/rules/${id}`, { text: `RuleID: ${id} | Unsafe Class: Dog | ALL with probability>80%` });
  });

  it('replaces the whole set', async () => {
    await api.put('/v1/users/anna/rules', { rules: [{ ruleId: '1' }, { ruleId: '2', devices: ['door'] }] });
    const second = await api.put('/v1/users/anna/rules', { rules: [{ ruleId: '2' }, { ruleId: '3', devices: ['door'] }] });
    expect(second.json).toEqual({ userId: 'anna', rules: [{ ruleId: '2', devices: null, zones: null, severity: null }, { ruleId: '3', devices: ['door'], zones: null, severity: null }] });
    expect((await api.get('/v1/users/anna/rules')).json).toEqual(second.json);
    expect((await api.get('/v1/rules/2')).json.userIds).toEqual(['anna']);
    expect((await api.put('/v1/users/anna/rules', { rules: [] })).json.rules).toEqual([]);
  });

  it.each([
    ['to nobody', '/v1/users/nobody/rules', { rules: [{ ruleId: '1' }] }, 404, 'user_unknown'],
    ['of a rule that is not there', '/v1/users/anna/rules', { rules: [{ ruleId: '99' }] }, 404, 'rule_unknown'],
    ['on a device of somebody else', '/v1/users/anna/rules', { rules: [{ ruleId: '1', devices: ['gate'] }] }, 404, 'device_unknown'],
    ['on no device at all', '/v1/users/anna/rules', { rules: [{ ruleId: '1', devices: [] }] }, 400, 'request_malformed'],
    ['of one rule twice', '/v1/users/anna/rules', { rules: [{ ruleId: '1' }, { ruleId: '1' }] }, 400, 'request_malformed'],
  ])('is refused %s, and what was assigned stays', async (_what, url, body, status, code) => {
    await api.put('/v1/users/anna/rules', { rules: [{ ruleId: '2' }] });
    expect(await codeOf(api.put(url, body))).toEqual([status, code]);
    expect((await api.get('/v1/users/anna/rules')).json.rules).toEqual([{ ruleId: '2', devices: null, zones: null, severity: null }]);
  });
});
