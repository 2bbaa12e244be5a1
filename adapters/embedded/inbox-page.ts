/**
 * A mail as a page for the browser. Mails are foreign HTML, and no filter of ours knows them all: the mail stands as text
 * in a frame in which the browser runs nothing, on a page that may ask nothing of anyone. So a script, a form or a
 * refresh in it stays a dead letter, and a picture from elsewhere, which would tell its sender who reads, is not fetched.
 */
import PostalMime from 'postal-mime';
import type { Attachment } from 'postal-mime';

/** Content-Security-Policy for the answer that carries the page; the page says most of it itself, for readers who save it. */
export const INBOX_PAGE_POLICY =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; sandbox allow-popups allow-popups-to-escape-sandbox";

export async function inboxPage(raw: Buffer): Promise<string> {
  const { subject = '', html, text = '', attachments } = await PostalMime.parse(raw, { attachmentEncoding: 'base64' });
  const body = html === undefined ? `<pre style="white-space:pre-wrap">${escapeHtml(text)}</pre>` : withPictures(html, attachments);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${INBOX_PAGE_POLICY.replace(/; sandbox.*$/, '')}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(subject)}</title>
<style>html, body, iframe { display: block; width: 100%; height: 100%; margin: 0; border: 0; }</style>
</head>
<body>
<iframe title="The mail" sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="${escapeHtml(withLinksOutside(body))}"></iframe>
</body>
</html>
`;
}

/** `cid:` addresses mean nothing to a browser, so the picture itself stands in their place. */
function withPictures(html: string, attachments: readonly Attachment[]): string {
  return attachments.reduce((page, { contentId, mimeType, content }) => {
    if (contentId === undefined || !/^image\/(jpeg|png|gif|webp)$/.test(mimeType)) return page;
    return page.replaceAll(`cid:${contentId.replace(/^<|>$/g, '')}`, `data:${mimeType};base64,${String(content)}`);
  }, html);
}

/** A link followed inside the frame would end at the policy. After the head's start, because anything before the doctype changes the layout. */
function withLinksOutside(html: string): string {
  const base = '<base target="_blank">';
  const head = /<head(?:\s[^>]*)?>/i.exec(html);
  if (head === null) return base + html;
  const at = head.index + head[0].length;
  return html.slice(0, at) + base + html.slice(at);
}

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
