/**
 * The way to Twilio that both channels share: its own client, on connections of ours.
 *
 * Its built-in HTTP client cannot be cut off, and hides whether a request went out at all; so the client is given one on
 * undici. A request is made once: repeats are the outbox's, which counts them.
 *
 * Twilio knows no idempotency key. A try that breaks off after the request went out may have been taken, and says so
 * (`mayHaveArrived`). With a public URL every message carries a status callback that names its delivery: the first one
 * usually comes within seconds of the message being taken, and then the outbox sends no repeat. So a double is possible only
 * when the answer is lost AND the next try begins before that callback is in, and each one is counted as uncertain.
 * Without a public URL every lost answer leaves that window.
 */
import { Readable } from 'node:stream';
import twilio from 'twilio';
import { Agent, request } from 'undici';
import type { Cost, Receipt } from '../../../activities/ports/channel.ts';
import { Failure } from '../../../contracts/failures.ts';
import { SendFailure, withoutSecrets } from '../send-failure.ts';
import { twilioFailureOf } from './twilio-failure.ts';

export interface TwilioOptions {
  readonly accountSid: string;
  readonly authToken: string;
  /** The number that messages and calls come from. */
  readonly from: string;
  /** Without it https://api.twilio.com. */
  readonly baseUrl?: string;
  /** Public URL of Watchpost; null when the operator gave none, so that Twilio cannot call us back. */
  readonly callbackBase: string | null;
  /** Of a segment, or of a call. */
  readonly price?: Cost;
  /** How long one request may take. */
  readonly limitMs?: number;
}

export interface TwilioLine {
  /** Throws nothing but `SendFailure`s for what goes wrong with the exchange. After `signal` aborts nothing more leaves the process. */
  client(signal: AbortSignal | undefined): twilio.Twilio;
  close(): void;
}

/** Far above what Twilio takes (under a second) and well below the claim of a delivery, so that a Twilio that hangs is known as one. */
const LIMIT_MS = 30_000;
/** A host that takes no connection in this time is away; the next try may find another behind the same name. */
const CONNECT_LIMIT_MS = 10_000;
/** Bursts come from one process at a time; Twilio answers 429 to an account with too many requests at once. */
const CONNECTIONS = 10;
/** An answer of Twilio has two kilobytes. */
const ANSWER_LIMIT_BYTES = 1_048_576;

type Asked = Parameters<twilio.RequestClient['request']>[0];

/** Throws `setting_invalid`; does not connect. */
export function openTwilioLine({ accountSid, authToken, from, baseUrl, limitMs = LIMIT_MS }: TwilioOptions): TwilioLine {
  if (!/^AC[0-9a-f]{32}$/i.test(accountSid)) throw new Failure('setting_invalid', 'TWILIO_ACCOUNT_SID must be AC and 32 hexadecimal digits');
  if (authToken === '' || from === '') throw new Failure('setting_invalid', 'TWILIO_AUTH_TOKEN and TWILIO_FROM are needed with TWILIO_ACCOUNT_SID');
  const base = baseUrl?.replace(/\/+$/, '');
  const basic = Buffer.from(`${accountSid}:${authToken}`).toString('base64');
  const secrets = [authToken, basic];
  const agent = new Agent({
    connections: CONNECTIONS, connectTimeout: CONNECT_LIMIT_MS, headersTimeout: limitMs, bodyTimeout: limitMs, maxResponseSize: ANSWER_LIMIT_BYTES,
  });

  async function exchange({ method = 'post', uri = '', headers, data }: Partial<Asked>, signal: AbortSignal | undefined): Promise<unknown> {
    const limit = AbortSignal.any([AbortSignal.timeout(limitMs), ...(signal === undefined ? [] : [signal])]);
    const form = Buffer.from(formOf((data ?? {}) as Form));
    let handedOver = false;
    // Asked for once there is a connection to write to: what broke before cannot have arrived.
    const body = Readable.from((function* () { handedOver = true; yield form; })());
    try {
      limit.throwIfAborted();
      const answer = await request(atHost(uri, base), {
        dispatcher: agent, method: method.toUpperCase() as 'POST', signal: limit,
        headers: { ...(headers as Record<string, string>), authorization: `Basic ${basic}`, 'content-length': String(form.length) }, body,
      });
      const retryAfter = answer.headers['retry-after'];
      const text = await answer.body.text();
      if (answer.statusCode < 200 || answer.statusCode >= 300) {
        throw twilioFailureOf({ status: answer.statusCode, body: text, retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter }, secrets);
      }
      return { statusCode: answer.statusCode, body: taken(text), headers: answer.headers };
    } catch (error) {
      if (error instanceof SendFailure) throw error;
      const { message, code, name } = error as NodeJS.ErrnoException;
      const detail = limit.aborted ? 'cut off: Twilio took longer than a send may take' : withoutSecrets(message || code || name, secrets);
      throw new SendFailure('provider_unavailable', detail, { mayHaveArrived: handedOver });
    }
  }

  return {
    client(signal) {
      const httpClient = { request: (asked: Asked) => exchange(asked, signal) } as unknown as twilio.RequestClient;
      // Empty, because the client would read them from the environment, and then call another host or print requests.
      const client = twilio(accountSid, authToken, { httpClient, autoRetry: false, edge: '', region: '', logLevel: '' });
      if (base !== undefined) client.api.baseUrl = base;
      return client;
    },
    close: () => void agent.close(),
  };
}

/** The client takes the parts of a long host name for regions of its own and drops some. */
function atHost(uri: string, base: string | undefined): URL {
  const url = new URL(uri);
  if (base !== undefined) url.host = new URL(base).host;
  return url;
}

/** What reaches a telephone: to the client it could also be a name on some other network. Throws `recipient_refused`. */
export function requireNumber(to: string): string {
  if (!/^\+[1-9]\d{6,14}$/.test(to)) throw new SendFailure('recipient_refused', 'the address of the contact is not a telephone number such as +491701234567');
  return to;
}

/** `units`: segments, or calls. */
export function receiptOf({ sid, status }: { readonly sid: string; readonly status: string }, units: number, { price }: TwilioOptions): Receipt {
  if (!sid) throw takenWithoutName();
  return { provider: 'twilio', providerId: sid, answer: status, units, cost: price === undefined ? null : { micros: price.micros * units, currency: price.currency } };
}

/** Who says yes without saying to what: the message may well be on its way. */
const takenWithoutName = (): SendFailure => new SendFailure('provider_unavailable', 'taken, but the answer does not say under which id', { mayHaveArrived: true });

function taken(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw takenWithoutName();
  }
}

type Form = Readonly<Record<string, unknown>>;

/** What is given several times is repeated, which is how Twilio reads lists. */
function formOf(data: Form): string {
  const fields = Object.entries(data).flatMap(([name, value]) => [value].flat().map((each): [string, unknown] => [name, each]));
  return new URLSearchParams(fields.filter(([, value]) => value !== undefined && value !== null).map(([name, value]): [string, string] => [name, String(value)])).toString();
}
