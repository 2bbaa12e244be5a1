/**
 * A peer that speaks Twilio's side on 127.0.0.1.
 *
 * Every request is held against Twilio's own OpenAPI description by Prism; a server in front of it checks the account, gives
 * each accepted message and call an id of its own and remembers it, and does wrong on demand: what it does wrong may change
 * while it runs. It also plays what Twilio does afterwards, with signed requests: status callbacks, a reply to a text
 * message, a call that is picked up. It is reached by URL, so worker processes can use it too.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { SegmentedMessage } from 'sms-segments-calculator';
import { assetFolders } from '../../../../scripts/provision/places.mjs';
import { readTwiml } from './twiml.ts';
import type { Verb } from './twiml.ts';

/** Twilio's description of messages and calls; undefined where it cannot be had, after a line on the terminal that says so. */
export function twilioSpecForTest(): string | undefined {
  const found = assetFolders().map(({ dir }) => join(dir, 'specs/twilio-messages-calls.openapi.json')).find((path) => existsSync(path));
  if (found === undefined) process.stderr.write('SKIPPED: tests against a peer of Twilio, because specs/twilio-messages-calls.openapi.json is in no folder of assets\n');
  return found;
}

export interface TwilioAccount {
  readonly accountSid: string;
  readonly authToken: string;
  /** Our number. */
  readonly from: string;
}

/** `taken`: the message was accepted all the same, and only the answer is lost. */
export type Fault =
  | { readonly answer: 429 | 500 | 502 | 503 | 504; readonly retryAfter?: string; readonly taken?: boolean }
  | { readonly answer: 'hang' | 'drop'; readonly taken?: boolean }
  /** Yes, in words that are none of Twilio's. */
  | { readonly answer: 'garbled'; readonly taken?: boolean };

/** As Twilio says no to one number. */
export interface Refusal {
  readonly status: number;
  readonly code: number;
  readonly message: string;
}

interface Accepted {
  readonly sid: string;
  readonly to: string;
  readonly from: string;
  /** All that was asked, as it came in the form. */
  readonly form: URLSearchParams;
  /** Of the status callback: which message of ours it is; null without a callback. */
  readonly deliveryKey: string | null;
}
export interface SentText extends Accepted {
  readonly body: string;
}
export interface PlacedCall extends Accepted {
  readonly twiml: string;
}

export interface Heard {
  /** HTTP status of the answer of Watchpost. */
  readonly status: number;
  /** Text messages that go back. */
  readonly texts: readonly string[];
}

export interface Person {
  /** One for each time that the call waits for a key; null, and those that are missing: none is pressed. */
  readonly presses?: readonly (string | null)[];
  /** Left out: picked up. */
  readonly ending?: 'busy' | 'no-answer' | 'failed';
}

export interface PlayedCall {
  readonly said: readonly string[];
  readonly pressed: readonly string[];
  /** HTTP statuses of what Watchpost answered to the status callbacks, by call status. */
  readonly reported: Readonly<Record<string, number>>;
}

export interface TwilioPeer extends TwilioAccount {
  /** What TWILIO_BASE_URL is set to. */
  readonly url: string;
  readonly texts: readonly SentText[];
  readonly calls: readonly PlacedCall[];
  /** Requests that were no good: by the description, the account or `refuse`. */
  readonly refused: readonly { readonly status: number; readonly reason: string }[];
  /** Requests that came, whatever became of them. */
  requests(): number;
  /** The next so many requests fail like this, after those that were told to fail before. */
  fail(fault: Fault, times?: number): void;
  /** No more faults; what hangs keeps hanging. */
  mend(): void;
  /** Breaks every line that is open, as a restart does. */
  dropAll(): void;
  /** From now on this number is refused; undefined: no longer. */
  refuse(number: string, refusal: Refusal | undefined): void;
  /** Callbacks to this public address go to that one instead; the signature is of the public one. */
  route(publicBase: string, base: string): void;
  /** Sends a status callback; resolves to the HTTP status of the answer. Throws for a message without a callback. */
  report(text: SentText, status: string, errorCode?: string): Promise<number>;
  /** A person answers a text message. `url`: where the operator let replies go to. */
  reply(url: string, from: string, body: string): Promise<Heard>;
  /** A call from its ringing to its end. Throws for TwiML that Twilio would not take. */
  play(call: PlacedCall, person: Person): Promise<PlayedCall>;
  close(): Promise<void>;
}

export const TWILIO_ACCOUNT: TwilioAccount = { accountSid: `AC${'0123456789abcdef'.repeat(2)}`, authToken: 'auth-token-of-the-tests', from: '+4930555000' };

/** Base64 of HMAC-SHA1 over the URL and each parameter in order of names (https://www.twilio.com/docs/usage/security). */
export const signatureOf = (authToken: string, url: string, params: Readonly<Record<string, string>>): string =>
  createHmac('sha1', authToken).update(url + Object.keys(params).sort().map((name) => name + params[name]).join('')).digest('base64');

export async function startTwilioPeer({ specPath, account = TWILIO_ACCOUNT }: { readonly specPath: string; readonly account?: TwilioAccount }): Promise<TwilioPeer> {
  const prism = await startPrism(specPath);
  const texts: SentText[] = [];
  const calls: PlacedCall[] = [];
  const refused: { status: number; reason: string }[] = [];
  const refusals = new Map<string, Refusal>();
  const routes = new Map<string, string>();
  let faults: { fault: Fault; left: number }[] = [];
  let requests = 0;

  function nextFault(): Fault | undefined {
    const [next] = faults;
    if (next === undefined) return undefined;
    next.left -= 1;
    if (next.left <= 0) faults = faults.slice(1);
    return next.fault;
  }

  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => { response.writeHead(500).end(String(error)); });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    requests += 1;
    const fault = nextFault();
    const answered = fault === undefined || fault.taken ? await accept(request, body) : undefined;
    if (fault === undefined && answered !== undefined) return send(response, answered.status, answered.json);
    if (fault?.answer === 'hang') return undefined;
    if (fault?.answer === 'drop') return void request.socket.destroy();
    if (fault?.answer === 'garbled') return void response.writeHead(201, { 'content-type': 'text/html' }).end('<h1>Created</h1>');
    if (fault?.answer === 429) {
      return send(response, 429, { code: 20429, message: 'Too Many Requests', more_info: 'https://www.twilio.com/docs/errors/20429', status: 429 }, fault.retryAfter);
    }
    response.writeHead(fault?.answer ?? 500, { 'content-type': 'text/html', ...(fault !== undefined && 'retryAfter' in fault ? { 'retry-after': fault.retryAfter } : {}) }).end('<h1>Something went wrong</h1>');
  }

  async function accept(request: IncomingMessage, body: string): Promise<{ status: number; json: object }> {
    const refuse = (status: number, code: number, message: string): { status: number; json: object } => {
      refused.push({ status, reason: message });
      return { status, json: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status } };
    };
    const basic = `Basic ${Buffer.from(`${account.accountSid}:${account.authToken}`).toString('base64')}`;
    if (request.headers.authorization !== basic) return refuse(401, 20003, `Authenticate: ${Buffer.from(request.headers.authorization?.slice(6) ?? '', 'base64').toString()} is not known`);
    const form = new URLSearchParams(body);
    const refusal = refusals.get(form.get('To') ?? '');
    if (refusal !== undefined) return refuse(refusal.status, refusal.code, refusal.message);
    const [, room] = new RegExp(`^/2010-04-01/Accounts/${account.accountSid}/(Messages|Calls)\\.json$`).exec(request.url ?? '') ?? [];
    const { host: _host, connection: _connection, 'transfer-encoding': _encoding, ...headers } = request.headers;
    const checked = await fetch(`${prism.url}${request.url}`, { method: request.method ?? 'POST', headers: headers as Record<string, string>, ...(body === '' ? {} : { body }) });
    const json = await checked.json() as Record<string, unknown>;
    if (checked.status !== 201 || room === undefined) return refuse(checked.status === 201 ? 404 : checked.status, 20001, checked.headers.get('sl-violations') ?? JSON.stringify(json));
    return { status: 201, json: { ...json, ...remember(room, form), account_sid: account.accountSid } };
  }

  /** Returns what of the answer is not the example's. */
  function remember(room: string, form: URLSearchParams): object {
    const callback = form.get('StatusCallback');
    const named = { to: form.get('To') ?? '', from: form.get('From') ?? '' };
    const accepted: Accepted = {
      ...named, form, sid: `${room === 'Calls' ? 'CA' : 'SM'}${randomBytes(16).toString('hex')}`,
      deliveryKey: callback === null ? null : new URL(callback).searchParams.get('delivery'),
    };
    if (room === 'Calls') calls.push({ ...accepted, twiml: form.get('Twiml') ?? '' });
    else texts.push({ ...accepted, body: form.get('Body') ?? '' });
    return { sid: accepted.sid, ...named, status: 'queued', ...(room === 'Calls' ? { duration: null } : { body: form.get('Body'), num_segments: String(new SegmentedMessage(form.get('Body') ?? '').segmentsCount) }) };
  }

  async function post(url: string, params: Readonly<Record<string, string>>): Promise<{ status: number; body: string }> {
    const [publicBase, base] = [...routes].find(([from]) => url.startsWith(from)) ?? ['', ''];
    const answered = await fetch(`${base}${url.slice(publicBase.length)}`, {
      method: 'POST', body: new URLSearchParams(params).toString(), redirect: 'manual',
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8', 'user-agent': 'TwilioProxy/1.1', 'x-twilio-signature': signatureOf(account.authToken, url, params) },
    });
    return { status: answered.status, body: await answered.text() };
  }

  const common = { AccountSid: account.accountSid, ApiVersion: '2010-04-01' };

  async function play(call: PlacedCall, { presses = [], ending }: Person): Promise<PlayedCall> {
    const about = { ...common, CallSid: call.sid, From: call.from, To: call.to, Caller: call.from, Called: call.to, Direction: 'outbound-api' };
    const reported: Record<string, number> = {};
    const wanted = call.form.getAll('StatusCallbackEvent');
    const callback = call.form.get('StatusCallback');
    const report = async (event: string, status: string, more: Readonly<Record<string, string>> = {}): Promise<void> => {
      if (callback === null || !wanted.includes(event)) return;
      const params = { ...about, ...more, CallStatus: status, CallbackSource: 'call-progress-events', SequenceNumber: String(Object.keys(reported).length), Timestamp: new Date().toUTCString() };
      reported[status] = (await post(callback, params)).status;
    };
    const said: string[] = [];
    const pressed: string[] = [];
    const listen = (verbs: readonly Verb[]): void => { said.push(...verbs.filter(({ name }) => name === 'Say').map((verb) => verb.text)); };
    const run = async (verbs: readonly Verb[]): Promise<void> => {
      for (const verb of verbs) {
        if (verb.name === 'Hangup') return;
        listen(verb.name === 'Gather' ? verb.children : [verb]);
        const key = verb.name === 'Gather' ? presses[gathers++] ?? null : null;
        if (key === null) continue;
        pressed.push(key);
        const { action = '' } = verb.attributes;
        const next = await post(action, { ...about, CallStatus: 'in-progress', Digits: key, FinishedOnKey: '', msg: 'Gather End' });
        // What the action answers is heard instead of the rest.
        if (next.status !== 200) { said.push(APPLICATION_ERROR); return; }
        return run(readTwiml(next.body));
      }
    };
    let gathers = 0;
    const verbs = readTwiml(call.twiml);
    await report('initiated', 'initiated');
    await report('ringing', 'ringing');
    if (ending === undefined) {
      await report('answered', 'in-progress');
      await run(verbs);
    }
    await report('completed', ending ?? 'completed', ending === undefined ? { CallDuration: '21', Duration: '1' } : { CallDuration: '0' });
    return { said, pressed, reported };
  }

  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    ...account, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, texts, calls, refused,
    requests: () => requests,
    fail(fault, times = 1) { faults.push({ fault, left: times }); },
    mend() { faults = []; },
    dropAll() { server.closeAllConnections(); },
    refuse(number, refusal) { if (refusal === undefined) refusals.delete(number); else refusals.set(number, refusal); },
    route(publicBase, base) { routes.set(publicBase.replace(/\/+$/, ''), base.replace(/\/+$/, '')); },
    async report(sent, status, errorCode) {
      const callback = sent.form.get('StatusCallback');
      if (callback === null) throw new Error('the message asks for no status callback');
      const params = { ...common, MessageSid: sent.sid, SmsSid: sent.sid, From: sent.from, To: sent.to, MessageStatus: status, SmsStatus: status, ...(errorCode === undefined ? {} : { ErrorCode: errorCode }) };
      return (await post(callback, params)).status;
    },
    async reply(url, from, body) {
      const sid = `SM${randomBytes(16).toString('hex')}`;
      const { status, body: twiml } = await post(url, { ...common, MessageSid: sid, SmsSid: sid, SmsMessageSid: sid, From: from, To: account.from, Body: body, NumMedia: '0', NumSegments: '1', SmsStatus: 'received' });
      return { status, texts: status === 200 ? readTwiml(twiml).map((verb) => verb.text) : [] };
    },
    play,
    async close() {
      const closed = new Promise((resolve) => { server.close(resolve); });
      server.closeAllConnections();
      await closed;
      await prism.close();
    },
  };
}

/** What a person hears when Watchpost answers a key with anything but TwiML. */
export const APPLICATION_ERROR = 'We are sorry, an application error has occurred. Goodbye.';

function send(response: ServerResponse, status: number, json: object, retryAfter?: string): void {
  response.writeHead(status, { 'content-type': 'application/json', ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }) }).end(JSON.stringify(json));
}

async function startPrism(specPath: string): Promise<{ url: string; close(): Promise<void> }> {
  // Loaded when needed: it takes a second.
  const [{ createServer: createPrism }, { getHttpOperationsFromSpec }, { createLogger }] = await Promise.all([
    import('@stoplight/prism-http-server'), import('@stoplight/prism-cli/dist/operations.js'), import('@stoplight/prism-core'),
  ]);
  const prism = createPrism(await getHttpOperationsFromSpec(specPath), {
    components: { logger: createLogger('twilio', { enabled: false }) as never },
    cors: false,
    config: { mock: { dynamic: false }, validateRequest: true, validateResponse: true, checkSecurity: true, errors: false, isProxy: false, upstreamProxy: undefined },
  });
  const url = await prism.listen(0, '127.0.0.1');
  return { url, close: () => prism.close() };
}
