/** What is told, as Nagios knows it: a service, a state and a line of text. Pure. */
import type { Message } from '../../../activities/ports/channel.ts';
import type { Severity } from '../../../contracts/severity.ts';
import { requireAddress } from '../address.ts';
import { SendFailure } from '../send-failure.ts';
import { tellingWords } from '../telling-words.ts';

/** OK, WARNING, CRITICAL. UNKNOWN (3) is what Nagios itself says of a service that nobody reports on. */
export type State = 0 | 1 | 2;

export interface ServiceState {
  readonly host: string;
  readonly service: string;
  readonly state: State;
  /** One line, without what Nagios reads as the end of a field. */
  readonly output: string;
}

const STATES: Readonly<Record<Severity, State>> = { low: 1, medium: 1, high: 2, critical: 2 };

/**
 * More than any sentence with its link has. Both ways are bound: NSCA by a field of 4096 bytes, the command file by the 4096 that a pipe
 * takes in one piece, of which host, service and the rest of the command need up to 300.
 */
const OUTPUT_LIMIT_BYTES = 3_500;

/** Throws `recipient_refused` for an address that names no service, `message_refused` for a digest: nothing of it is a state. */
export function serviceStateOf(message: Message): ServiceState {
  const [host, service] = addressOf(message.to);
  const { state, text } = told(message);
  return { host, service, state, output: cut(plain(text)) };
}

function told(message: Message): { state: State; text: string } {
  switch (message.about) {
    case 'incident': {
      const { telling, severity, sentence, link } = message;
      const state = telling === 'over' ? 0 : telling === 'taken' ? 1 : STATES[severity];
      return { state, text: `${tellingWords(telling)}${sentence}${link === null ? '' : ` ${link}`}` };
    }
    case 'notice': return { state: message.telling === 'well' ? 0 : 1, text: message.sentence };
    case 'digest': throw new SendFailure('message_refused', 'a digest is for people: Nagios shows states');
    // Something that is well, so that trying out a contact wakes nobody.
    case 'test': return { state: 0, text: `test: ${message.sentence}` };
  }
}

function addressOf(address: string): [host: string, service: string] {
  try {
    const [host = '', service = ''] = requireAddress('nagios', address).split('/');
    return [host, service];
  } catch {
    throw new SendFailure('recipient_refused', 'the address of the contact is not of the form host/service');
  }
}

/** `;` ends a field of a command, a line break the command itself, and from `|` on Nagios reads numbers. */
const plain = (text: string): string => text.replace(/[\p{Cc}\p{Cs}\u2028\u2029]+/gu, ' ').replaceAll(';', ',').replaceAll('|', '/').trim();

/** By characters, so that none is cut in half. */
function cut(text: string): string {
  if (Buffer.byteLength(text) <= OUTPUT_LIMIT_BYTES) return text;
  let kept = '';
  let size = 0;
  for (const character of text) {
    size += Buffer.byteLength(character);
    if (size > OUTPUT_LIMIT_BYTES - 3) break;
    kept += character;
  }
  return `${kept}…`;
}
