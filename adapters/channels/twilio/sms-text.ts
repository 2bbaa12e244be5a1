/**
 * A message as a text message of at most two segments. Pure.
 * The sentence, what to answer, the link; what has no room is cut from the least important: names first, never the time,
 * the line that says what to answer, or the link, because half a link opens nothing.
 */
import type { AlertMessage, DigestMessage, Message } from '../../../activities/ports/channel.ts';
import { CALLING_TELLINGS } from '../../../contracts/delivery.ts';
import { tellingWords } from '../telling-words.ts';
import { inGsm7, isGsm7, segmentsOf } from './gsm7.ts';

/** Longer ones are charged as more, and arrive in pieces on old telephones. */
export const MAX_SEGMENTS = 2;
/** More characters than that never fit, so nobody needs to count their segments. */
const ROOM = { gsm7: 306, ucs2: 134 };
/** Fewer letters of a name tell no camera from another. */
const SHORTEST_NAME = 3;

/** The keys of contracts/response.ts REPLIES. */
export const REPLY_LINE = 'Reply 1 = I take charge, 2 = false alarm';

/** `answerable`: replies reach us, because the operator gave a public URL. */
export function smsText(message: Message, { answerable }: { readonly answerable: boolean }): string {
  if (message.about === 'incident') return alertSms(message, answerable);
  if (message.about === 'digest') return digestSms(message);
  const [, camera = ''] = (message.about === 'notice' ? message.facts.find(([name]) => name === 'Camera') : undefined) ?? [];
  return fitting([message.sentence, ...shorterNames(message.sentence, camera), ...shorter(message.sentence)]);
}

function alertSms(message: AlertMessage, answerable: boolean): string {
  const { telling, link } = message;
  const asks = answerable && CALLING_TELLINGS.includes(telling) ? [REPLY_LINE] : [];
  const sentences = [...alertSentences(message)].map((sentence) => tellingWords(telling) + sentence);
  // A link that leaves no room for the time is longer than any of ours.
  return fitting(sentences, [...asks, ...(link === null ? [] : [link])]) || fitting(sentences, asks);
}

/** From the whole sentence to the bare time. It ends as activities/alert-message.ts has it: `..., 02:14, camera Back door`. */
function* alertSentences({ sentence, deviceName, deviceId, localTime }: AlertMessage): Generator<string> {
  const time = localTime.slice(11, 16);
  const end = `, ${time}, camera ${deviceName}`;
  const seen = sentence.endsWith(end) ? sentence.slice(0, -end.length) : sentence;
  yield sentence;
  if (seen !== sentence) {
    yield* shorterNames(sentence, deviceName);
    // An id is of letters that every text message has.
    if (!isGsm7(inGsm7(deviceName))) yield `${seen}, ${time}, camera ${deviceId}`;
    yield `${seen}, ${time}`;
  }
  for (const shortened of shorter(seen)) yield `${shortened}, ${time}`;
  yield time;
}

/** As many of the things that were held back as have room, with the number of the others. */
function digestSms({ sentence, entries, left }: DigestMessage): string {
  const told = entries.map((_, n) => entries.slice(0, entries.length - n)).map((shown) => {
    const others = entries.length - shown.length + left;
    return [sentence, ...shown.map((entry) => `- ${entry.sentence}`), ...(others === 0 ? [] : [`and ${others} more`])].join('\n');
  });
  return fitting([...told, sentence, ...shorter(sentence)]);
}

/** The first that has room above these lines; empty when none has. */
function fitting(sentences: Iterable<string>, below: readonly string[] = []): string {
  for (const sentence of sentences) {
    const text = [inGsm7(sentence), ...below].join('\n');
    if (text.length <= (isGsm7(text) ? ROOM.gsm7 : ROOM.ucs2) && segmentsOf(text) <= MAX_SEGMENTS) return text;
  }
  return '';
}

/** With less and less of the name. */
function* shorterNames(sentence: string, name: string): Generator<string> {
  const at = name === '' ? -1 : sentence.lastIndexOf(name);
  if (at < 0) return;
  for (const shortened of shorter(name, SHORTEST_NAME)) yield sentence.slice(0, at) + shortened + sentence.slice(at + name.length);
}

/** With one character less each time, as people count characters: a letter with its accents is one, so is a flag. */
function* shorter(text: string, shortest = 1): Generator<string> {
  const characters = [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)].map(({ segment }) => segment);
  for (let kept = characters.length - 1; kept >= shortest; kept -= 1) yield `${characters.slice(0, kept).join('').trimEnd()}…`;
}
