/**
 * The page of every mail of ours: HTML that survives mail clients. Pure.
 * HTML of mails is a table with its styles on the elements, because clients drop style sheets; the sheet in the head only
 * adds dark colours and the shape for telephones, for those that keep it.
 */

export interface MailPage {
  readonly sentence: string;
  /** In capitals above the sentence. */
  readonly badge: string;
  /** Said beside the badge. */
  readonly beside: string;
  readonly accent: Accent;
  /** HTML of table rows between the sentence and the facts; empty for none. */
  readonly above: string;
  readonly rows: readonly (readonly [name: string, text: string])[];
  /** HTML of table rows below. */
  readonly below: string;
  readonly foot: readonly string[];
}

/** The bar on top and the badge: in red somebody should look now, in amber somebody should look after something, in green all is well, in blue nothing is asked. */
export type Accent = keyof typeof ACCENTS;
const ACCENTS = {
  red: { bar: '#d92d20', badge: '#b42318' },
  amber: { bar: '#dc8a04', badge: '#93590a' },
  green: { bar: '#2e8b57', badge: '#1f6b41' },
  blue: { bar: '#3b73c8', badge: '#24529b' },
} as const;

export function htmlPage({ sentence, badge, beside, accent, above, rows, below, foot }: MailPage): string {
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
<style>${SHEET}</style>
</head>
<body class="page" style="${STYLE.page}">
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" style="${STYLE.page}">
  <tr><td align="center" style="padding:24px 12px">
    <table role="presentation" class="card" width="600" cellpadding="0" cellspacing="0" style="${STYLE.card};border-top:4px solid ${bar}">
      <tr><td class="side" style="padding:22px 24px 0"><span class="badge ${accent}" style="${STYLE.badge};color:${badgeColour}">${escapeHtml(badge)}</span><span class="quiet" style="${STYLE.beside}">${escapeHtml(beside)}</span></td></tr>
      <tr><td class="side" style="padding:10px 24px 16px"><h1 class="text" style="${STYLE.sentence}">${escapeHtml(sentence)}</h1></td></tr>${above}${lines === '' ? '' : `
      <tr><td class="side" style="padding:12px 24px 0"><table role="presentation" width="100%" cellpadding="0" cellspacing="0">${lines}
      </table></td></tr>`}${below}
      <tr><td class="quiet side" style="${STYLE.foot}">${foot.map(escapeHtml).join('<br>')}</td></tr>
    </table>
  </td></tr>
</table>
</body>
</html>
`;
}

export interface Button {
  readonly words: string;
  readonly href: string;
  /** The one that most people want. */
  readonly isFirst: boolean;
}

/** A table row with buttons, which wrap where they do not fit beside each other, and a note below; either may be empty. */
export function buttonRow(buttons: readonly Button[], note: string): string {
  const links = buttons.map(({ words, href, isFirst }) =>
    `<a class="${isFirst ? 'press' : 'press other'}" href="${escapeHtml(href)}" style="${isFirst ? STYLE.button : STYLE.otherButton}">${escapeHtml(words)}</a>`);
  return `
      <tr><td class="side" style="padding:14px 24px 4px">${links.join(' ')}${note === '' ? '' : `<p class="quiet" style="${STYLE.hint}">${escapeHtml(note)}</p>`}</td></tr>`;
}

/** `name  text` lines below each other, for plain text. */
export function plainRows(rows: MailPage['rows']): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `${name.padEnd(width)}  ${text}`);
}

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

/** High enough for a thumb; the margin keeps rows of them apart where they wrap. */
const BUTTON = `${FONT};display:inline-block;padding:11px 16px;margin:0 4px 10px 0;font-size:15px;line-height:20px;font-weight:600;border-radius:4px;text-decoration:none`;

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
  button: `${BUTTON};color:#ffffff;background-color:#1f5fbf;border:1px solid #1f5fbf`,
  otherButton: `${BUTTON};color:#1f4f9c;background-color:#ffffff;border:1px solid #9fb4d1`,
  hint: `${FONT};margin:0;font-size:13px;line-height:18px;color:#566270;word-break:break-word`,
  group: `${FONT};margin:0;font-size:14px;line-height:20px;font-weight:600;color:#566270`,
  entry: 'padding:12px 24px;border-bottom:1px solid #e4e8ec;font-size:0;line-height:0',
  // Two of them fit into a window of 600 pixels.
  half: 'display:inline-block;vertical-align:top;width:100%;max-width:264px',
  whole: 'display:block',
  thumbnail: 'display:block;width:100%;max-width:252px;height:auto;border:0;border-radius:4px;margin-bottom:8px',
  words: `${FONT};margin:0;font-size:15px;line-height:22px;color:#15191e;word-break:break-word`,
  link: `${FONT};font-size:14px;line-height:22px;color:#1f5fbf`,
  foot: `${FONT};padding:20px 24px 22px;font-size:12px;line-height:18px;color:#566270;word-break:break-all`,
} as const;

/** `!important` beats the styles on the elements. On a telephone the margins give way, and a button is as wide as a thumb can want it. */
const SHEET = `
:root { color-scheme: light dark; }
@media (max-width: 480px) {
  .side { padding-left: 16px !important; padding-right: 16px !important; }
  .wide { max-width: 100% !important; }
  .press { display: block !important; margin-right: 0 !important; text-align: center !important; }
}
@media (prefers-color-scheme: dark) {
  .page { background-color: #101316 !important; }
  .card { background-color: #1b2025 !important; }
  .text { color: #e9edf1 !important; }
  .quiet { color: #a3aeb9 !important; }
  .red { color: #ff8a7d !important; }
  .amber { color: #f5b84a !important; }
  .green { color: #6fd19b !important; }
  .blue { color: #8ab4f8 !important; }
  .link { color: #8ab4f8 !important; }
  .other { color: #a9c7fb !important; background-color: #1b2025 !important; border-color: #4a5a72 !important; }
  .line { border-color: #323941 !important; }
}
`;
