/** Checks a DKIM signature (RFC 6376, relaxed/relaxed, rsa-sha256) as a mail server does that was told the public key. */
import { createHash, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

export interface Checked {
  readonly domain: string;
  readonly selector: string;
  /** Names of the headers that are signed, in small letters. */
  readonly signed: readonly string[];
}

interface Header {
  readonly name: string;
  /** Whole, as it came, without the last line break. */
  readonly line: string;
}

/** Of the first rsa-sha256 signature in the mail. `undefined`: there is none, or it does not hold. */
export function checkDkim(mail: string, publicKey: KeyObject): Checked | undefined {
  const text = mail.replace(/\r?\n/g, '\r\n');
  const end = text.indexOf('\r\n\r\n');
  const headers: Header[] = text.slice(0, end).split(/\r\n(?![ \t])/).map((line) => ({ name: line.slice(0, line.indexOf(':')).trim().toLowerCase(), line }));
  const own = headers.find(({ name, line }) => name === 'dkim-signature' && tagsOf(line).get('a') === 'rsa-sha256');
  if (own === undefined) return undefined;
  const tags = tagsOf(own.line);
  if (tags.get('v') !== '1' || tags.get('c') !== 'relaxed/relaxed') return undefined;
  if (createHash('sha256').update(relaxedBody(text.slice(end + 4)), 'latin1').digest('base64') !== tags.get('bh')) return undefined;

  const signed = (tags.get('h') ?? '').toLowerCase().split(':');
  // 5.4.2: a name that is listed twice speaks of the one above it; one that is not there counts for nothing.
  const left = [...headers];
  const lines = signed.flatMap((name) => {
    const at = left.findLastIndex((header) => header.name === name);
    return at === -1 ? [] : left.splice(at, 1).map(relaxedHeader);
  });
  const data = [...lines, relaxedHeader({ ...own, line: own.line.replace(/([;:]\s*b\s*=)[^;]*/, '$1') })].join('\r\n');
  const holds = verify('RSA-SHA256', Buffer.from(data, 'latin1'), publicKey, Buffer.from(tags.get('b') ?? '', 'base64'));
  return holds ? { domain: tags.get('d') ?? '', selector: tags.get('s') ?? '', signed } : undefined;
}

/** 3.2: white space means nothing in them. */
function tagsOf(line: string): Map<string, string> {
  const list = line.slice(line.indexOf(':') + 1).replace(/\s+/g, '');
  return new Map(list.split(';').filter((tag) => tag !== '').map((tag) => [tag.slice(0, tag.indexOf('=')), tag.slice(tag.indexOf('=') + 1)]));
}

/** 3.4.2. */
const relaxedHeader = ({ name, line }: Header): string =>
  `${name}:${line.slice(line.indexOf(':') + 1).replace(/\r\n/g, '').replace(/[ \t]+/g, ' ').trim()}`;

/** 3.4.4. */
function relaxedBody(body: string): string {
  const lines = body.split('\r\n').map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''));
  while (lines.at(-1) === '') lines.pop();
  return lines.map((line) => `${line}\r\n`).join('');
}
