import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import { arrivalOf, isFromTwilio, keypressResponse, replyResponse } from '../../../../adapters/channels/twilio/callback.ts';
import type { CallbackParams, Heard } from '../../../../adapters/channels/twilio/callback.ts';
import { segmentsOf } from '../../../../adapters/channels/twilio/gsm7.ts';
import { readTwiml } from './twiml.ts';
import { TWILIO_ACCOUNT, signatureOf } from './twilio-peer.ts';

const { authToken } = TWILIO_ACCOUNT;
const URL = 'https://watchpost.example.org/v1/callbacks/twilio/status?delivery=0199a0c4%3A0%3A0%3Asms%3Aanna';
const PARAMS = { MessageSid: 'SM1', MessageStatus: 'delivered', Body: 'é & “1”', To: '+491701234567', From: '+4930555000' };
const signature = signatureOf(authToken, URL, PARAMS);

describe('the signature of a callback', () => {
  it('is the one that Twilio computes', () => {
    expect(signature).toBe(twilio.getExpectedTwilioSignature(authToken, URL, PARAMS));
    expect(isFromTwilio({ authToken, url: URL, params: PARAMS, signature })).toBe(true);
  });

  it.each<[string, Partial<Parameters<typeof isFromTwilio>[0]>]>([
    ['an altered parameter', { params: { ...PARAMS, MessageStatus: 'failed' } }],
    ['one parameter more', { params: { ...PARAMS, ErrorCode: '30003' } }],
    ['one parameter less', { params: { MessageSid: 'SM1' } }],
    ['another delivery', { url: URL.replace('anna', 'ben') }],
    ['another host', { url: URL.replace('watchpost', 'attacker') }],
    ['another token', { authToken: 'another token' }],
    ['no signature', { signature: undefined }],
    ['an empty signature', { signature: '' }],
    ['a cut signature', { signature: signature.slice(0, -4) }],
    ['no token, which anybody could sign with', { authToken: '', signature: signatureOf('', URL, PARAMS) }],
  ])('with %s is refused', (_, changed) => {
    expect(isFromTwilio({ authToken, url: URL, params: PARAMS, signature, ...changed })).toBe(false);
  });

  it('counts a parameter that comes twice', () => {
    const params = { ...PARAMS, MediaUrl: ['b', 'a'] };
    expect(isFromTwilio({ authToken, url: URL, params, signature: twilio.getExpectedTwilioSignature(authToken, URL, params) })).toBe(true);
  });
});

describe('what became of a message', () => {
  it.each<[string, string | undefined]>([
    ['accepted', 'queued'], ['scheduled', 'queued'], ['queued', 'queued'], ['sending', 'queued'], ['sent', 'sent'], ['delivered', 'arrived'], ['read', 'arrived'],
    ['undelivered', 'undelivered'], ['failed', 'undelivered'], ['canceled', 'undelivered'], ['received', undefined], ['receiving', undefined], ['teleported', undefined], ['constructor', undefined],
  ])('a text message that is %s: %s', (status, arrival) => {
    expect(arrivalOf({ MessageSid: 'SM1', MessageStatus: status })?.arrival).toBe(arrival);
    expect(arrivalOf({ SmsSid: 'SM1', SmsStatus: status })?.arrival).toBe(arrival);
  });

  it.each<[string, string | undefined]>([
    ['queued', 'queued'], ['initiated', 'queued'], ['ringing', 'ringing'], ['in-progress', 'answered'], ['completed', 'completed'], ['busy', 'busy'], ['no-answer', 'no_answer'],
    ['failed', 'undelivered'], ['canceled', 'undelivered'], ['delivered', undefined],
  ])('a call that is %s: %s', (status, arrival) => {
    expect(arrivalOf({ CallSid: 'CA1', CallStatus: status })?.arrival).toBe(arrival);
  });

  it.each<[CallbackParams, string | null]>([
    [{ ErrorCode: '30003' }, '30003'], [{}, null], [{ ErrorCode: '' }, null], [{ ErrorCode: '<script>' }, null],
  ])('names the code of the provider: %j', (params, providerCode) => {
    expect(arrivalOf({ MessageSid: 'SM1', MessageStatus: 'undelivered', ...params })).toEqual({ arrival: 'undelivered', providerId: 'SM1', providerCode });
  });

  it.each<CallbackParams>([{}, { MessageStatus: 'delivered' }, { MessageSid: 'SM1' }, { CallSid: 'CA1' }])('is not said by %j', (params) => {
    expect(arrivalOf(params)).toBeUndefined();
  });
});

describe('what is answered', () => {
  const KEYPRESS = 'https://watchpost.example.org/v1/callbacks/twilio/keypress?delivery=a%3A0&x=1';
  const heardIn = (twiml: string): string[] => readTwiml(twiml).map((verb) => verb.text || verb.name);

  it.each<[Heard, string]>([
    ['acknowledge', 'Noted: you take charge. Goodbye.'], ['real', 'Noted: it is real and you take charge. Goodbye.'], ['false_alarm', 'Noted: a false alarm. Goodbye.'],
    ['resolve', 'Noted: it is dealt with. Goodbye.'], ['known', 'Noted: it is known. Goodbye.'], ['nothing_open', 'Nothing is waiting for an answer any more. Goodbye.'],
  ])('to a key that says %s', (heard, words) => {
    expect(heardIn(keypressResponse({ heard }, KEYPRESS))).toEqual([words, 'Pause', 'Hangup']);
  });

  it('to a key, with what it was about where there are several things', () => {
    expect(heardIn(keypressResponse({ heard: 'acknowledge', about: 'Person, 02:14, camera A & B' }, KEYPRESS))[0])
      .toBe('Noted: you take charge. Person, two fourteen in the morning, camera A and B. Goodbye.');
  });

  it('to a key that means nothing: the question once more', () => {
    const [gather, goodbye] = readTwiml(keypressResponse({ heard: 'unclear' }, KEYPRESS));
    expect(gather).toMatchObject({ name: 'Gather', attributes: { action: KEYPRESS, numDigits: '1', timeout: '8' } });
    expect(gather?.children.map((verb) => verb.text).filter(Boolean)).toEqual(['That key means nothing here.', 'Press 4 if you take charge, 6 if it is a false alarm.']);
    expect(goodbye?.text).toBe('Goodbye.');
  });

  it.each<[Heard, string]>([
    ['acknowledge', 'Noted: you take charge (Person, 02:14, camera A & B).'], ['false_alarm', 'Noted: a false alarm (Person, 02:14, camera A & B).'],
    ['unclear', 'Not understood. Reply 1 = I take charge, 2 = false alarm'],
  ])('to a reply that says %s', (heard, words) => {
    const twiml = replyResponse({ heard, about: 'Person, 02:14, camera A & B' });
    expect(heardIn(twiml)).toEqual([words]);
    expect(segmentsOf(words)).toBe(1);
  });

  it('to a reply without what it was about, where that has no room', () => {
    expect(heardIn(replyResponse({ heard: 'acknowledge', about: '裏'.repeat(200) }))).toEqual(['Noted: you take charge.']);
    expect(heardIn(replyResponse({ heard: 'acknowledge' }))).toEqual(['Noted: you take charge.']);
  });

  it('to strangers: nothing', () => {
    expect(readTwiml(replyResponse(null))).toEqual([]);
  });
});
