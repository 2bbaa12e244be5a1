import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ChannelFailure, ClosableChannel } from '../../../../activities/ports/channel.ts';
import { createCallChannel } from '../../../../adapters/channels/twilio/call-channel.ts';
import { callScript } from '../../../../adapters/channels/twilio/call-script.ts';
import { createSmsChannel } from '../../../../adapters/channels/twilio/sms-channel.ts';
import type { TwilioOptions } from '../../../../adapters/channels/twilio/twilio-line.ts';
import { alertExample } from '../email/alert-example.ts';
import { TWILIO_ACCOUNT, startTwilioPeer, twilioSpecForTest } from './twilio-peer.ts';
import type { Fault, Refusal, TwilioPeer } from './twilio-peer.ts';

const SPEC = twilioSpecForTest();
const ANNA = '+491701234567';
const KEY = '0199a0c4-1111-7000-8000-000000000001:1:0:sms:anna';
const BASE = 'https://watchpost.example.org';
const KINDS = [['text message', createSmsChannel], ['call', createCallChannel]] as const;

const message = alertExample({ to: ANNA, link: `${BASE}/i/abc` });

describe.skipIf(SPEC === undefined)('over Twilio', { timeout: 30_000 }, () => {
  let peer: TwilioPeer;
  let open: ClosableChannel[] = [];
  beforeAll(async () => { peer = await startTwilioPeer({ specPath: SPEC as string }); });
  afterAll(() => peer?.close());
  afterEach(() => {
    for (const channel of open) channel.close();
    open = [];
    peer.mend();
    peer.refuse(ANNA, undefined);
    vi.unstubAllEnvs();
  });

  const channelOf = (create: (options: TwilioOptions) => ClosableChannel, changed: Partial<TwilioOptions> = {}): ClosableChannel => {
    const channel = create({ ...TWILIO_ACCOUNT, baseUrl: peer.url, callbackBase: BASE, ...changed });
    open.push(channel);
    return channel;
  };
  const failureOf = async (sending: Promise<unknown>): Promise<ChannelFailure> => {
    const failure = await sending.then(() => undefined, (error: unknown) => error as ChannelFailure);
    if (failure === undefined) throw new Error('it was taken');
    return failure;
  };
  const taken = (): number => peer.texts.length + peer.calls.length;

  describe('a text message', () => {
    it('is taken, counted in segments, and names its delivery in the status callback', async () => {
      const receipt = await channelOf(createSmsChannel, { price: { micros: 7_900, currency: 'USD' } }).send(message, KEY);
      const sent = peer.texts.at(-1);
      expect(receipt).toEqual({ provider: 'twilio', providerId: sent?.sid, answer: 'queued', units: 1, cost: { micros: 7_900, currency: 'USD' } });
      expect(Object.fromEntries(sent?.form ?? [])).toEqual({
        To: ANNA, From: TWILIO_ACCOUNT.from, Body: `Person, 02:14, camera Back door\nReply 1 = I take charge, 2 = false alarm\n${BASE}/i/abc`,
        StatusCallback: `${BASE}/v1/callbacks/twilio/status?delivery=0199a0c4-1111-7000-8000-000000000001%3A1%3A0%3Asms%3Aanna`,
      });
      expect(sent?.deliveryKey).toBe(KEY);
    });

    it('of two segments costs twice as much', async () => {
      const long = { ...message, link: `${BASE}/i/${'a'.repeat(120)}` };
      const receipt = await channelOf(createSmsChannel, { price: { micros: 7_900, currency: 'USD' } }).send(long, KEY);
      expect(receipt).toMatchObject({ units: 2, cost: { micros: 15_800 } });
      expect(await channelOf(createSmsChannel).send(long, KEY)).toMatchObject({ units: 2, cost: null });
    });

    it('asks for no callback and no reply without a public URL', async () => {
      await channelOf(createSmsChannel, { callbackBase: null }).send({ ...message, link: null }, KEY);
      expect(Object.fromEntries(peer.texts.at(-1)?.form ?? [])).toEqual({ To: ANNA, From: TWILIO_ACCOUNT.from, Body: 'Person, 02:14, camera Back door' });
    });
  });

  describe('a call', () => {
    it('is taken with what is to be said and where keys and its fate are sent to', async () => {
      const receipt = await channelOf(createCallChannel, { price: { micros: 14_000, currency: 'USD' } }).send(message, KEY);
      const call = peer.calls.at(-1);
      expect(receipt).toEqual({ provider: 'twilio', providerId: call?.sid, answer: 'queued', units: 1, cost: { micros: 14_000, currency: 'USD' } });
      const delivery = encodeURIComponent(KEY);
      expect(call?.twiml).toBe(callScript(message, `${BASE}/v1/callbacks/twilio/keypress?delivery=${delivery}`).twiml);
      expect([...(call?.form ?? [])].filter(([name]) => name !== 'Twiml')).toEqual([
        ['To', ANNA], ['From', TWILIO_ACCOUNT.from], ['StatusCallback', `${BASE}/v1/callbacks/twilio/status?delivery=${delivery}`],
        ['StatusCallbackEvent', 'initiated'], ['StatusCallbackEvent', 'ringing'], ['StatusCallbackEvent', 'answered'], ['StatusCallbackEvent', 'completed'],
        ['StatusCallbackMethod', 'POST'], ['Timeout', '30'], ['TimeLimit', '120'],
      ]);
    });

    it('asks for no callback and no key without a public URL', async () => {
      await channelOf(createCallChannel, { callbackBase: null }).send(message, KEY);
      const call = peer.calls.at(-1);
      expect(call?.form.has('StatusCallback')).toBe(false);
      expect(call?.twiml).not.toContain('Gather');
    });
  });

  describe.each(KINDS)('a %s that is not taken', (_, create) => {
    it.each<[string, Fault, Partial<ChannelFailure>]>([
      ['too many requests, with a time', { answer: 429, retryAfter: '7' }, { code: 'provider_unavailable', detail: '429 20429: Too Many Requests', mayHaveArrived: false, retryAfterMs: 7_000 }],
      ['too many requests, without one', { answer: 429 }, { code: 'provider_unavailable', mayHaveArrived: false, retryAfterMs: null }],
      ['a defect of Twilio', { answer: 500 }, { code: 'provider_unavailable', detail: '500: not an answer of Twilio', mayHaveArrived: false }],
      ['maintenance', { answer: 503, retryAfter: '999999' }, { code: 'provider_unavailable', mayHaveArrived: false, retryAfterMs: 3_600_000 }],
      ['a proxy that lost the answer', { answer: 504 }, { code: 'provider_unavailable', mayHaveArrived: true }],
      ['a line that broke after the request', { answer: 'drop' }, { code: 'provider_unavailable', mayHaveArrived: true }],
      ['a yes that is none of Twilio', { answer: 'garbled' }, { code: 'provider_unavailable', mayHaveArrived: true }],
    ])('because of %s waits for the next try', async (_what, fault, expected) => {
      const before = { taken: taken(), requests: peer.requests() };
      peer.fail(fault);
      expect(await failureOf(channelOf(create).send(message, KEY))).toMatchObject(expected);
      expect({ taken: taken(), requests: peer.requests() }).toEqual({ taken: before.taken, requests: before.requests + 1 });
      await channelOf(create).send(message, KEY);
      expect(taken()).toBe(before.taken + 1);
    });

    it.each<[string, Refusal, string]>([
      ['no number', { status: 400, code: 21211, message: "The 'To' number is not a valid phone number." }, 'recipient_refused'],
      ['a number out of reach', { status: 400, code: 21214, message: "'To' phone number cannot be reached" }, 'recipient_refused'],
      ['somebody who wants nothing of us', { status: 400, code: 21610, message: 'Attempt to send to unsubscribed recipient' }, 'recipient_refused'],
      ['a country that is not allowed, whatever the status', { status: 403, code: 21408, message: 'Permission to send an SMS has not been enabled for the region' }, 'recipient_refused'],
      ['a number that nobody can call', { status: 400, code: 13224, message: 'Twilio does not support calling this number' }, 'recipient_refused'],
      ['an account without rights', { status: 403, code: 20403, message: 'Forbidden' }, 'provider_auth_failed'],
      ['a closed account', { status: 400, code: 20005, message: 'Account not active' }, 'provider_auth_failed'],
      ['a sender that may not send', { status: 400, code: 21606, message: "The 'From' phone number is not message-capable" }, 'message_refused'],
      ['a code that is not known yet', { status: 404, code: 29999, message: 'Something new' }, 'message_refused'],
      ['a full queue of our number', { status: 400, code: 21611, message: "This 'From' number has exceeded the maximum number of queued messages" }, 'provider_unavailable'],
    ])('because of %s', async (_what, refusal, code) => {
      peer.refuse(ANNA, refusal);
      expect(await failureOf(channelOf(create).send(message, KEY))).toMatchObject({ code, detail: `${refusal.status} ${refusal.code}: ${refusal.message}`, mayHaveArrived: false });
    });

    it('because nobody listens cannot have arrived', async () => {
      expect(await failureOf(channelOf(create, { baseUrl: 'http://127.0.0.1:1' }).send(message, KEY))).toMatchObject({ code: 'provider_unavailable', mayHaveArrived: false });
    });

    it('because Twilio hangs is cut off in time, and may have arrived', async () => {
      peer.fail({ answer: 'hang' });
      expect(await failureOf(channelOf(create, { limitMs: 150 }).send(message, KEY))).toMatchObject({
        code: 'provider_unavailable', detail: 'cut off: Twilio took longer than a send may take', mayHaveArrived: true,
      });
    });

    it('because its sender gave up while Twilio took it may have arrived', async () => {
      const before = { taken: taken(), requests: peer.requests() };
      peer.fail({ answer: 'hang', taken: true });
      const giveUp = new AbortController();
      const sending = failureOf(channelOf(create).send(message, KEY, giveUp.signal));
      await vi.waitFor(() => expect(taken()).toBe(before.taken + 1), { timeout: 5_000 });
      giveUp.abort();
      expect(await sending).toMatchObject({ code: 'provider_unavailable', mayHaveArrived: true });
      expect(peer.requests()).toBe(before.requests + 1);
    });

    it('because its sender gave up before leaves nothing at Twilio', async () => {
      const before = peer.requests();
      expect(await failureOf(channelOf(create).send(message, KEY, AbortSignal.abort()))).toMatchObject({ code: 'provider_unavailable', mayHaveArrived: false });
      expect(peer.requests()).toBe(before);
    });

    it('because the token is wrong shows neither token nor header', async () => {
      const failure = await failureOf(channelOf(create, { authToken: 'a-wrong-token' }).send(message, KEY));
      expect(failure).toMatchObject({ code: 'provider_auth_failed', detail: expect.stringContaining('***') });
      const shown = inspect(failure, { depth: null, showHidden: true });
      expect(shown).not.toContain('a-wrong-token');
      expect(shown).not.toContain(Buffer.from(`${TWILIO_ACCOUNT.accountSid}:a-wrong-token`).toString('base64'));
    });

    it.each(['whatsapp:+491701234567', 'client:anna', 'sip:anna@example.org', 'anna', '0170 1234567'])('because %s is no telephone is never asked for', async (to) => {
      const before = peer.requests();
      expect(await failureOf(channelOf(create).send({ ...message, to }, KEY))).toMatchObject({ code: 'recipient_refused' });
      expect(peer.requests()).toBe(before);
    });
  });

  it('goes where the settings say, whatever the environment says to the client', async () => {
    vi.stubEnv('TWILIO_REGION', 'ie1');
    vi.stubEnv('TWILIO_EDGE', 'dublin');
    vi.stubEnv('TWILIO_LOG_LEVEL', 'debug');
    const printed = vi.spyOn(console, 'log');
    expect(await channelOf(createSmsChannel).send(message, KEY)).toMatchObject({ provider: 'twilio' });
    expect(printed).not.toHaveBeenCalled();
  });

  it('sends many at once, each once', async () => {
    const before = taken();
    const channel = channelOf(createSmsChannel);
    const receipts = await Promise.all(Array.from({ length: 40 }, (_, n) => channel.send(message, `${KEY}-${n}`)));
    expect(new Set(receipts.map(({ providerId }) => providerId)).size).toBe(40);
    expect(taken()).toBe(before + 40);
    expect(new Set(peer.texts.slice(-40).map(({ deliveryKey }) => deliveryKey)).size).toBe(40);
  });
});

describe('settings of Twilio', () => {
  it.each<Partial<TwilioOptions>>([{ accountSid: 'SK0123456789abcdef0123456789abcdef' }, { accountSid: '' }, { authToken: '' }, { from: '' }])('that cannot be right are refused: %j', (changed) => {
    for (const [, create] of KINDS) expect(() => create({ ...TWILIO_ACCOUNT, callbackBase: null, ...changed })).toThrow('setting_invalid');
  });
});
