/** The two bodies of an alert mail: plain text, and HTML. Pure. */
import type { AlertMessage, Reason } from '../../../activities/ports/channel.ts';
import { CALLING_TELLINGS } from '../../../contracts/delivery.ts';
import type { ResponseKind } from '../../../contracts/response.ts';
import { clauseNumber } from '../../../contracts/verdict.ts';
import { tellingWords } from '../telling-words.ts';
import { STYLE, buttonRow, escapeHtml, htmlPage, plainRows } from './email-page.ts';

/** What can be answered from a mail, and how the button says it. */
const ANSWERS: readonly (readonly [kind: ResponseKind, words: string])[] = [
  ['acknowledge', 'I take charge'], ['false_alarm', 'False alarm'], ['known', 'I know this'],
];
/** A button that acted by itself would be pressed by every scanner that looks through mails for bad links. */
const ANSWER_NOTE = 'A button opens a page; your answer counts once you confirm it there.';
/** A rule may ask for hundreds of things; whoever wants them all opens the incident. */
const REASONS_TOLD = 8;

/** The sentence, after a word on what has become of the incident. */
export const spokenSentence = ({ telling, sentence }: AlertMessage): string => `${tellingWords(telling)}${sentence}`;

export function plainBody(message: AlertMessage): string {
  const { frame, incidentId } = message;
  return [spokenSentence(message), '', ...plainAnswers(message), '', ...plainRows(factsOf(message)), '', pictureLine(message), '',
    `Frame ${frame.tag ?? frame.frameId}`, `Incident ${incidentId}`, ''].join('\n');
}

function plainAnswers(message: AlertMessage): string[] {
  if (message.link === null) return [commandLine(message)];
  if (!asks(message)) return [`Open the incident: ${message.link}`];
  return [`Open this page and press ${ANSWERS.map(([, words]) => `"${words}"`).join(', ').replace(/, (?=[^,]*$)/, ' or ')} there:`, message.link];
}

/** `pictureCid` is the Content-ID of the inline picture; null without one. */
export function htmlBody(message: AlertMessage, pictureCid: string | null): string {
  const { severity, rule, frame, incidentId, picture } = message;
  return htmlPage({
    sentence: spokenSentence(message), badge: severity === 'high' || severity === 'critical' ? `ALERT: ${severity.toUpperCase()}` : 'ALERT', beside: `Rule ${rule.ruleId}`, accent: 'red',
    above: `${pictureRow(pictureCid === null || !('jpeg' in picture) ? `<p class="quiet" style="${STYLE.note}">${escapeHtml(pictureLine(message))}</p>`
      : `<img src="cid:${pictureCid}" alt="${escapeHtml(picture.description)}" width="552" style="${STYLE.picture}">`)}${htmlAnswers(message)}`,
    rows: factsOf(message), below: '',
    foot: [`Frame ${frame.tag ?? frame.frameId}`, `Incident ${incidentId}`],
  });
}

const pictureRow = (html: string): string => `
      <tr><td class="side" style="padding:0 24px">${html}</td></tr>`;

function htmlAnswers(message: AlertMessage): string {
  const { link } = message;
  if (link === null) return buttonRow([], commandLine(message));
  if (!asks(message)) return buttonRow([{ words: 'Open the incident', href: link, isFirst: true }], '');
  // The part behind # stays with the browser: the link is signed as it is, and the page leads to the answer that was meant.
  return buttonRow(ANSWERS.map(([kind, words], index) => ({ words, href: `${link}#${kind}`, isFirst: index === 0 })), ANSWER_NOTE);
}

const asks = ({ telling }: AlertMessage): boolean => CALLING_TELLINGS.includes(telling);

/** For a plant that has no public address. */
const commandLine = (message: AlertMessage): string => `${asks(message) ? 'To take charge' : 'To see it'}: watchpost incidents ${asks(message) ? 'ack' : 'show'} ${message.incidentId}`;

/** As the page of the incident tells them too, which has room for all reasons. */
export function factsOf(
  { localTime, timeZone, deviceName, rule, reasons }: Pick<AlertMessage, 'localTime' | 'timeZone' | 'deviceName' | 'rule' | 'reasons'>, mostReasons = REASONS_TOLD,
): [name: string, text: string][] {
  const left = reasons.length - mostReasons;
  return [
    ['When', `${localTime} (${timeZone})`],
    ['Camera', deviceName],
    ['Rule', rule.text === '' ? rule.ruleId : `${rule.ruleId}: ${rule.text}`],
    ...reasons.slice(0, mostReasons).map((reason): [string, string] => ['Why', reasonLine(reason)]),
    ...(left > 0 ? [['Why', `${left} more conditions`] as [string, string]] : []),
  ];
}

/** `person with probability > 80%: 87 % (clause 2)`; a rule that is one condition needs no number. */
function reasonLine({ path, asked, found }: Reason): string {
  const number = clauseNumber(path);
  return `${found === null ? asked : `${asked}: ${found}`}${number === '' ? '' : ` (clause ${number})`}`;
}

const pictureLine = ({ picture }: AlertMessage): string => ('jpeg' in picture ? `${picture.description} (attached)` : `No picture: ${picture.missing}`);
