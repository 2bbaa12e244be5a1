/** Alerts by mail: a pool of SMTP connections, cut off on time, every answer turned into one of our failures. */
import { rootCertificates } from 'node:tls';
import { createTransport } from 'nodemailer';
import type { SMTPPoolOptions } from 'nodemailer';
import DKIM from 'nodemailer/lib/dkim';
import type { ClosableChannel } from '../../../activities/ports/channel.ts';
import type { DkimKey } from './dkim-key.ts';
import { emailOf, parseSender } from './email-message.ts';
import { smtpFailureOf } from './smtp-failure.ts';
import { parseSmtpUrl } from './smtp-url.ts';
import type { SmtpServer } from './smtp-url.ts';

export interface EmailOptions {
  /** SMTP_URL, with its password. */
  readonly smtpUrl: string;
  /** `Watchpost <alerts@example.com>`. */
  readonly from: string;
  /** PEM of an authority to trust besides the known ones, for a server with a certificate of its own. */
  readonly authority?: string;
  /** Signs every mail; without it none is. */
  readonly dkim?: DkimKey | undefined;
  readonly timeouts?: Partial<SmtpTimeouts>;
}

export interface SmtpTimeouts {
  /** Name look-up, connection, TLS and greeting together. */
  readonly connectMs: number;
  /** Silence of the server once connected. */
  readonly silenceMs: number;
}

/**
 * 30 s to the greeting: servers hold back unknown senders that long to tire out spammers. 50 s of silence: an answer to
 * DATA waits for virus scanners. Both lie under what a whole send may take, so that the reason said is the true one.
 */
const TIMEOUTS: SmtpTimeouts = { connectMs: 30_000, silenceMs: 50_000 };
/** Submission servers commonly allow ten connections a client; two worker processes fit beside each other. */
const CONNECTIONS = 5;
/** Alerts come in bursts: long enough to serve one, short of every server's own patience. */
const IDLE_MS = 30_000;

/** Throws `setting_invalid` for an impossible URL or sender; does not connect. */
export function createEmailChannel(options: EmailOptions): ClosableChannel {
  const sender = parseSender(options.from);
  const server = parseSmtpUrl(options.smtpUrl);
  const transport = createTransport(poolOptions(server, options));
  const secrets = secretsOf(server);

  const signer = options.dkim && new DKIM({ domainName: options.dkim.domain, keySelector: options.dkim.selector, privateKey: options.dkim.privateKey });

  // What the server cannot have had in full, it cannot have taken: only a break after this point leaves doubt.
  const handedOver = new Set<string>();
  transport.use('stream', (mail, done) => {
    const messageId = mail.message.messageId();
    // Here and not by the library's own option, which would sign behind the count below: a signer reads the whole mail before anything leaves.
    if (signer) mail.message.processFunc((bytes) => signer.sign(bytes));
    mail.message.processFunc((bytes) => bytes.once('end', () => handedOver.add(messageId)));
    done();
  });

  return {
    async send(message, deliveryKey, signal) {
      const email = emailOf(message, deliveryKey, sender);
      try {
        const { response = '', serverMessageId } = await transport.sendMail({ ...email, ...(signal ? { signal } : {}) });
        return { provider: 'smtp', providerId: serverMessageId ?? email.messageId, answer: response, units: null, cost: null };
      } catch (error) {
        throw smtpFailureOf(error, handedOver.has(email.messageId), secrets);
      } finally {
        handedOver.delete(email.messageId);
      }
    },
    close: () => transport.close(),
  };
}

function poolOptions({ host, port, secure, requireTLS, verifyCertificate, auth }: SmtpServer, { authority, timeouts }: EmailOptions): SMTPPoolOptions & { pool: true } {
  const { connectMs, silenceMs } = { ...TIMEOUTS, ...timeouts };
  return {
    pool: true, host, port, secure, requireTLS,
    ...(auth === null ? {} : { auth }),
    tls: { rejectUnauthorized: verifyCertificate, ...(authority === undefined ? {} : { ca: [...rootCertificates, authority] }) },
    maxConnections: CONNECTIONS,
    idleTimeout: IDLE_MS,
    // Once, for a connection that the server ended while it was idle; any other repeat is the outbox's, which counts it.
    maxRequeues: 1,
    connectionTimeout: connectMs, greetingTimeout: connectMs, dnsTimeout: connectMs,
    socketTimeout: silenceMs,
  };
}

/** In every form in which SMTP carries them (RFC 4616 and the LOGIN mechanism). */
function secretsOf({ auth }: SmtpServer): string[] {
  if (auth === null) return [];
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return [auth.pass, base64(auth.pass), base64(`\0${auth.user}\0${auth.pass}`)];
}
