/** What Twilio tells us, signed as it signs. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CALLBACK_PATHS, callbackUrl } from '../../adapters/channels/twilio/callback-urls.ts';
import { Secret } from '../../config/secret.ts';
import { signatureOf } from '../adapters/channels/twilio/twilio-peer.ts';
import { readTwiml } from '../adapters/channels/twilio/twiml.ts';
import { startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';
import { ANNAS_CALL, ANNAS_SMS, answersTo, putTelephone, stateOf, tellIncident } from './told-incident.ts';
import type { ToldIncident } from './told-incident.ts';

const TOKEN = 'auth-token-of-the-tests';
/** With a path, as behind a proxy that takes it away. */
const PUBLIC_URL = 'https://watch.example.org/cameras';
const NUMBER = ANNAS_SMS.address;

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest({ settings: { publicUrl: PUBLIC_URL }, deps: { twilio: { authToken: new Secret(TOKEN) } } });
  await api.accounts();
  await api.put('/v1/devices/door', { userId: 'anna', name: 'Back door', timeZone: 'Europe/Berlin' });
  await putTelephone(api);
});
beforeEach(() => api.db.pool.query("UPDATE incidents SET state = 'closed'"));
afterAll(() => api.close());

type Form = Readonly<Record<string, string>>;

/** Posted as a proxy would pass it on: without the path of the public URL. */
function post(url: string, form: Form, { signature = signatureOf(TOKEN, url, form), on = api }: { signature?: string; on?: ApiUnderTest } = {}) {
  return on.app.inject({
    method: 'POST', url: url.slice(PUBLIC_URL.length), payload: new URLSearchParams(form).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8', 'x-twilio-signature': signature },
  });
}
let texts = 0;
const REPLY = PUBLIC_URL + CALLBACK_PATHS.reply;
const textOf = (body: string, from = NUMBER, sid = `SM${String(texts += 1).padStart(32, '0')}`): Form => ({ MessageSid: sid, From: from, To: '+4930555000', Body: body });
const reply = (body: string, from?: string, sid?: string) => post(REPLY, textOf(body, from, sid));
const wordsOf = (answer: { body: string }): string[] => readTwiml(answer.body).map(({ text }) => text);
const press = (incident: ToldIncident, digits: string) => post(callbackUrl(PUBLIC_URL, 'keypress', incident.deliveryKeys[0]!), { CallSid: 'CA1', CallStatus: 'in-progress', Digits: digits });
const report = (key: string, form: Form) => post(callbackUrl(PUBLIC_URL, 'status', key), form);
const arrivalOf = async (key: string) => (await api.db.pool.query('SELECT arrival, arrival_code AS code FROM deliveries WHERE delivery_key = $1', [key])).rows[0];
const told = (ruleId: string, ruleName: string): Promise<ToldIncident> => tellIncident(api, { ruleId, ruleName, told: [ANNAS_SMS] });
const localOf = (moment: string): string => new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Berlin', hour: '2-digit', minute: '2-digit' }).format(new Date(moment));

describe('a callback', () => {
  it('is believed only with a signature by the token of the account over what was sent and where to', async () => {
    const incident = await told('yard', 'Person');
    const key = incident.deliveryKeys[0]!;
    const form = { MessageSid: 'SM1', MessageStatus: 'delivered' };
    const url = callbackUrl(PUBLIC_URL, 'status', key);
    const signatures = [
      '', 'nonsense', signatureOf('another token', url, form), signatureOf(TOKEN, url, { ...form, MessageStatus: 'failed' }), signatureOf(TOKEN, `${url}x`, form),
      signatureOf(TOKEN, url.replace('/cameras', ''), form), signatureOf(TOKEN, url.replace('status', 'keypress'), form), signatureOf(TOKEN, url, {}),
    ];
    for (const signature of signatures) {
      const answer = await post(url, form, { signature });
      expect([answer.statusCode, answer.json().code], signature).toEqual([403, 'signature_invalid']);
    }
    for (const path of [CALLBACK_PATHS.reply, `${CALLBACK_PATHS.keypress}?delivery=${encodeURIComponent(key)}`]) {
      expect((await post(PUBLIC_URL + path, { ...textOf('1'), Digits: '4' }, { signature: 'nonsense' })).statusCode).toBe(403);
      expect((await api.app.inject({ method: 'POST', url: path, payload: 'Body=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } })).statusCode).toBe(403);
    }
    expect(await arrivalOf(key)).toEqual({ arrival: null, code: null });
    expect(await answersTo(api, incident.incidentId)).toEqual([]);
    expect((await post(url, form)).statusCode).toBe(204);
  });

  it('is signed over the address that it came to where nobody said how we are reached', async () => {
    const other = await startApiUnderTest({ deps: { twilio: { authToken: new Secret(TOKEN) } } });
    const form = { MessageSid: 'SM1', MessageStatus: 'delivered' };
    const inject = (signedFor: string) => other.app.inject({
      method: 'POST', url: `${CALLBACK_PATHS.status}?delivery=x`, payload: new URLSearchParams(form).toString(),
      headers: { host: '127.0.0.1:8080', 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signatureOf(TOKEN, `${signedFor}${CALLBACK_PATHS.status}?delivery=x`, form) },
    });
    expect((await inject('http://127.0.0.1:8080')).statusCode).toBe(204);
    expect((await inject('http://elsewhere:8080')).statusCode).toBe(403);
    await other.close();
  });

  it('is a form of 16 kilobytes at most', async () => {
    const url = callbackUrl(PUBLIC_URL, 'status', 'x');
    expect((await post(url, { MessageSid: 'x'.repeat(17_000) })).statusCode).toBe(413);
    expect((await api.app.inject({ method: 'POST', url: url.slice(PUBLIC_URL.length), payload: { MessageSid: 'x' } })).statusCode).toBe(415);
  });

  it('has no path without an account', async () => {
    const other = await startApiUnderTest();
    for (const path of Object.values(CALLBACK_PATHS)) {
      const answer = await post(PUBLIC_URL + path, textOf('1'), { on: other });
      expect([answer.statusCode, answer.json().code]).toEqual([404, 'route_unknown']);
    }
    await other.close();
  });

  it('leaves neither number nor words in the log, and stays out of the description of the API', async () => {
    await told('yard', 'Person');
    await reply('something very private');
    await reply('1', '+491799999999');
    const lines = api.log.map((line) => JSON.stringify(line)).join('\n');
    expect(lines).not.toMatch(/very private|15112345678|1799999999/);
    expect(Object.keys((await api.get('/openapi.json')).json.paths).filter((path) => path.includes('callbacks'))).toEqual([]);
  });
});

describe('the status of a message', () => {
  it('is kept with its message, once, and a final word stays', async () => {
    const key = (await told('yard', 'Person')).deliveryKeys[0]!;
    for (const status of ['sent', 'delivered', 'delivered', 'sent']) expect((await report(key, { MessageSid: 'SM7', MessageStatus: status })).statusCode).toBe(204);
    expect(await arrivalOf(key)).toEqual({ arrival: 'arrived', code: null });
    const { rows } = await api.db.pool.query('SELECT arrival FROM delivery_receipts WHERE delivery_key = $1 ORDER BY receipt_id', [key]);
    expect(rows.map(({ arrival }) => arrival)).toEqual(['sent', 'arrived']);
  });

  it('has the code of the provider with it', async () => {
    const key = (await told('yard', 'Person')).deliveryKeys[0]!;
    await report(key, { MessageSid: 'SM7', MessageStatus: 'undelivered', ErrorCode: '30005' });
    expect(await arrivalOf(key)).toEqual({ arrival: 'undelivered', code: '30005' });
  });

  it('of a message that nobody here sent, or one that says nothing, is answered all the same', async () => {
    const key = (await told('yard', 'Person')).deliveryKeys[0]!;
    expect((await report('nobody:0:0:sms:x', { MessageSid: 'SM7', MessageStatus: 'delivered' })).statusCode).toBe(204);
    expect((await report(key, { MessageSid: 'SM7', MessageStatus: 'thought about' })).statusCode).toBe(204);
    expect(await arrivalOf(key)).toEqual({ arrival: null, code: null });
    expect(api.log.filter(({ msg, deliveryKey }) => msg === 'the status of a message that nobody here sent' && deliveryKey === 'nobody:0:0:sms:x')).toHaveLength(1);
  });
});

describe('a key that is pressed during a call', () => {
  const called = (): Promise<ToldIncident> => tellIncident(api, { told: [ANNAS_CALL] });

  it.each([['4', 'acknowledge', 'acknowledged', 'you take charge'], ['6', 'false_alarm', 'resolved', 'a false alarm']])('%s says %s', async (digits, kind, state, says) => {
    const incident = await called();
    const answer = await press(incident, digits);
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'text/xml; charset=utf-8']);
    expect(answer.body).toContain(says);
    expect(answer.body).not.toContain('<Gather');
    expect(await answersTo(api, incident.incidentId)).toEqual([{ kind, way: 'call', contactId: 'anna-call', said: digits }]);
    expect(await stateOf(api, incident.incidentId)).toBe(state);
  });

  it.each(['5', '', '*', '44', '__proto__'])('%j is not understood, is kept, and the keys are offered once more', async (digits) => {
    const incident = await called();
    const answer = await press(incident, digits);
    const [gather] = readTwiml(answer.body);
    expect(gather).toMatchObject({ name: 'Gather', attributes: { action: callbackUrl(PUBLIC_URL, 'keypress', incident.deliveryKeys[0]!) } });
    expect(gather!.children.map(({ text }) => text).join(' ')).toMatch(/That key means nothing here.*Press 4/);
    expect(await answersTo(api, incident.incidentId)).toEqual([{ kind: null, way: 'call', contactId: 'anna-call', said: digits }]);
    expect(await stateOf(api, incident.incidentId)).toBe('open');
  });

  it('and comes twice acts once', async () => {
    const incident = await called();
    const answers = [await press(incident, '4'), await press(incident, '4')];
    expect(answers[0]!.body).toBe(answers[1]!.body);
    expect(await answersTo(api, incident.incidentId)).toHaveLength(1);
  });

  it('to take charge of what is over is told so', async () => {
    const incident = await called();
    await api.db.pool.query("UPDATE incidents SET state = 'resolved' WHERE incident_id = $1", [incident.incidentId]);
    expect((await press(incident, '4')).body).toContain('Nothing is waiting for an answer any more');
    expect((await press(incident, '6')).body).toContain('a false alarm');
  });

  it.each(['test-01a1fd50-bf90-7a65-98b6-7f2402f97040:call:anna-call', '01a1fd50-bf90-7a65-98b6-7f2402f97040:0:0:call:anna-call', 'x'])('in a call about no incident (%s) is told so', async (key) => {
    const answer = await post(callbackUrl(PUBLIC_URL, 'keypress', key), { CallSid: 'CA1', Digits: '4' });
    expect([answer.statusCode, answer.body]).toEqual([200, expect.stringContaining('Nothing is waiting for an answer any more')]);
  });
});

describe('a reply to a text message', () => {
  it.each([['1', 'acknowledge', 'acknowledged', 'you take charge'], ['2.', 'false_alarm', 'resolved', 'a false alarm']])('%j says %s of what was told, and is answered by name', async (body, kind, state, says) => {
    const incident = await told('yard', 'Person');
    const answer = await reply(body);
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'text/xml; charset=utf-8']);
    expect(wordsOf(answer)).toEqual([`Noted: ${says} (Person, ${localOf(incident.capturedAt)}, camera Back door).`]);
    expect(await answersTo(api, incident.incidentId)).toEqual([{ kind, way: 'sms', contactId: 'anna-sms', said: body }]);
    expect(await stateOf(api, incident.incidentId)).toBe(state);
  });

  it('is about the latest that is open, and says how many others are', async () => {
    const incidents = [await told('first', 'First'), await told('second', 'Second'), await told('third', 'Third')];
    await api.db.pool.query("UPDATE incidents SET state = 'resolved' WHERE incident_id = $1", [incidents[2]!.incidentId]);
    const fourth = await told('fourth', 'Fourth');
    expect(wordsOf(await reply('1'))[0]).toMatch(/\(Fourth, .*\)\. 2 others are open: see your mail\.$/);
    expect(wordsOf(await reply('2'))[0]).toMatch(/^Noted: a false alarm \(Second, .*\)\. 1 other is open: see your mail\.$/);
    expect(wordsOf(await reply('1'))[0]).toMatch(/\(First, [^)]*\)\.$/);
    expect(await stateOf(api, fourth.incidentId)).toBe('acknowledged');
    expect(await answersTo(api, incidents[2]!.incidentId)).toEqual([]);
  });

  it('when nothing is open is about the latest that somebody looks after', async () => {
    const incident = await told('yard', 'Person');
    await reply('1');
    expect(wordsOf(await reply('2'))[0]).toContain('a false alarm');
    expect((await answersTo(api, incident.incidentId)).map(({ kind }) => kind)).toEqual(['acknowledge', 'false_alarm']);
    expect(wordsOf(await reply('1'))[0]).toContain('Nothing is waiting for an answer any more');
  });

  it('that Twilio hands over twice acts once, though another incident would be next', async () => {
    const first = await told('first', 'First');
    const second = await told('second', 'Second');
    const answers = await Promise.all(Array.from({ length: 3 }, () => reply('1', NUMBER, 'SM-twice')));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(await answersTo(api, second.incidentId)).toHaveLength(1);
    expect(await answersTo(api, first.incidentId)).toEqual([]);
  });

  it('that is not understood is kept and answered with help, but not for ever: it may be a machine', async () => {
    const incident = await told('yard', 'Person');
    const answers = [];
    for (let n = 0; n < 5; n += 1) answers.push(wordsOf(await reply('I am driving and will answer later')));
    expect(answers).toEqual([...Array.from({ length: 3 }, () => ['Not understood. Reply 1 = I take charge, 2 = false alarm']), [], []]);
    expect(await answersTo(api, incident.incidentId)).toHaveLength(5);
    expect((await answersTo(api, incident.incidentId))[0]).toEqual({ kind: null, way: 'sms', contactId: 'anna-sms', said: 'I am driving and will answer later' });
    expect(await stateOf(api, incident.incidentId)).toBe('open');
    expect(wordsOf(await reply('1'))[0]).toContain('you take charge');
  });

  it.each(['STOP', 'help', ' Unsubscribe '])('%j is for Twilio, which answers it itself', async (body) => {
    const incident = await told('yard', 'Person');
    expect(wordsOf(await reply(body))).toEqual([]);
    expect(wordsOf(await post(REPLY, { ...textOf('Arrêt'), OptOutType: 'STOP' }))).toEqual([]);
    expect(await answersTo(api, incident.incidentId)).toEqual([]);
  });

  it('of a stranger is not answered', async () => {
    const before = await api.db.pool.query('SELECT count(*) FROM responses');
    for (const body of ['1', 'hello', '']) expect(wordsOf(await reply(body, '+491700000000'))).toEqual([]);
    expect((await api.db.pool.query('SELECT count(*) FROM responses')).rows).toEqual(before.rows);
  });

  it('a day later is about nothing that is open, and says so', async () => {
    const incident = await told('late', 'Late');
    await api.db.pool.query("UPDATE deliveries SET created_at = now() - interval '25 hours' WHERE address = $1", [NUMBER]);
    expect(wordsOf(await reply('1'))).toEqual(['Nothing is waiting for an answer any more.']);
    expect(wordsOf(await reply('what was that?'))).toEqual([]);
    expect(await answersTo(api, incident.incidentId)).toEqual([]);
  });

  it('names long names shortly, and nothing in them is markup', async () => {
    await told('long', `<Message>${'very '.repeat(30)}long`);
    const [words] = wordsOf(await reply('1'));
    expect(words).toMatch(/^Noted: you take charge \(<Message>very very very.*, camera Back door\)\.$/);
    expect(words!.length).toBeLessThan(160);
  });

  it.each(['1\0', '\u0007', '😀'.repeat(300), '1'.repeat(5_000)])('of odd characters is kept as far as it can be', async (body) => {
    await told('odd', 'Odd');
    expect((await reply(body)).statusCode).toBe(200);
  });
});
