/** Reads SMTP_URL: `smtp[s]://user:password@host:port?requireTLS=true`. The only place that sees the password as text. */
import { Failure } from '../../../contracts/failures.ts';

export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (smtps); otherwise STARTTLS where the server offers it. */
  readonly secure: boolean;
  /** Without STARTTLS nothing is said at all. */
  readonly requireTLS: boolean;
  /** False takes any certificate, as relays inside a company often have. */
  readonly verifyCertificate: boolean;
  readonly auth: { readonly user: string; readonly pass: string } | null;
}

/** RFC 6409 and RFC 8314: the ports for handing in mail. */
const SUBMISSION_PORT = 587;
const SUBMISSIONS_PORT = 465;
const OPTIONS = ['requireTLS', 'verifyCertificate'];

/**
 * Throws `setting_invalid` without repeating the URL, which holds a password. A password is never sent in the clear:
 * `requireTLS` is on by default as soon as there is one and the server is another machine.
 */
export function parseSmtpUrl(text: string): SmtpServer {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^smtps?:$/.test(url.protocol) || url.hostname === '') throw invalid('it is not of the form smtp://user:password@host:port');
  const unknown = [...url.searchParams.keys()].filter((key) => !OPTIONS.includes(key));
  if (unknown.length > 0) throw invalid(`option ${unknown[0]} is unknown; there are ${OPTIONS.join(' and ')}`);
  if (url.pathname.length > 1 || url.hash !== '') throw invalid('there is something behind the port; write / # ? @ : in a password as %2F %23 %3F %40 %3A');
  const secure = url.protocol === 'smtps:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const auth = url.username === '' ? null : { user: decoded(url.username), pass: decoded(url.password) };
  return {
    host, secure, auth,
    port: url.port === '' ? (secure ? SUBMISSIONS_PORT : SUBMISSION_PORT) : Number(url.port),
    requireTLS: flag(url, 'requireTLS', auth !== null && !secure && !isLoopback(host)),
    verifyCertificate: flag(url, 'verifyCertificate', true),
  };
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);

function flag(url: URL, name: string, otherwise: boolean): boolean {
  const value = url.searchParams.get(name);
  if (value !== null && value !== 'true' && value !== 'false') throw invalid(`${name} is neither true nor false`);
  return value === null ? otherwise : value === 'true';
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw invalid('user or password hold a % that stands for nothing; write it as %25');
  }
}

const invalid = (reason: string): Failure => new Failure('setting_invalid', `SMTP_URL: ${reason}`);
