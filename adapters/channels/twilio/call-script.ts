/**
 * What is heard when the telephone is picked up: as TwiML for Twilio, and line by line for people who look at it. Pure.
 * It is said twice, because whoever was woken by it misses the first time.
 */
import twilio from 'twilio';
import type { Message } from '../../../activities/ports/channel.ts';
import { CALLING_TELLINGS } from '../../../contracts/delivery.ts';
import { tellingWords } from '../telling-words.ts';
import { plainWords } from './spoken-words.ts';

export interface CallScript {
  readonly twiml: string;
  /** What is heard, and in brackets what the call waits for. */
  readonly lines: readonly string[];
}

/** The keys of contracts/response.ts KEYPRESSES. */
const PRESS_LINE = 'Press 4 if you take charge, 6 if it is a false alarm.';
/** Long enough to take the telephone from the ear and find the key. */
const KEY_WAIT_SECONDS = 8;

/** A voice that can be slowed down: the default one of Twilio cannot. */
const VOICE = { voice: 'Polly.Joanna', language: 'en-US' } as const;
/** As one reads to somebody who takes notes. */
const PACE = { rate: '85%' } as const;

type Speaker = Pick<twilio.twiml.VoiceResponse, 'say' | 'pause'>;

/** `keypressUrl`: where a pressed key is sent to; null where Twilio cannot call us back. */
export function callScript(message: Message, keypressUrl: string | null): CallScript {
  const response = new twilio.twiml.VoiceResponse();
  // Until the telephone is at the ear.
  response.pause({ length: 1 });
  const [first, again] = [GREETING, 'Once more.'].map((beginning) => `${beginning} ${newsOf(message)}`) as [string, string];
  const asks = message.about === 'incident' && CALLING_TELLINGS.includes(message.telling);
  const lines: string[] = [];
  if (asks && keypressUrl !== null) {
    lines.push(...askForKey(response, keypressUrl, [first]), ...askForKey(response, keypressUrl, [again]), ...sayTo(response, 'No key was pressed. Goodbye.'));
  } else {
    const answer = asks ? [message.link === null ? 'More is in the text message or the mail.' : 'Please answer by the link in the text message or the mail.'] : [];
    lines.push(...sayTo(response, first, ...answer, again, ...answer, 'Goodbye.'));
  }
  response.hangup();
  return { twiml: response.toString(), lines };
}

/** What is said inside a gather can be cut short by the key. Returns what is heard. */
export function askForKey(response: twilio.twiml.VoiceResponse, keypressUrl: string, said: readonly string[]): string[] {
  const gather = response.gather({ numDigits: 1, timeout: KEY_WAIT_SECONDS, action: keypressUrl, method: 'POST' });
  return [...sayTo(gather, ...said, PRESS_LINE), `[waits ${KEY_WAIT_SECONDS} seconds for a key]`];
}

export function sayTo(speaker: Speaker, ...said: string[]): string[] {
  for (const line of said) {
    speaker.say(VOICE, '').prosody(PACE, line);
    speaker.pause({ length: 1 });
  }
  return said;
}

const GREETING = 'This is Watchpost.';

/** Without ids: nobody remembers one that was read aloud. */
function newsOf(message: Message): string {
  if (message.about !== 'incident') return plainWords(message.sentence);
  const { telling, sentence, rule } = message;
  return plainWords(tellingWords(telling) + sentence.replace(`Rule ${rule.ruleId} matched`, 'One of your rules matched'));
}
