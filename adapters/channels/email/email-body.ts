/** The two bodies of an alert mail: plain text, and HTML. Pure. */
import type { AlertMessage, Reason } from '../../../activities/ports/channel.ts';
import { STYLE, escapeHtml, htmlPage, plainRows } from './email-page.ts';

export function plainBody(message: AlertMessage): string {
  const { sentence, frame, incidentId, link } = message;
  const pages = link === null ? [] : ['', `Open the incident: ${link}`];
  return [sentence, '', ...plainRows(factsOf(message)), '', pictureLine(message), ...pages, '',
    `Frame ${frame.tag ?? frame.frameId}`, `Incident ${incidentId}`, ''].join('\n');
}

/** `pictureCid` is the Content-ID of the inline picture; null without one. */
export function htmlBody(message: AlertMessage, pictureCid: string | null): string {
  const { sentence, severity, rule, frame, incidentId, link, picture } = message;
  return htmlPage({
    sentence, badge: severity === 'high' || severity === 'critical' ? `ALERT: ${severity.toUpperCase()}` : 'ALERT', beside: `Rule ${rule.ruleId}`, accent: 'red',
    picture: pictureCid === null || !('jpeg' in picture) ? `<p class="quiet" style="${STYLE.note}">${escapeHtml(pictureLine(message))}</p>`
      : `<img src="cid:${pictureCid}" alt="${escapeHtml(picture.description)}" width="552" style="${STYLE.picture}">`,
    rows: factsOf(message),
    below: link === null ? '' : `
      <tr><td style="padding:20px 24px 0"><a href="${escapeHtml(link)}" style="${STYLE.button}">Open the incident</a></td></tr>`,
    foot: [`Frame ${frame.tag ?? frame.frameId}`, `Incident ${incidentId}`],
  });
}

function factsOf({ localTime, timeZone, deviceName, rule, reasons }: AlertMessage): [name: string, text: string][] {
  return [
    ['When', `${localTime} (${timeZone})`],
    ['Camera', deviceName],
    ['Rule', rule.text === '' ? rule.ruleId : `${rule.ruleId}: ${rule.text}`],
    ...reasons.map((reason): [string, string] => ['Why', reasonLine(reason)]),
  ];
}

const reasonLine = ({ asked, found }: Reason): string => (found === null ? asked : `${asked}: ${found}`);

const pictureLine = ({ picture }: AlertMessage): string => ('jpeg' in picture ? `${picture.description} (attached)` : `No picture: ${picture.missing}`);
