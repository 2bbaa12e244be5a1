/** The peer of Twilio against a small Watchpost that answers as the routes do: what is sent, answered, pressed and heard, signatures included. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CALLBACK_PATHS } from '../../../../adapters/channels/twilio/callback-urls.ts';
import { arrivalOf, isFromTwilio, keypressResponse, replyResponse } from '../../../../adapters/channels/twilio/callback.ts';
import { createCallChannel } from '../../../../adapters/channels/twilio/call-channel.ts';
import { createSmsChannel } from '../../../../adapters/channels/twilio/sms-channel.ts';
import { KEYPRESSES, REPLIES } from '../../../../contracts/response.ts';
import { alertExample } from '../email/alert-example.ts';
import { APPLICATION_ERROR, TWILIO_ACCOUNT, startTwilioPeer, twilioSpecForTest } from './twilio-peer.ts';
import type { PlacedCall, SentText, TwilioPeer } from './twilio-peer.ts';

const SPEC = twilioSpecForTest();
const ANNA = '+491701234567';
const KEY = '0199a0c4-1111-7000-8000-000000000001:1:0:call:anna';
/** What Twilio is told; nothing listens there. */
const PUBLIC = 'https://watchpost.example.org';
const message = alertExample({ to: ANNA, link: null });

describe.skipIf(SPEC === undefined)('a dialogue over Twilio', { timeout: 30_000 }, () => {
  let peer: TwilioPeer;
  let watchpost: Server;
  /** What Watchpost came to know, of whom it believed. */
  let heard: string[] = [];
  let authToken = TWILIO_ACCOUNT.authToken;

  beforeAll(async () => {
    peer = await startTwilioPeer({ specPath: SPEC as string });
    watchpost = createServer((request, response) => {
      void text(request).then((body) => {
        const url = `${PUBLIC}${request.url}`;
        const params = Object.fromEntries(new URLSearchParams(body));
        if (!isFromTwilio({ authToken, url, params, signature: [request.headers['x-twilio-signature']].flat()[0] })) return response.writeHead(403).end();
        const { pathname, searchParams } = new URL(url);
        const delivery = searchParams.get('delivery');
        if (pathname === CALLBACK_PATHS.status) {
          heard.push(`${delivery} ${arrivalOf(params)?.arrival} ${arrivalOf(params)?.providerCode}`);
          return response.writeHead(204).end();
        }
        const said = pathname === CALLBACK_PATHS.keypress ? KEYPRESSES[params.Digits ?? ''] : REPLIES[params.Body?.trim() ?? ''];
        heard.push(`${delivery ?? params.From} says ${said}`);
        response.writeHead(200, { 'content-type': 'text/xml' });
        return response.end(pathname === CALLBACK_PATHS.keypress ? keypressResponse({ heard: said ?? 'unclear' }, url) : replyResponse({ heard: said ?? 'unclear' }));
      });
    });
    await new Promise<void>((resolve) => { watchpost.listen(0, '127.0.0.1', resolve); });
    peer.route(PUBLIC, `http://127.0.0.1:${(watchpost.address() as AddressInfo).port}`);
  });
  afterAll(async () => {
    watchpost?.close();
    await peer?.close();
  });
  beforeEach(() => {
    heard = [];
    authToken = TWILIO_ACCOUNT.authToken;
  });

  const call = async (): Promise<PlacedCall> => {
    const channel = createCallChannel({ ...TWILIO_ACCOUNT, baseUrl: peer.url, callbackBase: PUBLIC });
    const { providerId } = await channel.send(message, KEY);
    channel.close();
    return peer.calls.find(({ sid }) => sid === providerId) as PlacedCall;
  };
  const sendText = async (): Promise<SentText> => {
    const channel = createSmsChannel({ ...TWILIO_ACCOUNT, baseUrl: peer.url, callbackBase: PUBLIC });
    const { providerId } = await channel.send(message, KEY);
    channel.close();
    return peer.texts.find(({ sid }) => sid === providerId) as SentText;
  };

  it('somebody picks up, listens, and takes charge with a key', async () => {
    const { said, pressed, reported } = await peer.play(await call(), { presses: ['4'] });
    expect(said).toEqual([
      'This is Watchpost. Person, two fourteen in the morning, camera Back door.', 'Press 4 if you take charge, 6 if it is a false alarm.', 'Noted: you take charge. Goodbye.',
    ]);
    expect(pressed).toEqual(['4']);
    expect(reported).toEqual({ initiated: 204, ringing: 204, 'in-progress': 204, completed: 204 });
    expect(heard).toEqual([`${KEY} queued null`, `${KEY} ringing null`, `${KEY} answered null`, `${KEY} says acknowledge`, `${KEY} completed null`]);
  });

  it('somebody who misses the first time is asked again', async () => {
    const { said } = await peer.play(await call(), { presses: [null, '6'] });
    expect(said).toEqual([
      'This is Watchpost. Person, two fourteen in the morning, camera Back door.', 'Press 4 if you take charge, 6 if it is a false alarm.',
      'Once more. Person, two fourteen in the morning, camera Back door.', 'Press 4 if you take charge, 6 if it is a false alarm.', 'Noted: a false alarm. Goodbye.',
    ]);
    expect(heard).toContain(`${KEY} says false_alarm`);
  });

  it('a key that means nothing is followed by the question, not by the end', async () => {
    const { said, pressed } = await peer.play(await call(), { presses: ['9', '4'] });
    expect(pressed).toEqual(['9', '4']);
    expect(said.slice(-3)).toEqual(['That key means nothing here.', 'Press 4 if you take charge, 6 if it is a false alarm.', 'Noted: you take charge. Goodbye.']);
  });

  it('a mailbox hears it twice and takes charge of nothing', async () => {
    const { said } = await peer.play(await call(), {});
    expect(said.at(-1)).toBe('No key was pressed. Goodbye.');
    expect(heard.filter((line) => line.includes('says'))).toEqual([]);
    expect(heard.at(-1)).toBe(`${KEY} completed null`);
  });

  it.each([['busy', 'busy'], ['no-answer', 'no_answer'], ['failed', 'undelivered']] as const)('a call that is %s is told of', async (ending, arrival) => {
    const { said } = await peer.play(await call(), { ending });
    expect(said).toEqual([]);
    expect(heard).toEqual([`${KEY} queued null`, `${KEY} ringing null`, `${KEY} ${arrival} null`]);
  });

  it('a text message is reported on, and answered', async () => {
    const sent = await sendText();
    expect(await peer.report(sent, 'sent')).toBe(204);
    expect(await peer.report(sent, 'undelivered', '30003')).toBe(204);
    expect(await peer.reply(`${PUBLIC}${CALLBACK_PATHS.reply}`, ANNA, ' 1 ')).toEqual({ status: 200, texts: ['Noted: you take charge.'] });
    expect(await peer.reply(`${PUBLIC}${CALLBACK_PATHS.reply}`, ANNA, 'what?')).toEqual({ status: 200, texts: ['Not understood. Reply 1 = I take charge, 2 = false alarm'] });
    expect(heard).toEqual([`${KEY} sent null`, `${KEY} undelivered 30003`, `${ANNA} says acknowledge`, `${ANNA} says undefined`]);
  });

  it('whoever signs with another token is not believed', async () => {
    authToken = 'the token of another account';
    expect(await peer.report(await sendText(), 'delivered')).toBe(403);
    const { said, reported } = await peer.play(await call(), { presses: ['4'] });
    expect(said.at(-1)).toBe(APPLICATION_ERROR);
    expect(reported.completed).toBe(403);
    expect(heard).toEqual([]);
  });
});
