/**
 * What an error of the SMTP client means for the message, in one place.
 * 4yz and 5yz as RFC 5321, 4.2.1 has them; where the reply belongs to, as nodemailer's error codes say.
 */
import type { NodemailerError } from 'nodemailer';
import type { FailureCode } from '../../../contracts/failures.ts';
import { SendFailure, withoutSecrets } from '../send-failure.ts';

/** Replies that ask for credentials or refuse them, whatever command they answer (RFC 4954, 6). */
const AUTH_REPLIES = new Set([530, 534, 535, 538]);

/** `handedOver`: the server was given the whole message. `secrets`: what must not come back out of an answer. */
export function smtpFailureOf(error: unknown, handedOver: boolean, secrets: readonly string[]): SendFailure {
  const { code, responseCode, permanent, command, message } = error as Partial<NodemailerError> & Error;
  const detail = withoutSecrets(code === 'EABORT' ? 'cut off: the server took longer than a send may take' : message, secrets);
  if (responseCode) return new SendFailure(permanent ? refusalOf(code, responseCode, command) : 'provider_unavailable', detail);
  // Without a reply the client itself said no, before anything was sent ...
  if (code === 'EAUTH' || code === 'ENOAUTH') return new SendFailure('provider_auth_failed', detail);
  if (code === 'EENVELOPE') return new SendFailure('recipient_refused', detail);
  if (code === 'EMESSAGE') return new SendFailure('message_refused', detail);
  // ... or the line, the name, the certificate or the clock: all of them may be well again at the next try.
  return new SendFailure('provider_unavailable', detail, { mayHaveArrived: handedOver });
}

function refusalOf(code: string | undefined, responseCode: number, command: string | undefined): FailureCode {
  if (code === 'EAUTH' || AUTH_REPLIES.has(responseCode)) return 'provider_auth_failed';
  if (code === 'EENVELOPE') return command === 'RCPT TO' ? 'recipient_refused' : 'message_refused';
  if (code === 'EMESSAGE') return 'message_refused';
  // A greeting of 554 or a goodbye speaks of us and the server, not of this message: it waits.
  return 'provider_unavailable';
}
