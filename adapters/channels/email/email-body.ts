/**
 * The two bodies of an alert mail: plain text, and HTML that survives mail clients. Pure.
 * HTML of mails is a table with its styles on the elements, because clients drop style sheets; the sheet in the head only
 * adds the dark colours, for those that keep it.
 */
import type { AlertMessage, Reason } from '../../../activities/ports/channel.ts';

export function plainBody(message: AlertMessage): string {
  const { sentence, frame, incidentId, link } = message;
  const facts = factsOf(message);
  const width = Math.max(...facts.map(([name]) => name.length));
  const pages = link === null ? [] : ['', `Open the incident: ${link}`];
  return [sentence, '', ...facts.map(([name, text]) => `${name.padEnd(width)}  ${text}`), '', pictureLine(message), ...pages, '',
    `Frame ${frame.tag ?? frame.frameId}`, `Incident ${incidentId}`, ''].join('\n');
}

/** `pictureCid` is the Content-ID of the inline picture; null without one. */
export function htmlBody(message: AlertMessage, pictureCid: string | null): string {
  const { sentence, rule, frame, incidentId, link, picture } = message;
  const image = pictureCid === null || !('jpeg' in picture) ? `<p class="quiet" style="${STYLE.note}">${escapeHtml(pictureLine(message))}</p>`
    : `<img src="cid:${pictureCid}" alt="${escapeHtml(picture.description)}" width="552" style="${STYLE.picture}">`;
  const rows = factsOf(message).map(([name, text]) => `
        <tr><td class="quiet line" style="${STYLE.name}">${name}</td><td class="text line" style="${STYLE.fact}">${escapeHtml(text)}</td></tr>`).join('');
  const button = link === null ? '' : `
      <tr><td style="padding:20px 24px 0"><a href="${escapeHtml(link)}" style="${STYLE.button}">Open the incident</a></td></tr>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(sentence)}</title>
<style>${DARK}</style>
</head>
<body class="page" style="${STYLE.page}">
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" style="${STYLE.page}">
  <tr><td align="center" style="padding:24px 12px">
    <table role="presentation" class="card" width="600" cellpadding="0" cellspacing="0" style="${STYLE.card}">
      <tr><td style="padding:22px 24px 0"><span class="badge" style="${STYLE.badge}">ALERT</span><span class="quiet" style="${STYLE.rule}">Rule ${escapeHtml(rule.ruleId)}</span></td></tr>
      <tr><td style="padding:10px 24px 16px"><h1 class="text" style="${STYLE.sentence}">${escapeHtml(sentence)}</h1></td></tr>
      <tr><td style="padding:0 24px">${image}</td></tr>
      <tr><td style="padding:12px 24px 0"><table role="presentation" width="100%" cellpadding="0" cellspacing="0">${rows}
      </table></td></tr>${button}
      <tr><td class="quiet" style="${STYLE.foot}">Frame ${escapeHtml(frame.tag ?? frame.frameId)}<br>Incident ${escapeHtml(incidentId)}</td></tr>
    </table>
  </td></tr>
</table>
</body>
</html>
`;
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

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

const STYLE = {
  page: 'margin:0;padding:0;background-color:#eef1f4',
  card: 'width:100%;max-width:600px;background-color:#ffffff;border-top:4px solid #d92d20;border-radius:6px',
  badge: `${FONT};font-size:12px;line-height:20px;font-weight:700;letter-spacing:.06em;color:#b42318`,
  rule: `${FONT};font-size:13px;line-height:20px;color:#566270;padding-left:8px`,
  sentence: `${FONT};margin:0;font-size:22px;line-height:28px;font-weight:600;color:#15191e`,
  picture: 'display:block;width:100%;max-width:552px;height:auto;border:0;border-radius:4px',
  note: `${FONT};margin:0;font-size:14px;line-height:20px;font-style:italic;color:#566270`,
  name: `${FONT};padding:9px 16px 9px 0;font-size:14px;line-height:20px;color:#566270;vertical-align:top;white-space:nowrap;border-bottom:1px solid #e4e8ec`,
  fact: `${FONT};padding:9px 0;font-size:14px;line-height:20px;color:#15191e;width:100%;word-break:break-word;border-bottom:1px solid #e4e8ec`,
  button: `${FONT};display:inline-block;padding:10px 18px;font-size:14px;line-height:20px;font-weight:600;color:#ffffff;background-color:#1f5fbf;border-radius:4px;text-decoration:none`,
  foot: `${FONT};padding:20px 24px 22px;font-size:12px;line-height:18px;color:#566270;word-break:break-all`,
} as const;

/** `!important` beats the styles on the elements. */
const DARK = `
:root { color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  .page { background-color: #101316 !important; }
  .card { background-color: #1b2025 !important; }
  .text { color: #e9edf1 !important; }
  .quiet { color: #a3aeb9 !important; }
  .badge { color: #ff8a7d !important; }
  .line { border-color: #323941 !important; }
}
`;
