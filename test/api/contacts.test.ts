import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Channel, Message, Receipt } from '../../activities/ports/channel.ts';
import { SendFailure } from '../../adapters/channels/send-failure.ts';
import { createWebhookSecrets } from '../../adapters/links/webhook-secret.ts';
import { Failure } from '../../contracts/failures.ts';
import { startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
/** What the provider of mails does next. */
let provider: Channel['send'];
let opening: () => void;
const secretOf = createWebhookSecrets('any signing secret');
beforeAll(async () => {
  api = await startApiUnderTest({ deps: {
    channels: async () => { opening(); return { email: { send: (message, key, signal) => provider(message, key, signal) } }; },
    webhookSecretOf: secretOf,
  } });
  await api.accounts();
});
afterAll(() => api.close());
beforeEach(() => { opening = () => {}; });

const RECEIPT: Receipt = { provider: 'smtp', providerId: '<1@there>', answer: '250 queued as 7', units: 2, cost: { micros: 75_000, currency: 'EUR' } };
let numbers = 0;
/** A contact of anna that no other test uses. */
async function contact(channel = 'email', more: object = {}): Promise<string> {
  const contactId = `c${numbers += 1}`;
  const address = channel === 'email' ? `${contactId}@example.org` : channel === 'webhook' ? `https://example.org/${contactId}` : '+491701234567';
  await api.put(`/v1/contacts/${contactId}`, { userId: 'anna', channel, address, ...more });
  return contactId;
}
const test = (contactId: string, key?: string) => api.call({ method: 'POST', url: `/v1/contacts/${contactId}/test`, ...(key === undefined ? {} : { key }) });
const rowsOf = async (deliveryKey: string) => {
  const { rows: [row] } = await api.db.pool.query('SELECT * FROM deliveries WHERE delivery_key = $1', [deliveryKey]);
  const { rows: attempts } = await api.db.pool.query('SELECT outcome, answer, finished_at IS NOT NULL AS finished FROM delivery_attempts WHERE delivery_key = $1', [deliveryKey]);
  return { row, attempts };
};

describe('a contact', () => {
  it.each([
    ['email', ' anna@example.org ', 'anna@example.org'], ['sms', '+49 170 1234567', '+491701234567'], ['call', '+49 (30) 123-4567', '+49301234567'],
    ['webhook', 'https://EXAMPLE.org', 'https://example.org/'], ['pagerduty', 'night-shift', 'night-shift'], ['nagios', 'yard/cameras', 'yard/cameras'],
  ])('by %s keeps its address in one form', async (channel, address, kept) => {
    const { status, json } = await api.put(`/v1/contacts/kept-${channel}`, { userId: 'anna', channel, address });
    expect([status, json]).toMatchObject([201, { channel, address: kept, enabled: true, position: 0, quietHours: null, failedCode: null }]);
  });

  it('shows its quiet hours as they were given, and is put without them when they are left out', async () => {
    const quietHours = { timeZone: 'America/New_York', windows: [{ days: ['mon', 'sun'], from: '22:00', to: '07:00' }, { from: '12:00', to: '13:30' }], breakThrough: 'high' };
    const body = { userId: 'anna', channel: 'email', address: 'a@b.c' };
    expect((await api.put('/v1/contacts/quiet', { ...body, quietHours })).json.quietHours).toEqual(quietHours);
    expect((await api.get('/v1/contacts/quiet')).json.quietHours).toEqual(quietHours);
    expect((await api.get('/v1/contacts?userId=anna')).json.contacts.find(({ contactId }: any) => contactId === 'quiet').quietHours).toEqual(quietHours);
    const { rows: [row] } = await api.db.pool.query("SELECT quiet_hours FROM contacts WHERE contact_id = 'quiet'");
    expect(row.quiet_hours).toEqual({ timeZone: 'America/New_York', windows: [{ days: [1, 7], from: 1320, to: 420 }, { days: [1, 2, 3, 4, 5, 6, 7], from: 720, to: 810 }], breakThrough: 'high' });
    expect((await api.put('/v1/contacts/quiet', body)).json.quietHours).toBeNull();
  });

  it.each([
    ['without a window', { windows: [] }, 'request_malformed'],
    ['with more windows than two for each day', { windows: Array.from({ length: 15 }, () => ({ from: '22:00', to: '07:00' })) }, 'request_malformed'],
    ['with an hour that is none', { windows: [{ from: '22:00', to: '31:00' }] }, 'request_malformed'],
    ['with days in place of hours', { windows: [{ from: 'mon', to: 'fri' }] }, 'request_malformed'],
    ['in a zone that is none', { timeZone: 'Berlin' }, 'time_zone_unknown'],
    ['that something of no severity breaks', { breakThrough: 'awful' }, 'request_malformed'],
  ])('with quiet hours %s is refused', async (_what, over, code) => {
    const quietHours = { timeZone: 'UTC', windows: [{ from: '22:00', to: '07:00' }], ...over };
    expect((await api.put('/v1/contacts/bad', { userId: 'anna', channel: 'email', address: 'a@b.c', quietHours })).json.code).toBe(code);
    expect((await api.get('/v1/contacts/bad')).json.code).toBe('contact_unknown');
  });

  it('that was switched off by itself says why until it is enabled by hand', async () => {
    const contactId = await contact('webhook');
    const { json: body } = await api.get(`/v1/contacts/${contactId}`);
    await api.db.pool.query("UPDATE contacts SET enabled = false, failed_code = 'endpoint_gone' WHERE contact_id = $1", [contactId]);
    expect((await api.get(`/v1/contacts/${contactId}`)).json).toMatchObject({ enabled: false, failedCode: 'endpoint_gone' });
    const put = async (enabled: boolean) => (await api.put(`/v1/contacts/${contactId}`, { userId: 'anna', channel: 'webhook', address: body.address, enabled })).json.failedCode;
    expect([await put(false), await put(true), await put(false)]).toEqual(['endpoint_gone', null, null]);
  });

  it('by webhook has a secret, which only admins hear and nobody caches', async () => {
    const contactId = await contact('webhook');
    const { status, json, headers } = await api.get(`/v1/contacts/${contactId}/secret`);
    expect([status, json, headers['cache-control']]).toEqual([200, { contactId, secret: secretOf(contactId) }, 'no-store']);
    expect((await api.get(`/v1/contacts/${contactId}/secret`, await api.key('customer', 'anna'))).status).toBe(403);
    expect((await api.get('/v1/contacts/anna-mail/secret')).json.code).toBe('request_malformed');
    expect((await api.get('/v1/contacts/none/secret')).json.code).toBe('contact_unknown');
  });
});

describe('the test of a contact', () => {
  it('sends a message, says what the provider answered, and is written down like any other', async () => {
    const contactId = await contact();
    const sent: [Message, string][] = [];
    provider = async (message, key) => { sent.push([message, key]); return RECEIPT; };
    const { status, json } = await test(contactId);
    expect([status, json]).toEqual([200, {
      deliveryKey: expect.stringMatching(new RegExp(`^test-[0-9a-f-]{36}:email:${contactId}$`)), channel: 'email', address: `${contactId}@example.org`, outcome: 'delivered',
      provider: 'smtp', providerId: '<1@there>', answer: '250 queued as 7', uncertain: false, code: null, operator: null, ms: expect.any(Number),
    }]);
    expect(sent).toEqual([[{ about: 'test', to: `${contactId}@example.org`, contactId, sentence: `Test of Watchpost: alerts for ${contactId} arrive here`, testId: json.deliveryKey.slice(5, 41) }, json.deliveryKey]]);
    const { row, attempts } = await rowsOf(json.deliveryKey);
    expect(row).toMatchObject({
      incident_id: null, notice_id: null, digest_id: null, contact_id: contactId, telling: 'test', state: 'delivered', tries: 1, uncertain: 0, code: null,
      provider: 'smtp', provider_id: '<1@there>', units: 2, cost_micros: 75_000, cost_currency: 'EUR',
    });
    expect([row.delivered_at, attempts]).toEqual([expect.any(String), [{ outcome: 'delivered', answer: '250 queued as 7', finished: true }]]);
  });

  it('is committed before the provider is called', async () => {
    const contactId = await contact();
    let seen: unknown;
    provider = async (_message, key) => { seen = await rowsOf(key); return RECEIPT; };
    await test(contactId);
    expect(seen).toMatchObject({ row: { state: 'sending', tries: 1 }, attempts: [{ outcome: null, finished: false }] });
  });

  it.each<[string, Error, object, object]>([
    ['a refusal for good', new SendFailure('recipient_refused', '550 no such user'), { outcome: 'refused', code: 'recipient_refused', answer: '550 no such user', uncertain: false, operator: expect.stringContaining('correct the contact') }, { outcome: 'refused' }],
    ['no answer', new SendFailure('provider_unavailable', 'connection refused'), { outcome: 'unavailable', code: 'provider_unavailable', answer: 'connection refused', uncertain: false }, { outcome: 'unavailable' }],
    ['a line that broke too late', new SendFailure('provider_unavailable', 'line cut', { mayHaveArrived: true }), { outcome: 'unavailable', uncertain: true }, { outcome: 'uncertain' }],
    ['an answer with a zero byte', new SendFailure('message_refused', 'no\0thing'), { outcome: 'refused' }, { outcome: 'refused', answer: 'nothing' }],
    ['a defect of ours', new TypeError('secret in a stack'), { outcome: 'unavailable', code: 'internal', answer: expect.not.stringContaining('secret') }, { outcome: 'uncertain' }],
  ])('tells %s as an answer, never as an error', async (_what, error, said, kept) => {
    const contactId = await contact();
    provider = async () => { throw error; };
    const { status, json } = await test(contactId);
    expect([status, json]).toMatchObject([200, { provider: null, providerId: null, ...said }]);
    expect(await rowsOf(json.deliveryKey)).toMatchObject({ row: { state: 'failed', code: json.code, delivered_at: null }, attempts: [{ finished: true, ...kept }] });
  });

  it('of a channel for which no provider is set says so', async () => {
    const contactId = await contact('sms');
    expect((await test(contactId)).json).toMatchObject({ outcome: 'refused', code: 'channel_not_configured', operator: expect.stringContaining('credentials') });
  });

  it('says what is wrong with the settings when no channel can be opened', async () => {
    const contactId = await contact();
    opening = () => { throw new Failure('setting_invalid', 'the file of the DKIM key is not there'); };
    expect((await test(contactId)).json).toMatchObject({ outcome: 'refused', code: 'setting_invalid', answer: 'the file of the DKIM key is not there' });
  });

  it('is for customers and their own contacts, and does not tell them what is the business of operators', async () => {
    const contactId = await contact();
    const anna = await api.key('customer', 'anna');
    provider = async () => { throw new SendFailure('provider_unavailable', 'connect ECONNREFUSED 10.0.0.5:25'); };
    expect((await test(contactId, anna)).json).toMatchObject({ outcome: 'unavailable', answer: expect.not.stringContaining('10.0.0.5') });
    provider = async () => { throw new SendFailure('recipient_refused', '550 no such user'); };
    expect((await test(contactId, anna)).json.answer).toBe('550 no such user');
    expect((await test('bert-mail', anna)).json.code).toBe('contact_unknown');
    expect((await test('none')).json.code).toBe('contact_unknown');
  });

  it('also reaches a contact that is switched off', async () => {
    provider = async () => RECEIPT;
    expect((await test(await contact('email', { enabled: false }))).json.outcome).toBe('delivered');
  });

  it('goes to one address five times in ten minutes, however many ask at once', async () => {
    const contactId = await contact();
    provider = async () => RECEIPT;
    const answers = await Promise.all(Array.from({ length: 8 }, () => test(contactId)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
    const { json, headers } = answers.find(({ status }) => status === 429)!;
    expect(json).toMatchObject({ code: 'contact_tested_often', detail: expect.stringContaining('costs money') });
    expect(Number(headers['retry-after'])).toBeGreaterThan(590);
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(600);
    await api.db.pool.query("UPDATE deliveries SET created_at = created_at - interval '9 minutes' WHERE contact_id = $1", [contactId]);
    expect(Number((await test(contactId)).headers['retry-after'])).toBeLessThanOrEqual(60);
    await api.db.pool.query("UPDATE deliveries SET created_at = created_at - interval '1 minute' WHERE contact_id = $1", [contactId]);
    expect((await test(contactId)).status).toBe(200);
  });
});
