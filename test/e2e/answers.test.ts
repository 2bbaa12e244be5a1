/** A whole plant and a Twilio on the same machine: a camera sees somebody, a person is told by text or by telephone, and what the person answers is carried out. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CALLBACK_PATHS } from '../../adapters/channels/twilio/callback-urls.ts';
import { instantFromDate, plusMs } from '../../contracts/time.ts';
import { startTwilioPeer, twilioSpecForTest } from '../adapters/channels/twilio/twilio-peer.ts';
import type { TwilioPeer } from '../adapters/channels/twilio/twilio-peer.ts';
import { courtyardFrames } from '../support/footage.ts';
import { removeHome, startTestPlant, until } from '../support/plant.ts';
import type { TestPlant } from '../support/plant.ts';

const specPath = twilioSpecForTest();
const pictures = await courtyardFrames(1);

describe.skipIf(!pictures || specPath === undefined)('a plant with a telephone line', () => {
  let peer: TwilioPeer;
  let plant: TestPlant;
  beforeAll(async () => {
    peer = await startTwilioPeer({ specPath: specPath! });
    plant = await startTestPlant({
      env: { TWILIO_ACCOUNT_SID: peer.accountSid, TWILIO_AUTH_TOKEN: peer.authToken, TWILIO_FROM: peer.from, TWILIO_BASE_URL: peer.url },
    });
    // It was given the plant's own address, which needs no proxy.
    peer.route(plant.plant.baseUrl, plant.plant.baseUrl);
    await plant.call('PUT', '/v1/rules/100', 'RuleID: 100 | Unsafe Class: Person | ALL with probability>50%');
  }, 180_000);
  afterAll(async () => {
    await plant?.stop();
    await peer?.close();
    if (plant) await removeHome(plant.home);
  }, 180_000);

  /** Somebody is seen by the camera of a user who can be told in this one way. */
  async function seenBy(userId: string, channel: 'sms' | 'call', address: string): Promise<void> {
    await plant.call('PUT', `/v1/users/${userId}`, { name: userId });
    await plant.call('PUT', `/v1/devices/${userId}-door`, { userId, name: 'Back door', timeZone: 'Europe/Berlin' });
    await plant.call('PUT', `/v1/contacts/${userId}-${channel}`, { userId, channel, address });
    await plant.call('PUT', `/v1/users/${userId}/rules`, { rules: [{ ruleId: '100', severity: 'high' }] });
    const at = encodeURIComponent(plusMs(instantFromDate(new Date()), -5_000));
    const answer = await fetch(`${plant.plant.baseUrl}/v1/devices/${userId}-door/frames?captured_at=${at}`, {
      method: 'POST', body: new Uint8Array(pictures![0]!), headers: { authorization: `Bearer ${plant.plant.adminKey}`, 'content-type': 'image/jpeg' },
    });
    expect(answer.status).toBe(202);
  }
  const incidentOf = async (userId: string): Promise<{ incidentId: string; state: string }> =>
    (await plant.call<{ incidents: { incidentId: string; state: string }[] }>('GET', `/v1/incidents?userId=${userId}`)).incidents[0]!;

  it('tells by text, hears that it arrived, takes the answer, and its link opens with the picture and takes another', async () => {
    await seenBy('anna', 'sms', '+4915112345678');
    const text = await until('the text message', async () => peer.texts.find(({ to }) => to === '+4915112345678'));
    expect(await peer.report(text, 'delivered')).toBe(204);
    expect((await incidentOf('anna')).state).toBe('open');
    expect((await peer.reply(plant.plant.baseUrl + CALLBACK_PATHS.reply, '+4915112345678', '1')).texts).toEqual([expect.stringMatching(/^Noted: you take charge \(.*camera Back door\)\.$/)]);
    expect((await incidentOf('anna')).state).toBe('acknowledged');

    const link = /http:\/\/127\.0\.0\.1:\d+\/i\/[\w-]{48}/.exec(text.body)![0];
    const page = await (await fetch(link)).text();
    expect(page).toContain('You took charge at');
    const picture = await fetch(`${link}/picture.jpg`);
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
    const answered = await fetch(link, { method: 'POST', body: new URLSearchParams({ action: 'false_alarm' }) });
    expect([answered.status, answered.url]).toEqual([200, link]);
    expect(await answered.text()).toContain('False alarm');
    expect((await incidentOf('anna')).state).toMatch(/resolved|closed/);
  }, 180_000);

  it('rings again when the line is busy, and stops when a key is pressed', async () => {
    await seenBy('bert', 'call', '+4930111111');
    const calls = () => peer.calls.filter(({ to }) => to === '+4930111111');
    const busy = await until('the first call', async () => calls()[0]);
    await peer.play(busy, { ending: 'busy' });
    // How it ended wakes the incident, long before its usual wait is over.
    const again = await until('the second call', async () => calls()[1]);
    const { said } = await peer.play(again, { presses: ['4'] });
    expect(said.at(-1)).toBe('Noted: you take charge. Goodbye.');
    expect((await incidentOf('bert')).state).toBe('acknowledged');
    expect(calls()).toHaveLength(2);
  }, 180_000);
});
