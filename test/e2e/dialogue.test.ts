/**
 * A text message that is answered, and a telephone that rings until somebody presses a key: from the match to the answer, over a
 * real database, the API on a port, and a peer that speaks Twilio's side, signatures included.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDeliverActivities } from '../../activities/deliver.ts';
import { createCallChannel } from '../../adapters/channels/twilio/call-channel.ts';
import { CALLBACK_PATHS } from '../../adapters/channels/twilio/callback-urls.ts';
import { createSmsChannel } from '../../adapters/channels/twilio/sms-channel.ts';
import { createLinks } from '../../adapters/links/signed-links.ts';
import { createAlertFactSource } from '../../adapters/postgres/alert-facts.ts';
import { createOutbox } from '../../adapters/postgres/outbox.ts';
import { startApi } from '../../api/main.ts';
import type { RunningApi } from '../../api/main.ts';
import { Secret } from '../../config/secret.ts';
import { createLog } from '../../workers/log.ts';
import { APPLICATION_ERROR, startTwilioPeer, twilioSpecForTest } from '../adapters/channels/twilio/twilio-peer.ts';
import type { TwilioPeer } from '../adapters/channels/twilio/twilio-peer.ts';
import { LINK_SECRET, startApiUnderTest } from '../api/api-under-test.ts';
import type { ApiUnderTest } from '../api/api-under-test.ts';
import { answersTo, stateOf } from '../api/told-incident.ts';
import { GROUPING, incidentLife } from '../support/incident-life.ts';
import { putRule } from '../support/plant-data.ts';

const specPath = twilioSpecForTest();
const PUBLIC_URL = 'https://watch.example.org/cameras';
const REPLIES_GO_TO = PUBLIC_URL + CALLBACK_PATHS.reply;

describe.skipIf(specPath === undefined)('a dialogue with a person', () => {
  let api: ApiUnderTest;
  let server: RunningApi;
  let peer: TwilioPeer;
  let ends: (() => void)[];
  let deliver: (incidentId: string) => Promise<number>;
  beforeAll(async () => {
    peer = await startTwilioPeer({ specPath: specPath! });
    api = await startApiUnderTest({ settings: { publicUrl: PUBLIC_URL }, deps: { twilio: { authToken: new Secret(peer.authToken) } } });
    server = await startApi({ host: '127.0.0.1', port: 0, stepOver: false }, api.deps);
    // The proxy in front of it, which takes the path of the public URL away.
    peer.route(PUBLIC_URL, server.url);
    await putRule(api.db.pool, '7', {}, { name: 'Person in the yard' });
    const twilio = { accountSid: peer.accountSid, authToken: peer.authToken, from: peer.from, baseUrl: peer.url, callbackBase: PUBLIC_URL };
    const [sms, call] = [createSmsChannel(twilio), createCallChannel(twilio)];
    ends = [() => sms.close(), () => call.close()];
    const { deliverMessages } = createDeliverActivities({
      outbox: createOutbox(api.db.pool, { cooldownMs: GROUPING.cooldownMs }), facts: createAlertFactSource(api.db.pool), store: api.deps.frameStore, annotator: api.deps.annotator,
      channels: { sms, call }, log: createLog('test', 'silent'),
      linkTo: createLinks({ secret: LINK_SECRET, publicUrl: PUBLIC_URL, days: 7, now: Date.now }).linkTo,
    });
    deliver = async (incidentId) => (await deliverMessages({ incidentId })).delivered;
  });
  afterAll(async () => {
    for (const end of ends ?? []) end();
    await server?.close();
    await api?.close();
    await peer?.close();
  });

  /** A user with these telephones, in order, and one camera. */
  async function person(userId: string, contacts: readonly (readonly [channel: 'sms' | 'call', address: string])[]) {
    await api.put(`/v1/users/${userId}`, { name: userId });
    await api.put(`/v1/devices/${userId}-door`, { userId, name: 'Back door', timeZone: 'Europe/Berlin' });
    for (const [position, [channel, address]] of contacts.entries()) {
      await api.db.pool.query('INSERT INTO contacts (contact_id, user_id, channel, address, position) VALUES ($1, $2, $3, $4, $5)', [`${userId}-${channel}-${position}`, userId, channel, address, position]);
    }
    return incidentLife(api.db.pool, userId, `${userId}-door`);
  }
  const arrivals = async (incidentId: string): Promise<string[]> =>
    (await api.db.pool.query('SELECT contact_id, arrival FROM deliveries WHERE incident_id = $1 ORDER BY created_at, delivery_key', [incidentId])).rows.map(({ contact_id: contact, arrival }) => `${contact} ${arrival}`);

  it('by text message: it is told, arrives, is not understood, is taken charge of, is called a false alarm, and the page of its link shows all that', async () => {
    const life = await person('anna', [['sms', '+4915112345678']]);
    const [incidentId] = await life.match({ severity: 'high' }) as [string];
    expect(await deliver(incidentId)).toBe(1);
    const text = peer.texts.at(-1)!;
    expect(text.to).toBe('+4915112345678');
    expect(text.body).toMatch(/^High severity: Person, \d\d:\d\d, camera Back door\nReply 1 = I take charge, 2 = false alarm\nhttps:\/\/watch\.example\.org\/cameras\/i\/[\w-]{48}$/);
    for (const status of ['sent', 'delivered']) expect(await peer.report(text, status)).toBe(204);
    expect(await arrivals(incidentId)).toEqual(['anna-sms-0 arrived']);

    const said = async (body: string): Promise<readonly string[]> => (await peer.reply(REPLIES_GO_TO, text.to, body)).texts;
    expect(await said('who is this?')).toEqual(['Not understood. Reply 1 = I take charge, 2 = false alarm']);
    expect(await stateOf(api, incidentId)).toBe('open');
    expect(await said('1')).toEqual([expect.stringMatching(/^Noted: you take charge \(Person in the yard, \d\d:\d\d, camera Back door\)\.$/)]);
    expect(await stateOf(api, incidentId)).toBe('acknowledged');
    expect(await said('2')).toEqual([expect.stringMatching(/^Noted: a false alarm \(/)]);
    expect(await stateOf(api, incidentId)).toBe('resolved');
    expect((await answersTo(api, incidentId)).map(({ kind, said: words }) => [kind, words])).toEqual([[null, 'who is this?'], ['acknowledge', '1'], ['false_alarm', '2']]);

    // Nobody is told any more, however long it takes.
    await life.pass(3_600);
    await life.review(incidentId);
    expect(await deliver(incidentId)).toBe(0);

    const link = text.body.split('\n').at(-1)!.replace(PUBLIC_URL, server.url);
    const page = await (await fetch(link)).text();
    expect(page).toMatch(/<strong>(Over: f|F)alse alarm<\/strong><br>You took charge at [\d: -]+\.<br>You said at [\d: -]+ that it is a false alarm\./);
  });

  it('by text message about the latest of two, and then about the other', async () => {
    const life = await person('bert', [['sms', '+4915187654321']]);
    const [first] = await life.match({ severity: 'high' }) as [string];
    await deliver(first);
    const [second] = await life.match({ severity: 'high', rule: '8' }) as [string];
    await deliver(second);
    expect((await peer.reply(REPLIES_GO_TO, '+4915187654321', ' 1. ')).texts).toEqual([expect.stringMatching(/^Noted: you take charge \(Rule 8, .*\)\. 1 other is open: see your mail\.$/)]);
    expect((await peer.reply(REPLIES_GO_TO, '+4915187654321', '2️⃣')).texts).toEqual([expect.stringMatching(/^Noted: a false alarm \(Person in the yard, .*\)\.$/)]);
    expect([await stateOf(api, first), await stateOf(api, second)]).toEqual(['resolved', 'acknowledged']);
    expect((await peer.reply(REPLIES_GO_TO, '+4915187654321', 'STOP')).texts).toEqual([]);
    expect((await peer.reply(REPLIES_GO_TO, '+4915100000000', '1')).texts).toEqual([]);
  });

  it('by telephone: busy, not answered, the next person presses a key that means nothing and then takes charge, and no telephone rings any more', async () => {
    const life = await person('carl', [['call', '+4930111111'], ['call', '+4930222222']]);
    const [incidentId] = await life.match({ severity: 'high' }) as [string];
    const ring = async () => {
      expect(await deliver(incidentId)).toBe(1);
      return peer.calls.at(-1)!;
    };
    const busy = await ring();
    expect(busy.to).toBe('+4930111111');
    expect((await peer.play(busy, { ending: 'busy' })).reported).toEqual({ initiated: 204, ringing: 204, busy: 204 });
    await life.review(incidentId);
    const unheard = await ring();
    expect(unheard.to).toBe('+4930111111');
    await peer.play(unheard, { ending: 'no-answer' });
    await life.review(incidentId);
    const heard = await ring();
    expect(heard.to).toBe('+4930222222');
    const { said, pressed, reported } = await peer.play(heard, { presses: [null, '5', '4'] });
    expect(said.join(' ')).toMatch(/^This is Watchpost\. Still open\. High severity\. Person, .* camera Back door\..*Press 4 .*Once more\..*That key means nothing here\..*Press 4 .*Noted: you take charge\. Goodbye\.$/);
    expect(pressed).toEqual(['5', '4']);
    expect(reported).toEqual({ initiated: 204, ringing: 204, 'in-progress': 204, completed: 204 });
    expect(await arrivals(incidentId)).toEqual(['carl-call-0 busy', 'carl-call-0 no_answer', 'carl-call-1 completed']);
    expect(await stateOf(api, incidentId)).toBe('acknowledged');
    expect(await answersTo(api, incidentId)).toEqual([
      { kind: null, way: 'call', contactId: 'carl-call-1', said: '5' }, { kind: 'acknowledge', way: 'call', contactId: 'carl-call-1', said: '4' },
    ]);
    await life.review(incidentId);
    expect(await deliver(incidentId)).toBe(0);
    expect(peer.calls.filter(({ to }) => to.startsWith('+4930')).length).toBe(3);
  });

  it('by telephone: 6 is a false alarm, and a second call that was already on its way hears that nothing is open', async () => {
    const life = await person('dora', [['call', '+4940111111']]);
    const [incidentId] = await life.match({ severity: 'critical' }) as [string];
    await deliver(incidentId);
    const call = peer.calls.at(-1)!;
    expect((await peer.play(call, { presses: ['6'] })).said.at(-1)).toBe('Noted: a false alarm. Goodbye.');
    expect(await stateOf(api, incidentId)).toBe('resolved');
    expect((await peer.play(call, { presses: ['4'] })).said.at(-1)).toBe('Nothing is waiting for an answer any more. Goodbye.');
    expect((await answersTo(api, incidentId))[0]).toMatchObject({ kind: 'false_alarm', way: 'call' });
  });

  it('is not believed from somebody who does not know the token', async () => {
    const life = await person('emil', [['call', '+4941111111'], ['sms', '+4941222222']]);
    const [incidentId] = await life.match({ severity: 'high' }) as [string];
    await deliver(incidentId);
    const stranger = await startTwilioPeer({ specPath: specPath!, account: { ...peer, authToken: 'a token that was guessed' } });
    try {
      stranger.route(PUBLIC_URL, server.url);
      const text = peer.texts.at(-1)!;
      expect(await stranger.report(text, 'delivered')).toBe(403);
      expect(await stranger.reply(REPLIES_GO_TO, text.to, '1')).toEqual({ status: 403, texts: [] });
      await api.db.pool.query("UPDATE incidents SET told_at = told_at - interval '1 hour' WHERE incident_id = $1", [incidentId]);
      await life.review(incidentId);
      await deliver(incidentId);
      const played = await stranger.play(peer.calls.at(-1)!, { presses: ['4'] });
      expect([played.said.at(-1), played.reported['completed']]).toEqual([APPLICATION_ERROR, 403]);
      expect(await stateOf(api, incidentId)).toBe('open');
      expect(await answersTo(api, incidentId)).toEqual([]);
    } finally {
      await stranger.close();
    }
  });
});
