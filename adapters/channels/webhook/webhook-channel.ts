/**
 * Messages to programs over HTTP, signed as Standard Webhooks has it: one POST, cut off on time, every answer turned into
 * one of our failures. No failure leaves a doubt that would count: the receiver knows a repeat by its `webhook-id`.
 */
import { createHash } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { Webhook } from 'standardwebhooks';
import { Agent, request } from 'undici';
import type { Dispatcher } from 'undici';
import type { ClosableChannel, Receipt } from '../../../activities/ports/channel.ts';
import { failureIn } from '../../../contracts/failures.ts';
import { instantFromDate } from '../../../contracts/time.ts';
import { SendFailure, withoutSecrets } from '../send-failure.ts';
import { guardedConnector } from './address-guard.ts';
import type { Resolve } from './address-guard.ts';
import { answerWords, failureOf } from './webhook-answer.ts';
import { webhookBody } from './webhook-body.ts';

export interface WebhookOptions {
  /** Of the endpoint of a contact: `whsec_` and base64 of 24 to 64 bytes. */
  readonly secretOf: (contactId: string) => string;
  /** CIDR. Private networks that endpoints may lie in; without any only public addresses are called. */
  readonly allowedNetworks: readonly string[];
  /** PEM of an authority to trust besides the known ones, for endpoints with certificates of their own. */
  readonly authority?: string;
  readonly timeouts?: Partial<WebhookTimeouts>;
  /** How names become addresses; by default as on the rest of this machine. */
  readonly resolve?: Resolve;
}

export interface WebhookTimeouts {
  /** For everything: name look-up, connection, TLS, request and answer. */
  readonly sendMs: number;
}

/** Standard Webhooks asks for 15 to 30 s: an endpoint that works before it answers gets by, one that hangs holds up nobody else. */
const TIMEOUTS: WebhookTimeouts = { sendMs: 20_000 };
/** Of an answer: enough for the reason, and no endpoint can fill our memory. */
const ANSWER_LIMIT_BYTES = 2_048;
/** To one endpoint: a storm of messages shall not look like an attack on it. */
const CONNECTIONS = 4;
/** A storm is served over the same lines; shorter than the minute after which proxies commonly cut them. */
const IDLE_MS = 10_000;

/** Does not connect. Throws for a network that is none. */
export function createWebhookChannel({ secretOf, allowedNetworks, authority, timeouts, resolve }: WebhookOptions): ClosableChannel {
  const { sendMs } = { ...TIMEOUTS, ...timeouts };
  const connect = guardedConnector({ allowedNetworks, ...(resolve ? { resolve } : {}) }, {
    timeout: sendMs, ...(authority === undefined ? {} : { ca: [...rootCertificates, authority] }),
  });
  const agent = new Agent({ connect, connections: CONNECTIONS, pipelining: 1, keepAliveTimeout: IDLE_MS, headersTimeout: sendMs, bodyTimeout: sendMs });

  return {
    async send(message, deliveryKey, signal): Promise<Receipt> {
      const url = endpointOf(message.to);
      const secret = secretOf(message.contactId);
      const now = new Date();
      const body = webhookBody(message, instantFromDate(now));
      const id = webhookIdOf(deliveryKey);
      // Before anything that is taken for the endpoint's failure: a secret that is none is a defect of ours.
      const signature = new Webhook(secret).sign(id, now, body);
      const untilThen = AbortSignal.any([AbortSignal.timeout(sendMs), ...(signal ? [signal] : [])]);
      try {
        const { statusCode: status, headers, body: content } = await request(url, {
          // POST is never followed elsewhere: undici does that only where it is told to.
          dispatcher: agent, method: 'POST', body, signal: untilThen,
          headers: {
            'content-type': 'application/json', 'user-agent': 'Watchpost',
            'webhook-id': id, 'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)), 'webhook-signature': signature,
          },
        });
        // A receiver that echoes what it knows shall not bring its secret into our logs.
        const text = withoutSecrets(await beginningOf(content), [secret, secret.replace(/^whsec_/, '')]);
        const failure = failureOf({ status, text, retryAfter: one(headers['retry-after']), location: one(headers['location']) }, Date.now());
        if (failure !== undefined) throw failure;
        return { provider: 'webhook', providerId: id, answer: answerWords({ status, text }), units: null, cost: null };
      } catch (error) {
        throw sendFailureOf(error, untilThen);
      }
    },
    close: () => void agent.close(),
  };
}

/** The same at every try, never that of another message. A digest, because the signature joins id, time and body by dots: an id that held one could be read in two ways. */
export const webhookIdOf = (deliveryKey: string): string => `msg_${createHash('sha256').update(deliveryKey).digest('hex').slice(0, 40)}`;

/** Throws `recipient_refused` for what HTTP cannot reach, and for user and password, which would not be sent: the signature says who we are. */
function endpointOf(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new SendFailure('recipient_refused', 'the address of the contact is not an http or https URL without user and password');
  }
  return url;
}

/** Never fails: the status is said by then, and what follows it is only for people to read. */
async function beginningOf(content: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of content as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= ANSWER_LIMIT_BYTES) break;
    }
  } catch { /* The line broke in the middle of it. */ }
  return Buffer.concat(chunks).subarray(0, ANSWER_LIMIT_BYTES).toString();
}

/** Line, name, certificate or clock: all of them may be well again at the next try. */
function sendFailureOf(error: unknown, signal: AbortSignal): SendFailure {
  const failure = failureIn(error);
  if (failure instanceof SendFailure) return failure;
  return new SendFailure('provider_unavailable', signal.aborted ? 'cut off: the endpoint took longer than a send may take' : wordsOf(error));
}

/** A name with several addresses fails with an error for each of them, and no words of its own. */
function wordsOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(wordsOf).join('; ');
  return error instanceof Error ? error.message || error.name : String(error);
}

const one = (header: string | string[] | undefined): string | undefined => (Array.isArray(header) ? header[0] : header);
