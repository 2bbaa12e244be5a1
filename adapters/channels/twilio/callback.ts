/**
 * What Twilio sends us, and what people hear or read in return: whether it is Twilio, what became of a message, and the TwiML
 * that answers a key or a reply. Pure; parameters are those of the form in the body, escaping is the library's.
 */
import twilio from 'twilio';
import type { Arrival } from '../../../contracts/delivery.ts';
import type { ResponseKind } from '../../../contracts/response.ts';
import { askForKey, sayTo } from './call-script.ts';
import { inGsm7, segmentsOf } from './gsm7.ts';
import { MAX_SEGMENTS, REPLY_LINE } from './sms-text.ts';
import { plainWords } from './spoken-words.ts';

export type CallbackParams = Readonly<Record<string, string | readonly string[]>>;

export interface SignedRequest {
  readonly authToken: string;
  /** As Twilio was given it: the public URL with path and query, whatever a proxy made of it. */
  readonly url: string;
  readonly params: CallbackParams;
  /** Header X-Twilio-Signature. */
  readonly signature: string | undefined;
}

/** Compared in constant time by the library. Without a token everybody could sign, so nobody is believed. */
export const isFromTwilio = ({ authToken, url, params, signature }: SignedRequest): boolean =>
  authToken !== '' && signature !== undefined && signature !== '' && twilio.validateRequest(authToken, signature, url, { ...params });

/** https://www.twilio.com/docs/messaging/api/message-resource#message-status-values; `receiving` and `received` are of texts to us and say nothing of ours. */
const OF_TEXTS: Readonly<Record<string, Arrival>> = {
  accepted: 'queued', scheduled: 'queued', queued: 'queued', sending: 'queued',
  sent: 'sent', delivered: 'arrived', read: 'arrived',
  undelivered: 'undelivered', failed: 'undelivered', canceled: 'undelivered',
};

/** https://www.twilio.com/docs/voice/api/call-resource#call-status-values; `initiated` is the word of the callback for a call that is being dialled. */
const OF_CALLS: Readonly<Record<string, Arrival>> = {
  queued: 'queued', initiated: 'queued', ringing: 'ringing', 'in-progress': 'answered', completed: 'completed',
  busy: 'busy', 'no-answer': 'no_answer', failed: 'undelivered', canceled: 'undelivered',
};

export interface ToldArrival {
  readonly arrival: Arrival;
  /** Id of the message or call at Twilio. */
  readonly providerId: string;
  /** Of Twilio's error dictionary; null without one. */
  readonly providerCode: string | null;
}

/** Undefined for a status that says nothing of a message of ours, or one that is not known yet. */
export function arrivalOf(params: CallbackParams): ToldArrival | undefined {
  const said = (name: string): string | undefined => [params[name]].flat().find((value) => value !== undefined && value !== '');
  const call = said('CallSid');
  const table = call === undefined ? OF_TEXTS : OF_CALLS;
  const status = call === undefined ? said('MessageStatus') ?? said('SmsStatus') : said('CallStatus');
  const providerId = call ?? said('MessageSid') ?? said('SmsSid');
  if (status === undefined || providerId === undefined || !Object.hasOwn(table, status)) return undefined;
  const code = said('ErrorCode');
  return { arrival: table[status] as Arrival, providerId, providerCode: code !== undefined && /^\d{1,6}$/.test(code) ? code : null };
}

/** `unclear`: no key or word that means something. `nothing_open`: no incident that waits for an answer. */
export type Heard = ResponseKind | 'unclear' | 'nothing_open';

const NOTED: Readonly<Record<Exclude<Heard, 'unclear'>, string>> = {
  acknowledge: 'Noted: you take charge',
  real: 'Noted: it is real and you take charge',
  resolve: 'Noted: it is dealt with',
  false_alarm: 'Noted: a false alarm',
  known: 'Noted: it is known',
  nothing_open: 'Nothing is waiting for an answer any more',
};

export interface Answering {
  readonly heard: Heard;
  /** What it was about, such as `Person, 02:14, camera Back door`; null where there is only one thing that it can be. */
  readonly about?: string | null;
  /** A sentence after it in the answer to a text; null for none. */
  readonly also?: string | null;
}

/** `keypressUrl`: where the next key goes after one that means nothing. The call itself ends in two minutes, so nobody is asked for ever. */
export function keypressResponse({ heard, about = null }: Answering, keypressUrl: string): string {
  const response = new twilio.twiml.VoiceResponse();
  if (heard === 'unclear') askForKey(response, keypressUrl, ['That key means nothing here.']);
  sayTo(response, heard === 'unclear' ? 'Goodbye.' : [`${NOTED[heard]}.`, ...(about === null ? [] : [plainWords(about)]), 'Goodbye.'].join(' '));
  response.hangup();
  return response.toString();
}

/** Null: nothing is answered, to strangers and to machines that would answer in turn. */
export function replyResponse(answering: Answering | null): string {
  const response = new twilio.twiml.MessagingResponse();
  if (answering !== null) response.message(replyTo(answering));
  return response.toString();
}

function replyTo({ heard, about = null, also = null }: Answering): string {
  if (heard === 'unclear') return `Not understood. ${REPLY_LINE}`;
  const more = also === null ? '' : ` ${also}`;
  const named = about === null ? '' : inGsm7(`${NOTED[heard]} (${about}).${more}`);
  return named !== '' && segmentsOf(named) <= MAX_SEGMENTS ? named : `${NOTED[heard]}.${more}`;
}
