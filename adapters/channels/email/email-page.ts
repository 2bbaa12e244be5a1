/**
 * The page of every mail of ours: HTML that survives mail clients. Pure.
 * HTML of mails is a table with its styles on the elements, because clients drop style sheets; the sheet in the head only
 * adds the dark colours, for those that keep it.
 */

export interface MailPage {
  readonly sentence: string;
  /** In capitals above the sentence. */
  readonly badge: string;
  /** Said beside the badge. */
  readonly beside: string;
  readonly accent: Accent;
  /** HTML between the sentence and the rows; empty for none. */
  readonly picture: string;
  readonly rows: readonly (readonly [name: string, text: string])[];
  /** HTML of table rows below. */
  readonly below: string;
  readonly foot: readonly string[];
}

/** The bar on top and the badge: in red somebody should look now, in amber somebody should look after something, in green all is well. */
export type Accent = keyof typeof ACCENTS;
const ACCENTS = {
  red: { bar: '#d92d20', badge: '#b42318' },
  amber: { bar: '#dc8a04', badge: '#93590a' },
  green: { bar: '#2e8b57', badge: '#1f6b41' },
} as const;

export function htmlPage({ sentence, badge, beside, accent, picture, rows, below, foot }: MailPage): string {
  const { bar, badge: badgeColour } = ACCENTS[accent];
  const lines = rows.map(([name, text]) => `
        <tr><td class="quiet line" style="${STYLE.name}">${escapeHtml(name)}</td><td class="text line" style="${STYLE.fact}">${escapeHtml(text)}</td></tr>`).join('');
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
    <table role="presentation" class="card" width="600" cellpadding="0" cellspacing="0" style="${STYLE.card};border-top:4px solid ${bar}">
      <tr><td style="padding:22px 24px 0"><span class="badge ${accent}" style="${STYLE.badge};color:${badgeColour}">${escapeHtml(badge)}</span><span class="quiet" style="${STYLE.beside}">${escapeHtml(beside)}</span></td></tr>
      <tr><td style="padding:10px 24px 16px"><h1 class="text" style="${STYLE.sentence}">${escapeHtml(sentence)}</h1></td></tr>${picture === '' ? '' : `
      <tr><td style="padding:0 24px">${picture}</td></tr>`}
      <tr><td style="padding:12px 24px 0"><table role="presentation" width="100%" cellpadding="0" cellspacing="0">${lines}
      </table></td></tr>${below}
      <tr><td class="quiet" style="${STYLE.foot}">${foot.map(escapeHtml).join('<br>')}</td></tr>
    </table>
  </td></tr>
</table>
</body>
</html>
`;
}

/** `name  text` lines below each other, for plain text. */
export function plainRows(rows: MailPage['rows']): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `${name.padEnd(width)}  ${text}`);
}

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

export const STYLE = {
  page: 'margin:0;padding:0;background-color:#eef1f4',
  card: 'width:100%;max-width:600px;background-color:#ffffff;border-radius:6px',
  badge: `${FONT};font-size:12px;line-height:20px;font-weight:700;letter-spacing:.06em`,
  beside: `${FONT};font-size:13px;line-height:20px;color:#566270;padding-left:8px`,
  sentence: `${FONT};margin:0;font-size:22px;line-height:28px;font-weight:600;color:#15191e`,
  picture: 'display:block;width:100%;max-width:552px;height:auto;border:0;border-radius:4px',
  note: `${FONT};margin:0;font-size:14px;line-height:20px;font-style:italic;color:#566270`,
  name: `${FONT};padding:9px 16px 9px 0;font-size:14px;line-height:20px;color:#566270;vertical-align:top;white-space:nowrap;border-bottom:1px solid #e4e8ec`,
  fact: `${FONT};padding:9px 0;font-size:14px;line-height:20px;color:#15191e;width:100%;word-break:break-word;border-bottom:1px solid #e4e8ec`,
  advice: `${FONT};margin:0;font-size:14px;line-height:22px;color:#15191e;padding-left:20px`,
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
  .red { color: #ff8a7d !important; }
  .amber { color: #f5b84a !important; }
  .green { color: #6fd19b !important; }
  .line { border-color: #323941 !important; }
}
`;
