/** The list of mails as a page. Every text in it was written by somebody else. */

export interface InboxEntry {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly receivedAt: Date;
}

const STYLE = `
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1c2530; background: #fff }
  table { border-collapse: collapse; width: 100% }
  th, td { text-align: left; padding: .5rem .75rem; border-bottom: 1px solid #d9dfe6; vertical-align: top }
  td.when { white-space: nowrap; color: #5a6675 }
  @media (prefers-color-scheme: dark) { body { color: #e6ebf1; background: #14181d } th, td { border-color: #2b333d } a { color: #8ab8ff } td.when { color: #93a0af } }`;

export function inboxListPage(messages: readonly InboxEntry[]): string {
  const rows = messages.map(({ id, from, to, subject, receivedAt }) => `
      <tr><td class="when">${receivedAt.toISOString().slice(0, 19).replace('T', ' ')} UTC</td>
      <td><a href="/inbox/${encodeURIComponent(id)}">${escapeHtml(subject)}</a> <a href="/inbox/${encodeURIComponent(id)}/raw">source</a></td>
      <td>${escapeHtml(to)}</td><td>${escapeHtml(from)}</td></tr>`);
  const table = `<table><thead><tr><th>Received</th><th>Subject</th><th>To</th><th>From</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Inbox</title><style>${STYLE}</style></head>
<body><h1>Inbox</h1>
<p>No mail server is configured: alerts come here instead of to people.</p>
${messages.length === 0 ? '<p>Nothing yet.</p>' : table}
</body></html>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
