/** The mail server of a plant without one: takes every mail on 127.0.0.1 and keeps it in a folder, where a person can read it. */
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerDataStream } from 'smtp-server';
import { openInboxStore } from './inbox-store.ts';
import type { InboxMessage, InboxStore } from './inbox-store.ts';
import type { Log } from './kept-process.ts';

export interface InboxOptions {
  /** Mails go to `<home>/inbox`. */
  readonly home: string;
  /** On 127.0.0.1; a free one when left out. */
  readonly port?: number;
  readonly log: Log;
}

export interface Inbox extends InboxStore {
  /** What SMTP_URL would be; other processes connect by it. */
  readonly url: string;
  /** Waits for mails on their way. */
  close(): Promise<void>;
}

/** An alert with its picture has 0.3 MB; this is for what people send by hand, and small enough to hold in memory. */
const MAIL_LIMIT_BYTES = 10_000_000;
/** A mail on its way needs a few hundredths of a second; idle connections of a pool are not worth more waiting. */
const CLOSE_GRACE_MS = 1_000;

/** One process of a home runs it; it opens the folder as it was left. Rejects when the port is taken. */
export async function startInbox({ home, port = 0, log }: InboxOptions): Promise<Inbox> {
  const store = await openInboxStore(inboxFolder(home));
  const server = new SMTPServer({
    banner: 'Watchpost inbox', logger: false, disableReverseLookup: true, closeTimeout: CLOSE_GRACE_MS, size: MAIL_LIMIT_BYTES,
    // The line does not leave the machine, and its own certificate would convince nobody.
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData(stream, _session, answer) {
      keep(stream, store).then(
        (kept) => {
          log.info({ inboxId: kept.id, messageId: kept.messageId, repeats: kept.repeats }, 'mail kept');
          answer(null, `kept as ${kept.id}`);
        },
        (error: Error & { responseCode?: number }) => {
          log.error({ err: error }, 'mail not kept');
          // Anything else is the disk: the sender shall come again.
          answer(Object.assign(error, { responseCode: error.responseCode ?? 452 }));
        });
    },
  });
  // A client that breaks off is no event for us: it was not answered and sends again.
  server.on('error', (error) => log.warn({ err: error }, 'inbox connection failed'));
  const listener = await listen(server, port);
  return { ...store, url: `smtp://127.0.0.1:${listener.port}`, close: () => new Promise((resolve) => { server.close(resolve); }) };
}

/** For processes that show the mails without running the inbox. */
export const inboxFolder = (home: string): string => join(home, 'inbox');

async function keep(stream: SMTPServerDataStream, store: InboxStore): Promise<InboxMessage> {
  const chunks: Buffer[] = [];
  // What is too much is read to its end, as SMTP wants it, and dropped.
  for await (const chunk of stream) if (!stream.sizeExceeded) chunks.push(chunk as Buffer);
  if (stream.sizeExceeded) throw Object.assign(new Error(`a mail may have ${MAIL_LIMIT_BYTES} bytes`), { responseCode: 552 });
  return store.keep(Buffer.concat(chunks));
}

function listen(server: SMTPServer, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const listening = server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', reject);
      resolve(listening.address() as AddressInfo);
    });
  });
}
