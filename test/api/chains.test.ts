import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_CHAIN } from '../../contracts/escalation.ts';
import { SEVERITIES } from '../../contracts/severity.ts';
import { startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest();
  await api.accounts();
  await api.put('/v1/contacts/guard-sms', { userId: 'bert', channel: 'sms', address: '+49 170 1234567' });
});
afterAll(() => api.close());

const remove = (url: string) => api.call({ method: 'DELETE', url });
const outcome = ({ status, json }: { status: number; json: any }) => (status < 400 ? status : [status, json.code]);
const history = async (chainId: string) => (await api.get(`/v1/changes?subject=chain&subjectId=${chainId}`)).json.changes.map(({ before, after }: any) => [before?.name ?? null, after?.name ?? null]).reverse();
const mail = { channels: ['email'] };

describe('a chain', () => {
  it('has the defaults of a level where nothing is said, and may name contacts of others', async () => {
    const put = await api.put('/v1/chains/night', { name: 'Night', levels: [mail, { contacts: ['guard-sms'], severities: ['high', 'critical'], waitSeconds: 60, repeats: 2 }] });
    expect([put.status, put.json]).toEqual([201, {
      chainId: 'night', name: 'Night', warnings: [], createdAt: expect.any(String), updatedAt: expect.any(String),
      levels: [
        { channels: ['email'], contacts: null, severities: SEVERITIES, waitSeconds: 300, repeats: 0 },
        { channels: ['email', 'sms', 'call', 'webhook', 'pagerduty', 'nagios'], contacts: ['guard-sms'], severities: ['high', 'critical'], waitSeconds: 60, repeats: 2 },
      ],
    }]);
    expect((await api.get('/v1/chains/night')).json).toEqual(put.json);
  });

  it('says what is doubtful when it is put and when it is read, by its contacts as they are then', async () => {
    const { json } = await api.put('/v1/chains/doubtful', { name: 'x', levels: [{ channels: ['call'], contacts: ['guard-sms'], severities: ['critical'] }] });
    expect(json.warnings.map(({ level, code }: any) => [level, code])).toEqual([[null, 'severity_untold'], [null, 'severity_untold'], [null, 'severity_untold'], [0, 'contact_on_other_channel']]);
    const later = async () => (await api.get('/v1/chains/sound')).json.warnings.map(({ level, code }: any) => [level, code]);
    await api.put('/v1/contacts/bert-sms', { userId: 'bert', channel: 'sms', address: '+491701234568' });
    await api.put('/v1/chains/sound', { name: 'x', levels: [mail, { contacts: ['bert-sms'] }] });
    expect(await later()).toEqual([]);
    await api.put('/v1/contacts/bert-sms', { userId: 'bert', channel: 'sms', address: '+491701234568', enabled: false });
    expect(await later()).toEqual([[1, 'contact_switched_off']]);
  });

  it.each([
    ['of no level', { name: 'x', levels: [] }, [422, 'chain_malformed']],
    ['of a level that tells nobody', { name: 'x', levels: [{ waitSeconds: 60 }] }, [422, 'chain_malformed']],
    ['of a wait of a moment', { name: 'x', levels: [{ ...mail, waitSeconds: 1 }] }, [422, 'chain_malformed']],
    ['of a contact that is not there', { name: 'x', levels: [{ contacts: ['nobody'] }] }, [404, 'contact_unknown']],
    ['of a channel that is none', { name: 'x', levels: [{ channels: ['pigeon'] }] }, [400, 'request_malformed']],
    ['of a severity that is none', { name: 'x', levels: [{ ...mail, severities: ['awful'] }] }, [400, 'request_malformed']],
    ['with a field that we do not know', { name: 'x', levels: [{ ...mail, wait: 5 }] }, [400, 'request_malformed']],
  ])('is refused %s, and nothing is left of it', async (_what, body, refusal) => {
    expect(outcome(await api.put('/v1/chains/bad', body))).toEqual(refusal);
    expect(outcome(await api.get('/v1/chains/bad'))).toEqual([404, 'chain_unknown']);
    expect(await history('bad')).toEqual([]);
  });

  it('is refused with all that is wrong, by level', async () => {
    const { json } = await api.put('/v1/chains/bad', { name: 'x', levels: [mail, { ...mail, waitSeconds: 5, repeats: 99 }, {}] });
    expect(json.detail).toMatch(/^levels\.1: It waits 5 s.* levels\.1: It is told again 99 times.* levels\.2: It tells nobody/);
  });

  it('called default is built in: it can be read and not be put', async () => {
    expect((await api.get('/v1/chains/default')).json).toMatchObject({ chainId: 'default', ...DEFAULT_CHAIN, warnings: [], createdAt: null });
    expect(outcome(await api.put('/v1/chains/default', { name: 'x', levels: [mail] }))).toEqual([422, 'chain_malformed']);
    expect(outcome(await remove('/v1/chains/default'))).toEqual([404, 'chain_unknown']);
    expect(outcome(await api.put('/v1/users/anna', { name: 'anna', chain: 'default' }))).toEqual([404, 'chain_unknown']);
  });

  it('with an id that is none is refused', async () => {
    expect((await api.put('/v1/chains/a%20b', { name: 'x', levels: [mail] })).json.code).toBe('id_unsafe');
  });

  it('is listed page by page', async () => {
    for (const chainId of ['page-c', 'page-a', 'page-b']) await api.put(`/v1/chains/${chainId}`, { name: 'x', levels: [mail] });
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const { json } = await api.get(`/v1/chains?limit=2${cursor}`);
      seen.push(...json.chains.map(({ chainId }: any) => chainId));
      if (json.next === null) break;
      cursor = `&cursor=${json.next}`;
    }
    expect(seen.filter((chainId) => chainId.startsWith('page-'))).toEqual(['page-a', 'page-b', 'page-c']);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('leaves a row of history when it changes, and only then', async () => {
    const put = (name: string) => api.put('/v1/chains/told', { name, levels: [mail] });
    const statuses = [];
    for (const name of ['One', 'One', 'Two']) statuses.push((await put(name)).status);
    expect([statuses, await history('told')]).toEqual([[201, 200, 200], [[null, 'One'], ['One', 'Two']]]);
    expect(outcome(await remove('/v1/chains/told'))).toBe(204);
    expect((await history('told')).at(-1)).toEqual(['Two', null]);
    expect(outcome(await remove('/v1/chains/told'))).toEqual([404, 'chain_unknown']);
  });
});

describe('a chain that is named', () => {
  const incident = async (chainId: string, state: string): Promise<string> => {
    const incidentId = uuidv7();
    await api.db.pool.query(`
      INSERT INTO incidents (incident_id, user_id, rule_id, rule_version, device_id, state, opened_at, last_match_at, first_frame_id, chain_id)
      VALUES ($1, 'anna', $2, 1, 'door', $3, now(), now(), $1, $4)`, [incidentId, incidentId, state, chainId]);
    return incidentId;
  };

  it('by a user stays; a put without it takes it away', async () => {
    await api.put('/v1/chains/mine', { name: 'Mine', levels: [mail] });
    const { json: user } = await api.put('/v1/users/carl', { name: 'Carl', chain: 'mine', equipmentChain: 'mine', messagesPerHour: 5 });
    expect(user).toMatchObject({ chain: 'mine', equipmentChain: 'mine', messagesPerHour: 5 });
    expect((await remove('/v1/chains/mine')).json).toMatchObject({ status: 409, code: 'still_in_use', detail: 'chain mine is still in use: users carl' });
    expect((await api.put('/v1/users/carl', { name: 'Carl', equipmentChain: 'mine' })).json).toMatchObject({ chain: null, messagesPerHour: null });
    expect(outcome(await remove('/v1/chains/mine'))).toEqual([409, 'still_in_use']);
    expect((await api.put('/v1/users/carl', { name: 'Carl' })).json.equipmentChain).toBeNull();
    expect(outcome(await remove('/v1/chains/mine'))).toBe(204);
  });

  it('says which chain a user asked for and there is not', async () => {
    await api.put('/v1/chains/there', { name: 'There', levels: [mail] });
    expect((await api.put('/v1/users/carl', { name: 'Carl', chain: 'there', equipmentChain: 'gone' })).json.detail).toBe('no chain gone');
  });

  it('by an incident stays until that is closed', async () => {
    await api.put('/v1/chains/busy', { name: 'Busy', levels: [mail] });
    const open = await incident('busy', 'acknowledged');
    const closed = await incident('busy', 'closed');
    expect((await remove('/v1/chains/busy')).json.detail).toBe(`chain busy is still in use: open incidents ${open}`);
    await api.db.pool.query("UPDATE incidents SET state = 'closed' WHERE incident_id = $1", [open]);
    expect(outcome(await remove('/v1/chains/busy'))).toBe(204);
    expect((await api.get(`/v1/incidents/${closed}`)).status).toBe(200);
  });

  it('keeps its contacts', async () => {
    await api.put('/v1/contacts/guard-call', { userId: 'bert', channel: 'call', address: '+49301234567' });
    await api.put('/v1/chains/rings', { name: 'Rings', levels: [mail, { contacts: ['guard-call'] }] });
    expect((await remove('/v1/contacts/guard-call')).json).toMatchObject({ code: 'still_in_use', detail: 'contact guard-call is still in use: chains rings' });
    await remove('/v1/chains/rings');
    expect(outcome(await remove('/v1/contacts/guard-call'))).toBe(204);
  });
});
