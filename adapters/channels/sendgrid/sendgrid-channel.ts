/** Alerts by mail through SendGrid: its own library writes the request, ours sends it, because theirs cannot be cut off and does not tell how far it came. */
import { Client } from '@sendgrid/client';
import type { ClientRequest } from '@sendgrid/client/src/request.js';
import { MailService } from '@sendgrid/mail';
import type { MailDataRequired } from '@sendgrid/mail';
import type { ClosableChannel } from '../../../activities/ports/channel.ts';
import { Failure } from '../../../contracts/failures.ts';
import { failureOfSilence } from '../answer-failure.ts';
import { emailOf, parseSender } from '../email/email-message.ts';
import { createPoster } from '../post-json.ts';
import type { PostTimeouts } from '../post-json.ts';
import { sendgridFailureOf } from './sendgrid-failure.ts';
import { sendgridMailOf } from './sendgrid-mail.ts';

export interface SendgridOptions {
  /** SENDGRID_API_KEY. */
  readonly apiKey: string;
  /** SENDGRID_BASE_URL, without a slash at its end. */
  readonly baseUrl?: string;
  /** `Watchpost <alerts@example.com>`; SendGrid must know the address as a sender of the account. */
  readonly from: string;
  readonly timeouts?: Partial<PostTimeouts>;
}

const BASE_URL = 'https://api.sendgrid.com';

/** Throws `setting_invalid` for an impossible key or sender; does not connect. */
export function createSendgridChannel({ apiKey, baseUrl = BASE_URL, from, timeouts }: SendgridOptions): ClosableChannel {
  const sender = parseSender(from);
  // Copied out of a page it may end in a space or hold a letter that no header can; it is never repeated.
  if (!/^[\x21-\x7e]+$/.test(apiKey)) throw new Failure('setting_invalid', 'SENDGRID_API_KEY holds spaces or letters that no key has');
  const poster = createPoster(timeouts);

  return {
    async send(message, deliveryKey, signal) {
      const email = emailOf(message, deliveryKey, sender);
      const { url, body, headers } = await requestOf(sendgridMailOf(email, deliveryKey), apiKey);
      const answer = await poster.post(baseUrl + url, body, headers, signal).catch((error) => { throw failureOfSilence(error); });
      if (answer.status < 200 || answer.status > 299) throw sendgridFailureOf(answer, [apiKey]);
      const { 'x-message-id': id } = answer.headers;
      return { provider: 'sendgrid', providerId: typeof id === 'string' && id !== '' ? id : email.messageId, answer: `${answer.status} accepted`, units: null, cost: null };
    },
    close: () => poster.close(),
  };
}

/** What the library would send, written and checked by it. */
async function requestOf(mail: MailDataRequired, apiKey: string): Promise<{ url: string; body: unknown; headers: Record<string, string> }> {
  const client = new Client();
  // Not by `setApiKey`, which writes to the terminal when a key looks unlike those of today.
  client.setDefaultHeader('Authorization', `Bearer ${apiKey}`);
  let written: ClientRequest | undefined;
  client.request = async (request) => {
    written = request;
    return [{ statusCode: 0, body: {}, headers: {} }, {}];
  };
  const service = new MailService();
  service.setClient(client);
  await service.send(mail);
  if (written === undefined) throw new Error('the library of SendGrid has written no request');
  return { url: written.url, body: written.body, headers: client.createHeaders({ ...written.headers }) };
}
